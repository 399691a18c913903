"""The index that the database itself keeps of search documents.

SQLite: an FTS5 table over the columns of stems, kept by triggers. A later migration that makes Django copy the table
(any change of a column, on SQLite) loses the triggers and has to run MAKE_ON_SQLITE's last three statements again.
PostgreSQL: a generated column with a GIN index. Stems are stored as they are: no configuration of either database and no
extension has a say in what a word is.
"""

from django.db import migrations

COLUMNS = ("title", "names", "marks", "body")
_columns, _new, _old = (", ".join(f"{row}{name}" for name in COLUMNS) for row in ("", "new.", "old."))
_forget = (
    f"INSERT INTO atlas_searchindex (atlas_searchindex, rowid, {_columns}) VALUES ('delete', old.card_id, {_old});"
)
_remember = f"INSERT INTO atlas_searchindex (rowid, {_columns}) VALUES (new.card_id, {_new});"

MAKE_ON_SQLITE = (
    f"CREATE VIRTUAL TABLE atlas_searchindex USING fts5({_columns}, content='atlas_searchdocument', "
    "content_rowid='card_id', detail=none, tokenize='unicode61 remove_diacritics 0')",
    f"CREATE TRIGGER atlas_searchdocument_written AFTER INSERT ON atlas_searchdocument BEGIN {_remember} END",
    f"CREATE TRIGGER atlas_searchdocument_removed AFTER DELETE ON atlas_searchdocument BEGIN {_forget} END",
    f"CREATE TRIGGER atlas_searchdocument_changed AFTER UPDATE ON atlas_searchdocument BEGIN {_forget} {_remember} END",
)
DROP_ON_SQLITE = (
    "DROP TRIGGER atlas_searchdocument_changed",
    "DROP TRIGGER atlas_searchdocument_removed",
    "DROP TRIGGER atlas_searchdocument_written",
    "DROP TABLE atlas_searchindex",
)

_lexemes = " || ".join(f"array_to_tsvector(string_to_array({name}, ' '))" for name in COLUMNS)
MAKE_ON_POSTGRESQL = (
    f"ALTER TABLE atlas_searchdocument ADD COLUMN lexemes tsvector GENERATED ALWAYS AS ({_lexemes}) STORED",
    "CREATE INDEX atlas_searchdocument_lexemes ON atlas_searchdocument USING gin (lexemes)",
)
DROP_ON_POSTGRESQL = ("ALTER TABLE atlas_searchdocument DROP COLUMN lexemes",)

STATEMENTS = {
    "sqlite": (MAKE_ON_SQLITE, DROP_ON_SQLITE),
    "postgresql": (MAKE_ON_POSTGRESQL, DROP_ON_POSTGRESQL),
}


def make_index(apps, schema_editor):
    for statement in STATEMENTS[schema_editor.connection.vendor][0]:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    for statement in STATEMENTS[schema_editor.connection.vendor][1]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('atlas', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(make_index, drop_index),
    ]
