"""docs/reference.md is what `pgkit reference` prints."""

import re
from pathlib import Path

import psycopg
import pytest

from pgkit import reference

PAGE = Path(__file__).parent.parent / "docs" / "reference.md"
# Settings of a database that change how PostgreSQL writes types, defaults and conditions.
SETTINGS = {
    "datestyle": "German",
    "intervalstyle": "iso_8601",
    "timezone": "Asia/Kolkata",
    "search_path": "perf",
    "quote_all_identifiers": "on",
}


def test_the_page_is_not_stale(connection: psycopg.Connection) -> None:
    page = PAGE.read_text(encoding="utf-8")
    if page != reference.describe(connection):
        pytest.fail(
            "docs/reference.md is stale: run `pgkit reference > docs/reference.md`"
            " on a database that the files of this checkout were migrated into"
        )


def test_the_page_does_not_depend_on_settings(connection: psycopg.Connection) -> None:
    page = reference.describe(connection)
    for name, value in SETTINGS.items():
        connection.execute("select set_config(%s, %s, false)", [name, value])
    assert reference.describe(connection) == page


def test_the_page_has_everything_of_perf(connection: psycopg.Connection) -> None:
    """So that nothing is left out because no room has its file."""
    objects = connection.execute(
        "select proname::text from pg_proc where pronamespace = 'perf'::regnamespace "
        "and not exists (select from pg_class as c where c.reltype = proargtypes[0]) union all "
        "select relname::text from pg_class where relnamespace = 'perf'::regnamespace "
        "and relkind in ('r', 'p', 'v')"
    ).fetchall()
    metrics = connection.execute("select metric from perf.metrics").fetchall()
    page = reference.describe(connection)
    assert sorted(re.findall(r"^### (\w+)$", page, re.M)) == sorted(name for (name,) in objects)
    listed = re.findall(r"^\| `(\w+)` \| \w+ \|", page, re.M)
    assert {name for (name,) in metrics} <= set(listed)


def test_the_page_says_who_writes_tables_and_which_metrics_rows_bring(
    connection: psycopg.Connection,
) -> None:
    sections = reference.describe(connection).split("\n### ")
    written = {
        section.split("\n")[0]: re.findall(r"^- Written by (.*)$", section, re.M)
        for section in sections
    }
    every = "insert, update, delete"
    everything = [
        f"authenticated: {every}, by users with the role admin",
        f"perf_admin: {every}",
        f"service_role: {every}",
    ]
    for table in ("jobs", "workflows", "workers", "projects", "user_roles"):
        assert written[table] == everything, table
    assert written["retention"] == [
        "authenticated: update of keep, by users with the role admin",
        "perf_admin: update of keep",
        "service_role: update of keep",
    ]
    assert written["performance_metrics"] == written["metrics"] == []
    assert re.search(r"^\| `quality.<name>` \| jobs \| score \| higher \|", sections[-1], re.M)
    assert re.search(r"^\| `stage.<name>` \| jobs \| ms \| lower \|", sections[-1], re.M)


def test_the_command_prints_the_page(pgkit, database: str) -> None:
    done = pgkit("reference", dsn=database)
    assert done.returncode == 0
    assert done.stdout == PAGE.read_text(encoding="utf-8")
    assert done.stderr == ""
