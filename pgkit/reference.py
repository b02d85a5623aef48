"""Write the reference of schema `perf` as Markdown, from the comments in a database."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.rows import dict_row

from pgkit import migrations
from pgkit.database import Connection, query

# The rooms from the ground up, and the question that each answers.
ROOMS = {
    "access": "Who is asking, and what may they do?",
    "statistics": "What do numbers say, and how sure is it? Pure functions, without tables.",
    "rollups": "What was measured, counted exactly once, over any time?",
    "experiments": "Which of two versions of a model is better, and how sure is it?",
    "calls": "How fast and reliable is each model, tool and set of parameters?",
    "jobs": "What did each job cost, how good was it, and what will the next one take?",
    "evaluations": "How good is each trained model, does it drift, and when was it trained?",
    "configs": "Which configuration was in force when, and what did a change do?",
    "otlp": "What do applications say in the protocol of OpenTelemetry?",
    "costs": "What did the tokens cost, and is it within the budgets?",
    "alerts": "What is wrong now, and what was?",
    "operations": "Is the schedule alive and the database healthy?",
}
# What decides how PostgreSQL writes types and defaults.
SETTINGS = {
    "search_path": "pg_catalog",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "quote_all_identifiers": "off",
}
# A comment ends with its errors: `Errors: 22023 bad argument, 42501 not an admin.`
ERRORS = re.compile(r"\s*Errors?:? (?=\d|PT)(.*)$")
# The last paragraph of a comment, which sql/arguments/arguments.sql adds: a line for each argument.
ARGUMENTS = "\n\nArguments:\n"
ARGUMENT = re.compile(r"^- (\w*) ?\(.*?\): (.*)$", re.M)
HEADER = """\
# Reference

Every function, table, view and metric of schema `perf`. `pgkit reference` writes this page from
the comments in a database, so `\\df+ perf.*` and `\\d+ perf.*` in psql say the same.

Times are in milliseconds. Ranges of time are half-open: `start_time` is in them, `end_time` is
not. Hours, days and weeks are cut in UTC unless a function takes a time zone.

"Asks for" is the role that a function demands of its caller: a role that `perf.grant_role()` gave
to the user of a token, or membership in `perf_admin`, `perf_analyst` or `perf_recorder`. An admin
may do everything. "Granted to" names the database roles that may call it at all. A token names
one of them in its claim `role`, usually `authenticated`.

| SQLSTATE | HTTP status | what is wrong |
|---|---|---|
| `22023`, `23514` | 400 | an argument |
| `42501` | 403, without a token 401 | the caller may not |
| `PT404` | 404 | there is nothing of that name or id |
| `PT409` | 409 | the state: already decided, not active, no pg_cron, a restore is under way |
"""
METRICS = """\
## List of metrics

What `perf.query_metrics()` answers for. `sql/metrics/` says what each room measures.

A metric of all rows, such as `response_time_ms`, has two more beside it. `failed_response_time_ms`
has only the values of failed calls, `successful_response_time_ms` only those of successful calls.
Together they have as many values as `response_time_ms`. A share has values from 0 to 1: its `count`
is how many calls it is a share of.
"""
FAMILIES = """
Rows bring metrics of their own, which are named like what they measure: `quality.likeness`,
`stage.sample`. Each is in `perf.metrics` once a row had it, and has a `failed_` and a
`successful_` metric beside it too.
"""

Row = Mapping[str, Any]


def describe(connection: Connection) -> str:
    """Return the reference of a database, the same whatever its settings are."""
    with connection.transaction():
        for name, value in SETTINGS.items():
            connection.execute("select set_config(%s, %s, true)", [name, value])
        with connection.cursor(row_factory=dict_row) as cursor:
            functions = cursor.execute(query("reference_functions")).fetchall()
            relations = cursor.execute(query("reference_relations")).fetchall()
            metrics = cursor.execute(query("reference_metrics")).fetchall()
            families = cursor.execute(query("reference_metric_families")).fetchall()
    rooms = read_rooms()
    parts = [HEADER, write_index(functions, relations, rooms)]
    for room, question in ROOMS.items():
        parts.append(f"## {room}\n\n{question}\n")
        parts += [write_function(row) for row in functions if rooms.get(row["name"]) == room]
        parts += [write_relation(row) for row in relations if rooms.get(row["name"]) == room]
    parts += [METRICS, write_metrics(metrics), FAMILIES, write_families(families)]
    return "\n".join(parts).rstrip() + "\n"


def read_rooms() -> dict[str, str]:
    """Return the room of every function, table and view: the folder of its file."""
    return {
        file.path.stem: file.name.split("/")[1]
        for file in migrations.read_files(migrations.sql_folder())
        if file.folder in ("functions", "policies", "views")
    }


def write_index(
    functions: Sequence[Row], relations: Sequence[Row], rooms: Mapping[str, str]
) -> str:
    """Return a table of contents: a line for everything, with the first sentence about it."""
    lines = []
    for room in ROOMS:
        rows = [row for row in [*functions, *relations] if rooms.get(row["name"]) == room]
        lines += [f"**[{room}](#{room})**", "", "| name | |", "|---|---|"]
        lines += [
            f"| [`{row['name']}`](#{row['name']}) | {cell(first_sentence(row['comment']))} |"
            for row in rows
        ]
        lines.append("")
    return "\n".join([*lines, "[List of metrics](#list-of-metrics)", ""])


def write_function(row: Row) -> str:
    """Return the section of a function: what it does, how it is called, what it gives."""
    comment, meanings = split_arguments(row["comment"])
    what, errors = split_comment(comment)
    arguments = explained_block(row["arguments"], meanings) if row["arguments"] else "()"
    lines = [f"### {row['name']}", "", what, "", "```sql", f"perf.{row['name']}{arguments}"]
    if row["columns"]:
        many = "table " if row["returns_rows"] else ""
        lines.append(f"returns {many}{block(row['columns'])}")
    elif not row["is_procedure"]:
        lines.append(f"returns {row['returned']}")
    lines += ["```", ""]
    if row["is_procedure"]:
        lines.append("- A procedure: `call` it.")
    if errors:
        lines.append(f"- Errors: {errors}")
    if row["asks_for"]:
        lines.append(f"- Asks for: {' or '.join(row['asks_for'])}")
    lines += [f"- Granted to: {names(row['granted_to'])}", ""]
    return "\n".join(lines)


def write_relation(row: Row) -> str:
    """Return the section of a table or view: its columns, and who reads and writes it."""
    kind = "A view" if row["is_view"] else "A table"
    lines = [f"### {row['name']}", "", f"{kind}. {row['comment'] or ''}", ""]
    lines += ["| column | type | meaning |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {kind} | {cell(meaning or '')} |" for name, kind, meaning in row["columns"]
    ]
    lines += ["", f"- Granted for reading to: {names(row['granted_to'])}"]
    if row["is_view"]:
        lines.append("- Rows: those that the reader may see in the tables below it")
    lines += [f"- Rows for {rows}" for rows in row["rows_for"]]
    lines += [f"- Written by {writers}" for writers in row["written_by"]]
    return "\n".join([*lines, ""])


def write_metrics(metrics: Sequence[Row]) -> str:
    """Return the table of metrics."""
    lines = ["| metric | pipeline | kind | unit | better | meaning |", "|---|---|---|---|---|---|"]
    lines += [
        f"| `{row['name']}` | {row['pipeline']} | {row['kind']} | {row['unit']}"
        f" | {row['better'] or ''} | {cell(row['meaning'])} |"
        for row in metrics
    ]
    return "\n".join(lines)


def write_families(families: Sequence[Row]) -> str:
    """Return the table of families of named metrics."""
    lines = ["| metrics | pipeline | unit | better | meaning |", "|---|---|---|---|---|"]
    lines += [
        f"| `{row['prefix']}<name>` | {row['pipeline']} | {row['unit']}"
        f" | {row['better'] or ''} | {cell(row['meaning'])} |"
        for row in families
    ]
    return "\n".join(lines)


def block(lines: Sequence[str]) -> str:
    """Return lines in brackets, one below the other."""
    return "(\n    " + ",\n    ".join(lines) + "\n)"


def explained_block(arguments: Sequence[Sequence[str]], meanings: Mapping[str, str]) -> str:
    """Return arguments in brackets, one below the other, each with its meaning beside it."""
    lines = [
        f"    {text}{',' if place < len(arguments) else ''} -- {meanings.get(name, '')}".rstrip(
            " -"
        )
        for place, (name, text) in enumerate(arguments, 1)
    ]
    return "\n".join(["(", *lines, ")"])


def split_arguments(comment: str | None) -> tuple[str, dict[str, str]]:
    """Return what a comment says of a function, in one line, and the meaning of each argument."""
    text, _, arguments = (comment or "").partition(ARGUMENTS)
    return text.replace("\n", " "), dict(ARGUMENT.findall(arguments))


def split_comment(comment: str) -> tuple[str, str]:
    """Return what a comment says, and the errors that it ends with."""
    found = ERRORS.search(comment)
    return (comment[: found.start()], found[1]) if found else (comment, "")


def first_sentence(comment: str | None) -> str:
    """Return how a comment begins: up to a full stop, colon or semicolon, without brackets."""
    text = re.sub(r"\s*\([^()]*\)", "", comment or "")
    return re.split(r"[.;:](?:\s|$)", text, maxsplit=1)[0]


def names(roles: Sequence[str]) -> str:
    """Return names of roles as code, or a word where there are none."""
    return ", ".join(f"`{role}`" for role in roles) or "nobody"


def cell(text: str) -> str:
    """Return a text that does not end the cell of a table."""
    return text.replace("|", "\\|")
