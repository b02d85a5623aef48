"""A room uses rooms on lower floors only: no arrow between the SQL files goes up or sideways."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgkit import migrations

pytestmark = pytest.mark.once

FLOORS = {
    "statistics": 0,
    "access": 1,
    "rollups": 2,
    "experiments": 3,
    "calls": 4,
    "jobs": 4,
    "evaluations": 4,
    "configs": 5,
    "otlp": 5,
    "costs": 6,
    "alerts": 7,
    "operations": 8,
}
CREATED = re.compile(
    r"\bcreate\s+(?:or\s+replace\s+)?(?:materialized\s+|unique\s+|temporary\s+)?"
    r"(?:function|procedure|aggregate|view|table|type|sequence|domain)\s+"
    r"(?:if\s+not\s+exists\s+)?((?:perf|perf_internal)\.\w+)"
)
# Comments, texts with their doubled quotes, and the rest.
PIECES = re.compile(r"(?P<comment>--[^\n]*|/\*.*?\*/)|'(?P<text>(?:[^']|'')*)'", re.S)
COMMENT_ON = re.compile(r"^comment on\s(?:[^';]|'(?:[^']|'')*')*;", re.M)
MENTION = re.compile(r"\b(?:perf|perf_internal)\.\w+")
# What makes a text SQL that somebody runs; other texts are messages and comments on objects.
STATEMENT = re.compile(r"\b(select|insert|update|delete|table|from|join)\b")
SCHEMAS = ("perf", "perf_internal")
SETTINGS = {"perf.models_are_recorded", "perf.rows_are_checked", "perf.workflows_are_recorded"}


def read_files(sql: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the room, the name and the text of every file that a migration applies."""
    for file in migrations.read_files(sql):
        # Texts about the functions of all rooms, which use nothing.
        if file.folder == "arguments":
            continue
        _, *rooms, name = file.name.removesuffix(".sql").split("/")
        # Without a folder roles/room, metrics/room, schema/NNNN_room, schema/NNNN_add_x_to_room.
        yield rooms[0] if rooms else name.split("_")[-1], file.name, file.text


def read_code(text: str) -> tuple[str, list[str]]:
    """Return a file's code without comments and texts, and the texts in it that are SQL.

    A text that is nothing but the name of an object is the argument of a function that uses it.
    """
    text = COMMENT_ON.sub("", text)
    texts = [(piece["text"] or "").replace("''", "'") for piece in PIECES.finditer(text)]
    statements = [found for found in texts if STATEMENT.search(found) or MENTION.fullmatch(found)]
    return PIECES.sub("''", text), statements


def read_mentions(text: str) -> tuple[set[str], set[str]]:
    """Return what the code of a file mentions, and what only the statements in its texts do."""
    code, statements = read_code(text)
    in_code = set(MENTION.findall(code)) - SETTINGS
    return in_code, {name for found in statements for name in MENTION.findall(found)} - in_code


def find_objects(sql: Path) -> dict[str, str]:
    """Return the room of every object that the files create."""
    objects: dict[str, str] = {}
    for room, file, text in read_files(sql):
        # A relationship has the name of the table that it returns.
        if not file.startswith("relationships/"):
            objects |= dict.fromkeys(CREATED.findall(read_code(text)[0]), room)
    return objects


def find_arrows(sql: Path) -> list[str]:
    """Return a line for each object of another room, not on a lower floor, that a file uses."""
    objects = find_objects(sql)
    arrows = []
    for room, file, text in read_files(sql):
        in_code, in_texts = read_mentions(text)
        arrows += [f"{file}: nothing creates {name}" for name in sorted(in_code - set(objects))]
        for name in sorted((in_code | in_texts) & set(objects)):
            used = objects[name]
            if used != room and FLOORS[used] >= FLOORS[room]:
                arrows.append(f"{file}: {room} uses {name} of {used}")
    return arrows


def test_every_file_belongs_to_a_room() -> None:
    assert {room for room, *_ in read_files(migrations.sql_folder())} <= set(FLOORS)


def test_every_policy_file_stands_in_the_room_of_its_table() -> None:
    sql = migrations.sql_folder()
    objects = find_objects(sql)
    misplaced = [
        file
        for room, file, _ in read_files(sql)
        if file.startswith("policies/")
        and file != "policies/access/schemas.sql"
        and room not in [objects.get(f"{schema}.{Path(file).stem}") for schema in SCHEMAS]
    ]
    assert misplaced == []


def test_no_room_uses_a_room_on_its_own_floor_or_above() -> None:
    assert find_arrows(migrations.sql_folder()) == []


def test_the_files_that_are_read_use_what_the_rooms_below_them_have() -> None:
    """So an empty list of arrows does not mean that nothing was found."""
    sql = migrations.sql_folder()
    objects = find_objects(sql)
    assert objects["perf_internal.rollups"] == objects["perf_internal.roll_up"] == "rollups"
    assert objects["perf.performance_metrics_hourly"] == objects["perf.models"] == "calls"
    used = {
        (room, objects[name])
        for room, _, text in read_files(sql)
        for name in set().union(*read_mentions(text)) & set(objects)
    }
    assert {
        ("rollups", "statistics"),
        ("rollups", "access"),
        ("calls", "rollups"),
        ("configs", "calls"),
        ("operations", "rollups"),
    } <= used


FUNCTION = (
    "create or replace function perf_internal.planted() returns void language plpgsql as $$\n"
    "begin\n{body}\nend\n$$;\n"
)
PLANTED = {
    "up": (
        "functions/rollups/internal/planted.sql",
        FUNCTION.format(body="perform perf.record_call('a', 'b', 1);"),
        "rollups uses perf.record_call of calls",
    ),
    "sideways": (
        "functions/jobs/planted.sql",
        FUNCTION.format(body="return perf.record_call(null, null, null);"),
        "jobs uses perf.record_call of calls",
    ),
    "in a statement that is put together": (
        "functions/rollups/internal/planted.sql",
        FUNCTION.format(body="execute format('select count(*) from perf.%s join perf.models', 1);"),
        "rollups uses perf.models of calls",
    ),
    "in a view": (
        "views/calls/planted.sql",
        "create or replace view perf_internal.planted as select * from perf.audit_log;\n",
        "calls uses perf.audit_log of configs",
    ),
    "in a policy": (
        "policies/statistics/planted.sql",
        "create policy planted on perf.models using (perf.has_role(null, 'admin'));\n",
        "statistics uses perf.has_role of access",
    ),
    "in the metrics of a room": (
        "metrics/access.sql",
        "select perf_internal.add_pipeline('planted', raw_table => 'perf.profiles');\n",
        "access uses perf_internal.add_pipeline of rollups",
    ),
    "in a schema file": (
        "schema/9000_add_calls_to_rollups.sql",
        "alter table perf_internal.rollups add column model_id uuid references perf.models (id);\n",
        "rollups uses perf.models of calls",
    ),
    "to what does not exist": (
        "functions/rollups/internal/planted.sql",
        FUNCTION.format(body="perform perf_internal.no_such_function();"),
        "nothing creates perf_internal.no_such_function",
    ),
}


@pytest.mark.parametrize(("file", "text", "found"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_arrow_is_found(sql_copy, file, text, found) -> None:
    before = find_arrows(sql_copy)
    (sql_copy / file).parent.mkdir(exist_ok=True)
    (sql_copy / file).write_text(text)
    new = [arrow for arrow in find_arrows(sql_copy) if arrow not in before]
    assert f"{file}: {found}" in new


def test_comments_and_messages_are_no_arrows(sql_copy) -> None:
    before = find_arrows(sql_copy)
    (sql_copy / "functions/rollups/internal/planted.sql").write_text(
        "-- perf.record_call() records; /* perf.models */\n"
        + FUNCTION.format(body="raise exception using hint = 'See perf.record_call().';")
        + "comment on function perf_internal.planted is 'See what perf.record_call() inserts.';\n"
    )
    assert find_arrows(sql_copy) == before
