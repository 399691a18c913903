"""One file in at standard input; out comes a line of JSON and then the new files it tells the lengths of."""

from __future__ import annotations

import json
import logging
import resource
import sys

from federation.rewriting import MEMORY, SECONDS, Unusable

PDF = b"%PDF-"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
    sys.stdout.flush()
    head, files = _answer(sys.stdin.buffer.read())
    out = sys.stdout.buffer
    out.write(json.dumps({**head, "lengths": [len(each) for each in files]}).encode() + b"\n")
    for each in files:
        out.write(each)


def _answer(data: bytes) -> tuple[dict[str, object], list[bytes]]:
    try:
        if data.startswith(PDF):
            from federation.rewriting import papers

            return papers.rewrite(data)
        from federation.rewriting import pictures

        return pictures.rewrite(data)
    except Unusable as unusable:
        return {"unusable": unusable.reason}, []
    except MemoryError:
        return {"unusable": "large"}, []


main()
