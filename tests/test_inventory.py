"""Every file of `sql/` has its test, at the same path, and every test its file."""

from pathlib import Path

import psycopg
import pytest

from pgkit import migrations

SQL = migrations.sql_folder()

# Tables of the migration itself, which have no policy file.
BOOKKEEPING = {"applied_files", "_yoyo_log", "_yoyo_migration", "_yoyo_version"}


def paths(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*.sql")}


@pytest.mark.parametrize("kind", ["functions", "policies"])
def test_every_file_has_a_test_of_the_same_path(kind: str) -> None:
    assert paths(SQL / kind) - paths(SQL / "tests" / kind) == set()


@pytest.mark.parametrize("kind", ["functions", "policies"])
def test_every_test_belongs_to_a_file(kind: str) -> None:
    assert paths(SQL / "tests" / kind) - paths(SQL / kind) == set()


def test_every_function_has_a_file_of_its_name(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "select p.proname from pg_proc as p "
        "where p.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)"
    ).fetchall()
    assert {name for (name,) in rows} == {Path(path).stem for path in paths(SQL / "functions")}


def test_every_table_has_a_policy_file_of_its_name(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "select c.relname from pg_class as c "
        "where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace) "
        "and c.relkind in ('r', 'p', 'm')"
    ).fetchall()
    tables = {name for (name,) in rows} - BOOKKEEPING
    assert tables == {Path(path).stem for path in paths(SQL / "policies")}


def test_functions_and_tests_use_the_same_rooms() -> None:
    def rooms(folder: Path) -> set[str]:
        return {path.name for path in folder.iterdir() if path.is_dir()}

    allowed = {
        "access",
        "alerts",
        "calls",
        "configs",
        "evaluations",
        "experiments",
        "jobs",
        "operations",
        "statistics",
    }
    assert rooms(SQL / "functions") <= allowed
    assert rooms(SQL / "policies") <= allowed
