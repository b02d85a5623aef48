"""Run files as `supabase db push`, `migration up` and `db reset` do.

The CLI cuts a file into statements, sends all of them and a note of the version in one pipeline,
which the server runs as one transaction, as the user postgres.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg

HISTORY = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
    version text not null primary key,
    statements text[],
    name text
)
"""
NAME = re.compile(r"([0-9]+)_(.*)\.sql")
# What the CLI skips as a whole: quotes without backslashes, dollar quotes, comments. Those in /* */
# may be nested, and end here at the first end; pgkit writes none.
WHOLE = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | \$(\w*)\$.*?\$\1\$ | --[^\n]*(?:\n|\Z) | \\.""",
    re.S | re.X,
)
ATOMIC = re.compile(r"\bbegin\s+atomic\b", re.I)


def split(text: str) -> Iterator[str]:
    """Yield the statements of a file, cut where the CLI cuts them.

    A semicolon ends a statement, but not inside of quotes, comments and parentheses, nor of `begin
    atomic`, of which there must be none.
    """
    start = position = depth = 0
    while position < len(text):
        if whole := WHOLE.match(text, position):
            position = whole.end()
            continue
        assert not ATOMIC.match(text, position), "the CLI looks for the end of this by words"
        assert not text.startswith("/*", position)
        letter = text[position]
        position += 1
        if letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
        elif letter == ";" and depth == 0:
            yield text[start:position].rstrip(";").strip()
            start = position
    if rest := text[start:].strip():
        yield rest


def push(dsn: str, folder: Path) -> list[str]:
    """Apply the files that the database does not have, in order; return their names.

    Fail, as the CLI does, where a file is older than the last one that was applied.
    """
    ran = []
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(HISTORY)
        rows = connection.execute("select version from supabase_migrations.schema_migrations")
        applied = {row[0] for row in rows}
        for path in sorted(folder.iterdir()):
            match = NAME.fullmatch(path.name)
            if match is None or match[1] in applied:
                continue
            assert match[1] > max(applied, default=""), f"{path.name} comes too late"
            connection.execute("reset all")
            run(connection, path, match[1], match[2])
            applied.add(match[1])
            ran.append(path.name)
    return ran


def run(connection: psycopg.Connection, path: Path, version: str, name: str) -> None:
    """Send a file and the note that it was applied."""
    statements = list(split(path.read_text(encoding="utf-8")))
    with connection.pipeline():
        for statement in statements:
            connection.execute(statement.encode())
        connection.execute(
            "insert into supabase_migrations.schema_migrations (version, name, statements)"
            " values (%s, %s, %s)",
            [version, name, statements],
        )
