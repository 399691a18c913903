"""The read API, `/api/v1/`: what the pages of the atlas show, for programs. It knows no kind by name.

Every address reads its parameters (`asking`), takes rows in a fixed number of queries (`reading`), gives them page by
page (`paging`) in a form that stays (`serializers`), and refuses in problem+json (`answers`). `schema` describes all
of it from the same classes, `docs` makes that the page for people.
"""
