# The same commands for those whose fingers say make; ./run does the work.
.PHONY: serve demo test check prove messages
serve demo test check prove messages:
	@./run $@
