"""Spread the big tables over the nodes of a Citus cluster, keep them there, and bring them back."""

import json
import re
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from pgkit.database import Connection, Failure, first_line, query, refuse_worker

# Rows that are copied to workers in a second, with their indexes; see benchmarks/README.md.
ROWS_PER_SECOND = 100_000
# Each partition is a table of its own on a worker for each part.
PARTS_PER_SECOND = 50
ROLLUPS = "perf_internal.rollups"
STATEMENT = (
    r"^(?:(?:drop|create(?: or replace)?) (?:policy|trigger)\s[^;]*?\son\s+({tables})\b[^;]*"
    r"|alter table ({tables}) enable row level security);"
)
# More nodes than shards would be of no use.
SHARDS_PER_WORKER = 4
FEWEST_SHARDS = 8

NOT_READY = "Nothing was changed. Mend that, then run the command again. See docs/citus.md."


class Table(NamedTuple):
    """A table that is spread by a column, or copied to all nodes where there is none."""

    name: str
    series_column: str | None
    is_distributed: bool
    rows: int
    size: int
    partitions: int


class Node(NamedTuple):
    """A node of the cluster, with what keeps it from taking part."""

    name: str
    is_coordinator: bool
    has_shards: bool
    problems: list[str]
    # Transactions that wait for more than five minutes to be over.
    old_prepared: int


class Plan(NamedTuple):
    """What `distribute` would do."""

    nodes: list[Node]
    tables: list[Table]
    shards: int

    @property
    def missing(self) -> list[Table]:
        return [table for table in self.tables if not table.is_distributed]

    def seconds(self, tables: Sequence[Table]) -> float:
        """How long recording waits while tables move: for rows, parts, locks and catalogs."""
        return (
            3
            + sum(table.rows for table in tables) / ROWS_PER_SECOND
            + sum(table.partitions for table in tables) * self.shards / PARTS_PER_SECOND
        )


def is_distributed(connection: Connection) -> bool:
    """Say whether the big tables are spread over nodes."""
    row = connection.execute("select to_regproc('perf_internal.is_distributed')").fetchone()
    if row == (None,):
        return False
    row = connection.execute("select perf_internal.is_distributed()").fetchone()
    return row == (True,)


def read_tables(connection: Connection) -> list[Table]:
    """Return the tables that are or would be spread, in the order in which they are locked."""
    return [Table(*row) for row in connection.execute(query("cluster_tables")).fetchall()]


def read_nodes(connection: Connection) -> list[Node]:
    """Return the nodes, the coordinator first, and what stands in the way of each."""
    nodes = []
    roles: set[str] = set()
    for name, is_coordinator, has_shards, success, result in connection.execute(
        query("cluster_nodes")
    ).fetchall():
        problems = []
        found = json.loads(result) if success else {}
        if not success:
            problems.append(f"does not answer: {first_line(result or 'no reason given')}")
        else:
            roles |= set(found["roles"]) if is_coordinator else set()
            if found["max_prepared_transactions"] == 0:
                problems.append("has max_prepared_transactions = 0")
            if missing := sorted(roles - set(found["roles"])):
                problems.append(f"has no role {', '.join(missing)}")
            if not found["may_see"]:
                problems.append("hides transactions: grant pg_monitor to the owner")
        old = int(found.get("old_prepared", 0))
        nodes.append(Node(name, is_coordinator, has_shards, problems, old))
    return nodes


def plan(connection: Connection, shards: int | None = None) -> Plan:
    """Return what `distribute` would do, or fail where it could not."""
    refuse_without_cluster(connection)
    nodes = read_nodes(connection)
    workers = sum(node.has_shards for node in nodes)
    if not any(node.is_coordinator for node in nodes):
        raise Failure(
            "the coordinator is not a node of the cluster",
            "Run select citus_set_coordinator_host('NAME', PORT), with the name by which the"
            " workers reach it.",
        )
    if not workers:
        raise Failure(
            "the cluster has no workers", "Add each with select citus_add_node('NAME', PORT)."
        )
    if problems := [f"{node.name} {problem}" for node in nodes for problem in node.problems]:
        raise Failure(f"the cluster is not ready: {'; '.join(problems)}", NOT_READY)
    number = shards or max(FEWEST_SHARDS, SHARDS_PER_WORKER * workers)
    sizes = {row[0]: row[1:] for row in connection.execute(query("cluster_sizes")).fetchall()}
    tables = [
        table._replace(rows=sizes[table.name][0], size=sizes[table.name][1])
        if table.name in sizes
        else table
        for table in read_tables(connection)
    ]
    return Plan(nodes, tables, number)


def refuse_without_cluster(connection: Connection) -> None:
    """Fail where this is no coordinator of a cluster, or was never migrated."""
    row = connection.execute("select to_regclass('pg_catalog.pg_dist_local_group')").fetchone()
    if row == (None,):
        raise Failure(
            "this database has no Citus",
            "Add citus to shared_preload_libraries on every node, then run create extension citus"
            " in this database of each. See docs/citus.md.",
        )
    refuse_worker(connection)
    row = connection.execute("select to_regproc('perf_internal.is_distributed')").fetchone()
    if row == (None,):
        raise Failure("this database is not up to date", "Run `pgkit migrate` first.")


def spread(
    connection: Connection, tables: Sequence[Table], shards: int, report: Callable[[str], None]
) -> None:
    """Give tables their places on the nodes, within the transaction of the caller."""
    names = ",".join(table.name for table in tables)
    connection.execute("select set_config('pgkit.objects', %s, true)", [names])
    connection.execute(query("cluster_strip"))
    # The others lie where the rollups of their series are.
    for table in sorted(tables, key=lambda table: table.name != ROLLUPS):
        report(table.name)
        if table.series_column is None:
            connection.execute("select create_reference_table(%s)", [table.name])
        elif table.name == ROLLUPS:
            connection.execute(
                "select create_distributed_table(%s, %s, shard_count => %s)",
                [table.name, table.series_column, shards],
            )
        else:
            connection.execute(
                "select create_distributed_table(%s, %s, colocate_with => %s)",
                [table.name, table.series_column, ROLLUPS],
            )
        # The rows are on the workers now. Give back what they took here.
        connection.execute("select truncate_local_data_after_distributing_table(%s)", [table.name])


def adapt(connection: Connection) -> bool:
    """Fit what the files made to spread tables, and say whether there are any.

    A table of a new pipeline is spread as the others are.
    """
    if not is_distributed(connection):
        return False
    if missing := [table for table in read_tables(connection) if not table.is_distributed]:
        spread(connection, missing, FEWEST_SHARDS, lambda step: None)
    names = ",".join(read_spread(connection))
    connection.execute("select set_config('pgkit.objects', %s, true)", [names])
    connection.execute(query("cluster_adapt"))
    return True


def guard(connection: Connection) -> None:
    """Make every worker refuse calls and reports; without spread tables, do nothing."""
    if not is_distributed(connection):
        return
    for node, success, result in connection.execute(query("cluster_guard")).fetchall():
        if not success:
            raise Failure(
                f"node {node} does not answer: {first_line(result or 'no reason given')}",
                "Run `pgkit distribute` again when it does. Until then no run starts.",
            )


def strip(text: str, names: Collection[str]) -> str:
    """Leave out the triggers and policies of spread tables, which Citus refuses.

    Row level security is enabled there already, and Citus wants to see that alone.
    """
    if not names:
        return text
    tables = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(STATEMENT.format(tables=tables), "", text, flags=re.M | re.I)


def read_spread(connection: Connection) -> set[str]:
    """Return the names of spread tables, their partitions and views; none without a cluster."""
    if not is_distributed(connection):
        return set()
    return {row[0] for row in connection.execute(query("cluster_spread")).fetchall()}
