"""Who may do what: the matrix of tests/access_matrix.csv, tried in a database.

A line is an object and what is done with it, with a mark for each actor: + allowed, - refused with
42501, 0 allowed but there are no rows for the actor. Constraints and triggers may refuse what
rights allow; that counts as allowed.
"""

import csv
import io
import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from test_messages import Function, good_arguments

MATRIX = Path(__file__).with_name("access_matrix.csv")
PAGE = Path(__file__).parent.parent / "docs" / "access-matrix.md"
ADMIN = "a0000000-0000-4000-8000-000000000000"
ANALYST = "b0000000-0000-4000-8000-000000000000"
RECORDER = "c0000000-0000-4000-8000-000000000000"
STRANGER = "d0000000-0000-4000-8000-000000000000"
# Who they are to PostgreSQL: a role, and the claims of a token.
ACTORS = {
    "anon": ("anon", None),
    "none": ("authenticated", STRANGER),
    "recorder": ("authenticated", RECORDER),
    "analyst": ("authenticated", ANALYST),
    "admin": ("authenticated", ADMIN),
    "service_role": ("service_role", None),
    "perf_recorder": ("perf_recorder", None),
    "perf_analyst": ("perf_analyst", None),
    "perf_admin": ("perf_admin", None),
    "perf_notifier": ("perf_notifier", None),
    "login": ("pgkit_stranger", None),
}
MEANING = {
    "anon": "a request without a token",
    "none": "a user of a token without a role",
    "recorder": "a user of a token with this role",
    "analyst": "a user of a token with this role",
    "admin": "a user of a token with this role",
    "service_role": "the service key",
    "perf_recorder": "a login that is a member",
    "perf_analyst": "a login that is a member",
    "perf_admin": "a login that is a member",
    "perf_notifier": "a login that is a member",
    "login": "any other login of the database",
}
REFUSED = re.compile("permission denied|this needs the|new row violates row-level")
# So that each table has a row, where a few statements can do that.
FILLING = (
    "select perf.grant_role(%(admin)s, 'admin')",
    "select perf.grant_role(%(analyst)s, 'analyst')",
    "select perf.grant_role(%(recorder)s, 'recorder')",
    "select perf.record_ab_outcome(t.id, 'u', '{\"x\": 1}', 'i') from perf.model_ab_tests as t",
    "select perf.record_feature_values('sdxl', null, 'width', '{1,2}',"
    " observed_at => '2020-01-06')",
    "select perf.set_drift_reference('sdxl', null, '2020-01-06', '2020-01-07')",
    "select perf.check_model_drift('sdxl', null, '2020-01-07', '2020-01-09')",
    "select perf.aggregate_model_performance_logs('2020-01-06', '2020-01-07')",
    "select perf.save_feature_profile('sdxl', null, 'width', '{1,2}')",
    'select perf.record_otlp(\'{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name":'
    ' "gen_ai.x", "gauge": {"dataPoints": [{"timeUnixNano": 1578304800000000000, "asInt": 1}]}}'
    "]}]}]}')",
    "insert into perf_internal.alert_states values ('threshold', 1, '{}', 'ok', null, 'ok', null)",
    "insert into perf_internal.dropped_ranges values ('calls', '2020-01-05', '2020-01-06', 1, 1)",
)
TABLES = """
select c.oid::regclass::text
from pg_class as c
where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
    and c.relkind in ('r', 'p', 'v', 'm')
    -- A partition by day or month is one of many; default partitions stand for all.
    and not (c.relispartition and c.relname !~ '_default$')
    and c.relname !~ '^_?yoyo'
order by 1
"""
COLUMN = """
select quote_ident(a.attname)
from pg_attribute as a
where a.attrelid = %s::regclass and a.attnum > 0 and a.attgenerated = '' and a.attidentity = ''
order by has_column_privilege(%s, a.attrelid, a.attnum, 'update') desc, a.attnum
limit 1
"""
ROUTINES = """
select
    p.oid::regproc::text,
    p.pronamespace::regnamespace::text,
    p.prokind,
    p.proname,
    coalesce(p.proargnames, '{}'),
    array(
        select format_type(a.type, null)
        from unnest(p.proargtypes) with ordinality as a (type, position)
        order by a.position
    ),
    p.provariadic <> 0,
    -- A relationship of PostgREST has the name of a table, and one function for each other table.
    case
        when count(*) over (partition by p.oid::regproc::text) > 1
        then format('%s(%s)', p.oid::regproc, pg_get_function_identity_arguments(p.oid))
        else p.oid::regproc::text
    end
from pg_proc as p
where p.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
order by 8
"""
VERBS = ("select", "insert", "update", "delete", "truncate")
FOLDER = Path(__file__).parent.parent / "sql"


class Row(NamedTuple):
    """What is done with an object, and the mark of each actor."""

    object: str
    verb: str
    marks: tuple[str, ...]


def read_matrix() -> dict[tuple[str, str], Row]:
    with MATRIX.open(newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["object", "verb", *ACTORS]
    rows = [Row(line[0], line[1], tuple(line[2:])) for line in lines[1:]]
    return {(row.object, row.verb): row for row in rows}


def write_matrix(rows: Iterable[Row]) -> str:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["object", "verb", *ACTORS])
    for row in rows:
        writer.writerow([row.object, row.verb, *row.marks])
    return output.getvalue()


def fill(connection: psycopg.Connection) -> None:
    """Give the users their roles, make the login, and add rows to tables that have none."""
    for statement in FILLING:
        users = {"admin": ADMIN, "analyst": ANALYST, "recorder": RECORDER}
        connection.execute(statement.encode(), users if "%(" in statement else None)
    # Roles belong to the whole server, where other tests do the same.
    connection.execute("select pg_advisory_lock(2)")
    if connection.execute("select to_regrole('pgkit_stranger')").fetchone() == (None,):
        connection.execute("create role pgkit_stranger nologin")
    connection.execute("select pg_advisory_unlock(2)")


def try_everything(connection: psycopg.Connection, known: dict[str, Any]) -> Iterator[Row]:
    """Try what each actor may do with every table, view, function and procedure."""
    for (table,) in connection.execute(TABLES).fetchall():
        for verb in VERBS:
            yield Row(
                table,
                verb,
                tuple(try_table(connection, table, verb, actor) for actor in ACTORS),
            )
    for row in connection.execute(ROUTINES).fetchall():
        routine, schema, kind, name, arguments, types, is_variadic, shown = row
        given: list[Any] = [None] * len(types)
        if schema == "perf":
            given = good_arguments(Function(name, arguments, types), known)
        # Nulls are enough for perf_internal: rights are looked at before the arguments.
        call = sql.SQL("{} {}({})").format(
            sql.SQL(
                "call"
                if kind == "p"
                else "select * from"
                if schema == "perf" and kind == "f"
                else "select"
            ),
            sql.SQL(routine),
            sql.SQL(", ").join(
                sql.SQL("variadic " * (is_variadic and number == len(types)) + f"%s::{type}")
                for number, type in enumerate(types, 1)
            ),
        )
        yield Row(
            shown,
            "call",
            tuple(try_statement(connection, actor, call, given)[0] for actor in ACTORS),
        )


def try_table(connection: psycopg.Connection, table: str, verb: str, actor: str) -> str:
    column = connection.execute(COLUMN, [table, ACTORS[actor][0]]).fetchone()
    statement = {
        "select": f"select from {table} limit 1",
        "insert": f"insert into {table} default values",
        "update": f"update {table} set {column[0]} = {column[0]}" if column else "",
        "delete": f"delete from {table}",
        "truncate": f"truncate {table} cascade",
    }[verb]
    mark, count = try_statement(connection, actor, sql.SQL(statement))
    return "0" if mark == "+" and count == 0 and verb in ("select", "update", "delete") else mark


def try_statement(
    connection: psycopg.Connection, actor: str, statement: sql.Composable, given: Any = None
) -> tuple[str, int]:
    """Do as PostgREST does for a request, and undo it."""
    role, subject = ACTORS[actor]
    try:
        with connection.transaction(force_rollback=True):
            claims = f'{{"sub": "{subject}", "role": "{role}"}}' if subject else ""
            connection.execute(
                "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)",
                [role, claims],
            )
            return "+", connection.execute(statement, given).rowcount
    except psycopg.errors.InsufficientPrivilege as error:
        # Others are rules, such as that nobody approves a request of their own.
        return ("-" if REFUSED.match(error.diag.message_primary or "") else "+"), 1
    except psycopg.Error as error:
        # Views that group cannot be written, a view cannot be truncated, whoever tries.
        is_impossible = error.sqlstate in ("55000", "428C9", "42809") and given is None
        return ("-" if is_impossible else "+"), 1


def render(rows: Iterable[Row]) -> str:
    """Return docs/access-matrix.md."""
    rows = list(rows)
    lines = [
        "# The access matrix",
        "",
        "Made from `tests/access_matrix.csv`, which a test tries line by line in a database. "
        "[access.md](access.md) says it in words.",
        "",
        "| actor | who it is |",
        "|---|---|",
        *(f"| `{actor}` | {MEANING[actor]} |" for actor in ACTORS),
    ]
    files = (FOLDER / "functions").glob("*/**/*.sql")
    rooms = {path.stem: path.relative_to(FOLDER).parts[1] for path in files}
    for schema, title, told in (
        ("perf.", "Functions of perf", "What a user calls."),
        (
            "perf_internal.",
            "Functions of perf_internal",
            "PostgREST does not reach them. A function of `perf` calls them with the rights of its"
            " caller, and those with the rights of the owner ask for the role themselves.",
        ),
    ):
        callers: dict[tuple[str, ...], dict[str, list[str]]] = {}
        for row in rows:
            if row.verb == "call" and row.object.startswith(schema):
                name = row.object.removeprefix(schema).partition("(")[0]
                of_room = callers.setdefault(row.marks, {}).setdefault(
                    rooms.get(name, "names that PostgREST embeds"), []
                )
                of_room.append(f"`{row.object.removeprefix(schema)}`")
        lines += ["", f"## {title}", "", told]
        for marks, named in sorted(callers.items(), key=lambda item: (-item[0].count("+"), item)):
            lines += ["", f"**Called by {name_actors(marks, '+')}**:", ""]
            for room, names in sorted(named.items()):
                text = f"- {room}: {', '.join(names)}"
                lines += textwrap.wrap(text, 120, subsequent_indent="  ", break_on_hyphens=False)
    lines += [
        "",
        "## Tables and views",
        "",
        "Whoever is not named is refused. A user of a token who has no right to the rows of a"
        " table is shown none of them, and changes none.",
        "",
    ]
    for schema, title in (("perf.", "perf"), ("perf_internal.", "perf_internal")):
        tables: dict[tuple[tuple[str, str], ...], list[str]] = {}
        for table in sorted({row.object for row in rows if row.verb == "select"}):
            if table.startswith(schema):
                marks = tuple(
                    (row.verb, name_actors(row.marks, "+"))
                    for row in rows
                    if row.object == table and "+" in row.marks
                )
                tables.setdefault(marks, []).append(table)
        lines += [f"### Schema {title}"]
        for marks, names in sorted(tables.items(), key=lambda item: (not item[0], item[1])):
            lines += ["", *textwrap.wrap(", ".join(f"`{name}`" for name in names) + ":", 120), ""]
            lines += [f"- {verb}: {who}" for verb, who in marks] or ["- nobody but the owner"]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def name_actors(marks: tuple[str, ...], mark: str) -> str:
    named = [actor for actor, found in zip(ACTORS, marks, strict=True) if found == mark]
    if len(named) == len(ACTORS):
        return "everybody"
    return ", ".join(f"`{actor}`" for actor in named) or "nobody but the owner"
