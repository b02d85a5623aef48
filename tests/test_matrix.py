"""Everybody may do exactly what tests/access_matrix.csv says."""

from typing import Any

import matrix
import psycopg
import pytest
from test_messages import filled  # noqa: F401


@pytest.fixture
def tried(connection: psycopg.Connection, filled: dict[str, Any]) -> list[matrix.Row]:  # noqa: F811
    matrix.fill(connection)
    return list(matrix.try_everything(connection, filled))


def test_the_whole_catalog_is_as_the_matrix_says(tried: list[matrix.Row]) -> None:
    written = matrix.read_matrix()
    found = {(row.object, row.verb): row for row in tried}
    assert found.keys() - written.keys() == set(), "add these lines to tests/access_matrix.csv"
    assert written.keys() - found.keys() == set(), "there is nothing of that name"
    wrong = [
        f"{row.object} {row.verb}: {actor} is {found[key].marks[number]}, not {row.marks[number]}"
        for key, row in written.items()
        for number, actor in enumerate(matrix.ACTORS)
        if found[key].marks[number] != row.marks[number]
    ]
    assert wrong == []
    assert len(found) == len(tried) > 900


def test_nobody_without_a_role_may_call_more_than_pure_functions() -> None:
    """So that a mistake in the matrix is not only copied from the database."""
    written = matrix.read_matrix()
    for row in written.values():
        marks = dict(zip(matrix.ACTORS, row.marks, strict=True))
        assert marks["anon"] == marks["login"] == "-", row
        if row.verb in ("insert", "truncate"):
            assert marks["none"] == marks["recorder"] == marks["analyst"] == "-", row
        elif row.verb != "call":
            assert marks["none"] in ("-", "0") or row.verb == "select", row
        if row.object.startswith("perf_internal.") and row.verb not in ("call", "select"):
            assert "+" not in row.marks, row
        if marks["none"] == "+" and not (
            row.verb == "call"
            and (
                row.object.startswith("perf_internal.")
                # A relationship has the name of a table, and shows no row that the table hides.
                or (row.object.partition("(")[0], "select") in written
            )
        ):
            assert row.object.startswith("perf.get_") or row.object in (
                "perf.has_role",
                # The id of the cluster and of the database, which nobody can use.
                "perf_internal.origin",
            ), row
        # A procedure commits, and PostgREST calls none.
        if row.object != "perf.run_job":
            assert marks["admin"] == marks["perf_admin"], row


def test_the_page_is_not_stale() -> None:
    page = matrix.render(matrix.read_matrix().values())
    assert matrix.PAGE.read_text(encoding="utf-8") == page, (
        "write the page again: python -c 'import matrix; matrix.PAGE.write_text("
        "matrix.render(matrix.read_matrix().values()))' in tests"
    )


def test_a_function_with_rights_of_the_owner_asks_for_a_role(connection) -> None:
    """Whoever may execute it. The two that may be asked by all say only whether one has a role."""
    marks = {
        row.object: dict(zip(matrix.ACTORS, row.marks, strict=True))
        for row in matrix.read_matrix().values()
        if row.verb == "call"
    }
    definers = connection.execute(
        "select p.oid::regproc::text from pg_proc as p where p.prosecdef"
        " and p.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)"
    ).fetchall()
    open_to_all = {name for (name,) in definers if marks[name]["none"] == "+"}
    assert open_to_all == {"perf_internal.has_any_role", "perf_internal.has_role"}
