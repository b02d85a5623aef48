"""Run the tests: pgTAP files with psycopg, then pytest, against one temporary database."""

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import ExecStatus

from pgkit import migrations, server
from pgkit.database import Connection, Failure, connect, parse_dsn

TAP_LINE = re.compile(r"^(not )?ok\b(?: \d+)?(?: -)? ?(.*?)(?: *# *(skip|todo)\b.*)?$", re.I)


class Outcome(NamedTuple):
    """Counts of tests, and for each failure what a person should read."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: tuple[str, ...] = ()

    def plus(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.failures + other.failures,
        )

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def pgtap_files(paths: Sequence[Path]) -> list[Path]:
    """Return the pgTAP files among and below `paths`; without paths, all of ours."""
    found: list[Path] = []
    for path in paths or [migrations.sql_folder() / "tests"]:
        found += sorted(path.rglob("*.sql")) if path.is_dir() else [path]
    return [path for path in found if path.suffix == ".sql"]


def pytest_paths(paths: Sequence[Path]) -> list[Path]:
    """Return what to hand to pytest; without paths, our tests where this is a source checkout."""
    if paths:
        return [path for path in paths if path.suffix != ".sql" and "sql" not in path.parts]
    ours = Path(__file__).parent.parent / "tests"
    return [ours] if (ours / "conftest.py").exists() else []


@contextmanager
def test_server(dsn: str) -> Iterator[str]:
    """Yield the given server, or start one and remove it at the end where none is given."""
    if dsn:
        yield dsn
        return
    with temporary_server() as started:
        yield started


@contextmanager
def temporary_server(settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield the connection string of a new server with `settings` that is gone after the block."""
    folder = Path(tempfile.mkdtemp(prefix="pgkit-"))
    # When we are root the server runs as another user, who must get in.
    folder.chmod(0o755)
    data = folder / "postgres"
    try:
        yield server.up(
            data, settings={"fsync": "off", "max_connections": "200", **(settings or {})}
        )
    finally:
        server.down(data)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def temporary_database(
    dsn: str, template: str = "template1", settings: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield the connection string of a new database on the server of `dsn`; drop it at the end.

    `settings` are those of the database, each written as SQL has it.
    """
    name = f"pgkit_test_{secrets.token_hex(4)}"
    with connect(dsn, autocommit=True) as connection:
        if template != "template1":
            wait_until_unused(connection, template)
        connection.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        for setting, value in (settings or {}).items():
            connection.execute(f"alter database {name} set {setting} = {value}".encode())
    try:
        yield make_conninfo("", **parse_dsn(dsn, dbname=name))
    finally:
        with connect(dsn, autocommit=True) as connection:
            wait_until_unused(connection, name)
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )


def copied_database(dsn: str, original: str) -> AbstractContextManager[str]:
    """Yield the connection string of a copy of a database on the server of `dsn`; drop it after.

    Nobody may be connected to the original.
    """
    return temporary_database(dsn, parse_dsn(original)["dbname"])


def wait_until_unused(connection: Connection, database: str) -> None:
    """Wait until the sessions that were just closed have ended, at most a second.

    To drop or copy a database that still has one takes PostgreSQL at least 100 ms.
    """
    statement = (
        "select from pg_stat_activity where datname = %s and backend_type = 'client backend'"
    )
    deadline = time.monotonic() + 1
    while connection.execute(statement, [database]).fetchone() and time.monotonic() < deadline:
        time.sleep(0.002)


def run_pgtap(
    dsn: str,
    files: Sequence[Path],
    progress: Callable[[Path, Outcome], None] = lambda path, outcome: None,
    settings: Mapping[str, str] | None = None,
) -> Outcome:
    """Run pgTAP files in a temporary, migrated database with `settings`, on this server."""
    total = Outcome()
    with temporary_database(dsn, settings=settings) as database:
        migrations.migrate(database)
        install_test_extensions(database)
        for file in files:
            outcome = run_file(database, file)
            progress(file, outcome)
            total = total.plus(outcome)
    return total


def install_test_extensions(dsn: str) -> None:
    """Create pgTAP, and plpgsql_check where the server has it."""
    with connect(dsn, autocommit=True) as connection:
        try:
            connection.execute("create extension pgtap")
        except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported):
            raise Failure(
                "this server does not have the extension pgtap",
                "Install it beside the server (on Debian: postgresql-NN-pgtap), or run "
                "scripts/test, which does.",
            ) from None
        row = connection.execute(
            "select from pg_available_extensions where name = 'plpgsql_check'"
        ).fetchone()
        if row is not None:
            connection.execute("create extension plpgsql_check")


def run_file(dsn: str, file: Path) -> Outcome:
    """Run one pgTAP file in a connection of its own and read what it prints."""
    with connect(dsn, autocommit=True) as connection:
        lines, error = execute(connection.pgconn, file.read_bytes())
    return read_tap(str(file), lines, error)


def execute(pgconn: psycopg.pq.abc.PGconn, text: bytes) -> tuple[list[str], str | None]:
    """Send several statements at once; return the lines they print and the error, if any.

    By libpq's own calls, because psycopg drops the results before an error.
    """
    lines: list[str] = []
    error = None
    pgconn.send_query(text)
    while result := pgconn.get_result():
        if result.status == ExecStatus.TUPLES_OK:
            for row in range(result.ntuples):
                lines += (result.get_value(row, 0) or b"").decode().splitlines()
        elif result.status == ExecStatus.FATAL_ERROR:
            error = result.error_message.decode(errors="replace").strip()
    return lines, error


def read_tap(name: str, lines: Sequence[str], error: str | None = None) -> Outcome:
    """Count the results in TAP output. A missing or wrong plan and an error count as failures."""
    passed = skipped = 0
    failures: list[str] = []
    planned: int | None = None
    for line in lines:
        if match := re.match(r"^1\.\.(\d+)", line):
            planned = int(match[1])
        elif match := TAP_LINE.match(line):
            not_ok, description, directive = match.groups()
            if (directive or "").lower() == "skip":
                skipped += 1
            elif directive or not not_ok:
                passed += 1
            else:
                failures.append(f"{name}: {description}")
        elif line.startswith("#") and failures and not line.startswith("# Looks like"):
            failures[-1] += f"\n    {line}"
    ran = passed + skipped + len(failures)
    if error:
        failures.append(f"{name}: {error}")
    elif planned != ran:
        failures.append(f"{name}: planned {planned or 'no'} tests, ran {ran}")
    return Outcome(passed, len(failures), skipped, tuple(failures))


def run_pytest(dsn: str, paths: Sequence[Path]) -> Outcome:
    """Run pytest against the server of `dsn`, its output going to stderr."""
    with (
        tempfile.TemporaryDirectory() as folder,
        temporary_database(dsn) as template,
    ):
        # Two first migrations of a server at once would both create the roles, and one would fail.
        migrations.migrate(template)
        report = Path(folder) / "report.xml"
        options = ["-q", f"--junitxml={report}", *side_by_side(paths)]
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *map(str, paths)],
            env={**os.environ, "PGKIT_TEST_DSN": dsn, "PGKIT_TEST_TEMPLATE": template},
            stdout=sys.stderr,
        )
        try:
            process.wait()
        except KeyboardInterrupt:
            # It got the interrupt too, and needs a moment to stop its servers.
            process.wait()
            raise
        if not report.exists():
            return Outcome(failed=1, failures=("pytest did not run",))
        return read_junit(report)


def side_by_side(paths: Sequence[Path]) -> list[str]:
    """Return the options that share out the test files over a few processes, none for one file."""
    files = sum(len(list(path.rglob("test_*.py"))) if path.is_dir() else 1 for path in paths)
    # Two on one core as well: many tests wait.
    processes = min(files, max(2, min(4, os.cpu_count() or 1)))
    if processes < 2:
        return []
    return ["-n", str(processes), "--dist=loadfile", "--no-loadscope-reorder"]


def read_junit(report: Path) -> Outcome:
    """Count the results in a JUnit file, as pytest writes it."""
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))

    def total(key: str) -> int:
        return sum(int(suite.get(key, "0")) for suite in suites)

    failed = total("failures") + total("errors")
    skipped = total("skipped")
    return Outcome(total("tests") - failed - skipped, failed, skipped)
