"""Say what has to run: files that changed, and files whose objects somebody changed by hand."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from pgkit.database import Connection, query

if TYPE_CHECKING:
    from pgkit.migrations import SqlFile

OURS = r"perf(?:_internal)?\.\w+"
COMMENT = re.compile(r"--[^\n]*")
# Bodies of functions, and texts.
QUOTED = re.compile(r"\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'", re.S)
# A block does what its surroundings ask for, such as a trigger for each table that has none.
BLOCK = re.compile(r"^do \$", re.M)
FUNCTION = re.compile(rf"^create or replace (?:function|procedure|aggregate) ({OURS})", re.M | re.I)
RELATIONSHIP = re.compile(rf"^create or replace function ({OURS})\(\w+ ({OURS})\)", re.M | re.I)
RELATION = re.compile(rf"\b(?:table|view|on)\s+(?:if\s+(?:not\s+)?exists\s+)?({OURS})", re.I)
# A grant on an object of ours stands at the start of a line; no text in it holds a semicolon.
GRANT = re.compile(r"^grant .+?;", re.M | re.S)
GRANTED = re.compile(r"\bperf(?:_internal)?(?:\.\w+)?\b")
PIPELINE = re.compile(r"\badd_pipeline\(\s*'(\w+)'")
RAW_TABLE = re.compile(rf"\braw_table => '({OURS})'")
# A metric file deletes rows of them and adds them again. Who checks a foreign key has to wait.
METRIC_TABLES = ("perf.metrics", "perf_internal.metric_families", "perf_internal.pipelines")


@cache
def find_function(file: "SqlFile") -> str | None:
    """Return the function that a file under `functions/` creates, with its schema."""
    found = FUNCTION.search(file.text) if file.folder == "functions" else None
    return found[1] if found else None


@cache
def find_functions(file: "SqlFile") -> list[str]:
    """Return all functions that a file creates, with their schema.

    Relationships of several tables have the same name, so the table stands behind it.
    """
    if file.folder == "relationships":
        return [f"{name}({table})" for name, table in RELATIONSHIP.findall(file.text)]
    function = find_function(file)
    return [function] if function else []


@cache
def find_relations(file: "SqlFile") -> set[str]:
    """Return the tables and views that a file changes, and for whose locks it asks.

    A schema file may change whatever it names.
    """
    text = COMMENT.sub("", file.text)
    if file.folder == "schema":
        return set(re.findall(OURS, text))
    if file.folder == "metrics":
        return {*METRIC_TABLES, *RAW_TABLE.findall(text)}
    return set(RELATION.findall(QUOTED.sub("", text)))


def may_lock(file: "SqlFile") -> bool:
    """Say whether a file may lock tables or views."""
    return bool(find_relations(file) or BLOCK.search(file.text))


@cache
def find_objects(file: "SqlFile") -> set[str]:
    """Return the names of what a file makes, as `queries/fingerprints.sql` has them."""
    if file.folder == "roles":
        return {"roles"}
    if file.folder == "schema":
        return set()
    if file.folder == "metrics":
        return {
            *RAW_TABLE.findall(file.text),
            *(f"pipeline {name}" for name in PIPELINE.findall(file.text)),
        }
    functions = {name.partition("(")[0] for name in find_functions(file)}
    grants_on_auth = {"auth"} if "on schema auth" in file.text else set()
    return find_relations(file) | functions | grants_on_auth


def find_changes(
    files: Sequence["SqlFile"],
    pending: Collection[str],
    checksums: Mapping[str, str],
    differing: Collection[str],
) -> list["SqlFile"]:
    """Return the files that have to run, in their order.

    `pending` are the names of schema files, `checksums` those of applied files, `differing` the
    objects that are not as the last migration left them.
    """
    changed = {
        file.name
        for file in files
        if file.name in pending
        or (
            file.folder != "schema"
            and (
                checksums.get(file.name) != file.checksum
                or not find_objects(file).isdisjoint(differing)
            )
        )
    }
    # A metric is tried when it is added, and this trial is to meet what it will be computed with.
    touched: set[str] = set()
    for file in files:
        if file.name in changed and file.folder in ("schema", "functions", "views"):
            touched |= find_relations(file) | {find_function(file) or ""}
        elif file.folder == "metrics" and touched.intersection(re.findall(OURS, file.text)):
            changed.add(file.name)
    if changed:
        changed |= {f.name for f in files if f.folder != "schema" and BLOCK.search(f.text)}
    return [file for file in files if file.name in changed]


def read_fingerprints(connection: Connection, names: Sequence[str] | None = None) -> dict[str, str]:
    """Return a digest of each of our functions, tables, views and pipelines, and of the roles.

    With `names` only theirs, which takes less time.
    """
    with connection.transaction(force_rollback=True):
        # How the server writes a definition depends on them.
        connection.execute("set local quote_all_identifiers = off")
        connection.execute("set local search_path = pg_catalog, pg_temp")
        return dict(connection.execute(query("fingerprints"), {"names": names}).fetchall())


def read_recorded(connection: Connection) -> dict[str, str]:
    """Return the digests of what the last migration left, which older versions did not keep."""
    table = "perf_internal.applied_objects"
    if connection.execute("select to_regclass(%s)", [table]).fetchone() == (None,):
        return {}
    return dict(
        connection.execute(
            "select object_name, fingerprint from perf_internal.applied_objects"
        ).fetchall()
    )


def find_differing(recorded: Mapping[str, str], current: Mapping[str, str]) -> set[str]:
    """Return the objects that differ from what the last migration left, or are gone."""
    return {
        name for name in recorded.keys() | current.keys() if recorded.get(name) != current.get(name)
    }


def find_hand_made(recorded: Mapping[str, str], current: Mapping[str, str]) -> list[str]:
    """Return the objects that somebody has changed or dropped since the last migration.

    Another major version of the server may write the same definition in another way.
    """
    version = current.get("roles", "").partition(" ")[0]
    return sorted(
        name
        for name, fingerprint in recorded.items()
        if fingerprint != current.get(name) and fingerprint.partition(" ")[0] == version
    )


@cache
def find_grants(file: "SqlFile") -> list[str]:
    """Return the statements of a file that grant rights on our objects."""
    return GRANT.findall(file.text)


@cache
def find_granted(statement: str) -> set[str]:
    """Return the objects and schemas on which a statement grants rights."""
    return set(GRANTED.findall(re.split(r"\son\s", statement, maxsplit=1)[-1]))


@cache
def find_names(file: "SqlFile") -> set[str]:
    """Return the names of all that a file may have made, or granted rights on."""
    if file.folder == "schema":
        return find_relations(file)
    return find_objects(file).union(*map(find_granted, find_grants(file)))
