"""Every file of `sql/` is where its name says and has a test at the same path."""

import re
from pathlib import Path

import psycopg
import pytest
from test_rooms import FLOORS

from pgkit import database, migrations

SQL = migrations.sql_folder()

# Tables of the migration itself, which have no policy file.
BOOKKEEPING = {
    "applied_files",
    "applied_objects",
    "applied_rights",
    "retired_functions",
    "_yoyo_log",
    "_yoyo_migration",
    "_yoyo_version",
}


# The folders below `sql/` whose files are tested one by one.
TESTED = ["functions", "metrics", "policies", "relationships", "views"]
OBJECT = re.compile(
    r"^create (?:or replace )?(?:materialized )?(?:function|procedure|aggregate|view)"
    r" (?:if not exists )?(\w+)\.(\w+)",
    re.M,
)
# Comments and names in double quotes are skipped; what stands between dollar signs is SQL too.
LITERAL = re.compile(
    r"""--[^\n]*|/\*.*?\*/|"[^"]*"|(?<!\w)[eE]'(?:[^'\\]|\\.|'')*'|'((?:[^']|'')*)'""", re.S
)


# It takes a row of a table and returns rows of another: PostgREST joins with it.
IS_RELATIONSHIP = """
    p.pronamespace = 'perf'::regnamespace and p.pronargs = 1 and p.proretset
    and p.proargtypes[0] in (select c.reltype from pg_class as c)
"""


def paths(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*.sql")}


@pytest.mark.parametrize("kind", TESTED)
def test_every_file_has_a_test_of_the_same_path(kind: str) -> None:
    # What a materialized view shows is tested together with the rights on it.
    tested_elsewhere = paths(SQL / "policies") if kind == "views" else set()
    assert paths(SQL / kind) - paths(SQL / "tests" / kind) - tested_elsewhere == set()


@pytest.mark.parametrize("kind", TESTED)
def test_every_test_belongs_to_a_file(kind: str) -> None:
    assert paths(SQL / "tests" / kind) - paths(SQL / kind) == set()


def test_tests_mirror_the_folders_they_test() -> None:
    assert {path.name for path in (SQL / "tests").iterdir()} == {
        *TESTED,
        "inventory.sql",
        "distributable.sql",
    }


def test_functions_that_only_we_call_are_in_internal_folders() -> None:
    """A room's folder shows what users call; `internal` below it holds the rest."""
    misplaced = []
    for path in sorted((SQL / "functions").rglob("*.sql")):
        [(schema, name)] = OBJECT.findall(path.read_text(encoding="utf-8"))
        room, *inner = path.parent.relative_to(SQL / "functions").parts
        wanted = {"perf": [], "perf_internal": ["internal"]}[schema]
        if room not in FLOORS or inner != wanted or name != path.stem:
            misplaced.append(f"{path}: {schema}.{name}")
    assert misplaced == []


def test_every_view_has_a_file_of_its_name(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "select c.relname from pg_class as c "
        "where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace) "
        "and c.relkind in ('v', 'm')"
    ).fetchall()
    assert {name for (name,) in rows} == {Path(path).stem for path in paths(SQL / "views")}


def test_every_function_has_a_file_of_its_name(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "select p.proname from pg_proc as p "
        "where p.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace) "
        f"and not ({IS_RELATIONSHIP})"
    ).fetchall()
    assert {name for (name,) in rows} == {Path(path).stem for path in paths(SQL / "functions")}


def test_every_relationship_is_in_the_file_of_its_table(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        f"select c.relname, p.proname from pg_proc as p join pg_class as c"
        f" on c.reltype = p.proargtypes[0] where {IS_RELATIONSHIP}"
    ).fetchall()
    assert set(rows) == {
        (path.stem, name)
        for path in (SQL / "relationships").rglob("*.sql")
        for _, name in OBJECT.findall(path.read_text(encoding="utf-8"))
    }


def test_every_table_has_a_policy_file_of_its_name(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "select c.relname from pg_class as c "
        "where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace) "
        "and c.relkind in ('r', 'p', 'm')"
    ).fetchall()
    tables = {name for (name,) in rows} - BOOKKEEPING
    assert tables == {Path(path).stem for path in paths(SQL / "policies")} - {"schemas"}


@pytest.mark.parametrize("kind", TESTED)
def test_rooms_have_the_same_names_everywhere(kind: str) -> None:
    # A file of sql/metrics is a room of its own, so it needs no folder.
    names = {path.stem if kind == "metrics" else path.name for path in (SQL / kind).iterdir()}
    assert names <= set(FLOORS)


def test_no_string_needs_standard_conforming_strings() -> None:
    """A session may have it off, and parses functions by it; `E'...'` means the same in both."""
    folders = [*(SQL / kind for kind in (*TESTED, "schema")), Path(database.__file__).parent]
    wrong = [
        f"{path}: '{literal}'"
        for folder in folders
        for path in folder.rglob("*.sql")
        for literal in LITERAL.findall(path.read_text(encoding="utf-8"))
        if "\\" in literal
    ]
    assert wrong == []
