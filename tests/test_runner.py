"""The `test` command: what it counts, and that it leaves nothing behind."""

from pathlib import Path

import psycopg
import pytest

from pgkit.runner import Outcome, read_tap, run_file

pytestmark = pytest.mark.once


@pytest.fixture
def fake_pgtap(empty_database: str) -> str:
    """A database with just enough of pgTAP's functions to print TAP."""
    with psycopg.connect(empty_database) as connection:
        connection.execute(
            "create function plan(n int) returns text language sql as $$ select '1..' || n $$;"
            "create function ok(fine boolean, what text) returns text language sql"
            " as $$ select case when fine then 'ok' else 'not ok' end || ' - ' || what $$"
        )
    return empty_database


def write(folder: Path, text: str) -> Path:
    file = folder / "a.sql"
    file.write_text(text)
    return file


def test_results_are_counted(fake_pgtap, tmp_path) -> None:
    file = write(
        tmp_path, "begin; select plan(2); select ok(true, 'a'); select ok(false, 'b'); rollback;"
    )
    assert run_file(fake_pgtap, file) == Outcome(1, 1, 0, (f"{file}: b",))


def test_an_error_is_a_failure_and_keeps_the_results_before_it(fake_pgtap, tmp_path) -> None:
    file = write(tmp_path, "begin; select plan(2); select ok(true, 'a'); select 1/0; rollback;")
    outcome = run_file(fake_pgtap, file)
    assert (outcome.passed, outcome.failed) == (1, 1)
    assert "division by zero" in outcome.failures[0]


def test_tests_that_did_not_run_are_a_failure(fake_pgtap, tmp_path) -> None:
    file = write(tmp_path, "begin; select plan(3); select ok(true, 'a'); rollback;")
    assert run_file(fake_pgtap, file).failures == (f"{file}: planned 3 tests, ran 1",)


def test_a_file_without_a_plan_is_a_failure() -> None:
    assert read_tap("a.sql", []).failures == ("a.sql: planned no tests, ran 0",)


def test_skipped_and_expected_failures_and_diagnostics_are_read() -> None:
    lines = [
        "1..4",
        "ok 1 - fine",
        "ok 2 # SKIP no pg_cron here",
        "not ok 3 - later # TODO next week",
        "not ok 4 - wrong",
        '# Failed test 4: "wrong"',
        "#     have: 1",
        "# Looks like you failed 1 test of 4",
    ]
    assert read_tap("a.sql", lines) == Outcome(
        2, 1, 1, ('a.sql: wrong\n    # Failed test 4: "wrong"\n    #     have: 1',)
    )


def test_pytest_is_run_counted_and_cleaned_up_after(pgkit, server_dsn, tmp_path) -> None:
    (tmp_path / "test_two.py").write_text(
        "import os\n"
        "def test_good(): assert os.environ['PGKIT_TEST_DSN']\n"
        "def test_bad(): assert False\n"
    )
    ran = pgkit("--dsn", server_dsn, "test", "--pytest-only", tmp_path / "test_two.py")
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[-1] == "1 passed, 1 failed"


def test_pgtap_files_run_in_a_database_that_is_gone_afterwards(pgkit, server_dsn, tmp_path) -> None:
    file = write(
        tmp_path,
        "begin; select plan(2); select has_schema('perf', 'perf is there');"
        " select fail('ran in ' || current_database()); select * from finish(); rollback;",
    )
    ran = pgkit("--dsn", server_dsn, "test", "--pgtap-only", file)
    assert ran.returncode == 1
    with psycopg.connect(server_dsn) as connection:
        available, names = connection.execute(
            "select exists (select from pg_available_extensions where name = 'pgtap'),"
            " (select array_agg(datname) from pg_database)"
        ).fetchone()
    if not available:
        assert "does not have the extension pgtap" in ran.stderr
        return
    failure, *_, counts = ran.stdout.splitlines()
    assert counts == "1 passed, 1 failed"
    name = failure.removeprefix(f"FAILED {file}: ran in ")
    assert name.startswith("pgkit_test_")
    assert name not in names
