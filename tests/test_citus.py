"""A cluster of Citus: spreading tables, the plans of statements, losses of nodes, and rights.

PGKIT_CITUS_BIN is the directory of the programs of a PostgreSQL that has Citus: nodes are started,
and killed. Or PGKIT_CITUS_DSN is the coordinator of a cluster that may be broken: a database
"pgkit" comes and goes there, its nodes are left running. Citus is in no package registry, so
elsewhere these tests are skipped.
"""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import citus
import matrix
import psycopg
import pytest
from conftest import Pgkit
from pipeline import verify, wait_for
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb
from test_messages import filled  # noqa: F401

from pgkit import binaries, cluster, distribution, doctor, migrations
from pgkit.database import Failure

pytestmark = pytest.mark.skipif(
    citus.VARIABLE not in os.environ and citus.ADDRESS not in os.environ,
    reason=f"{citus.VARIABLE} names no build of Citus 13.2 for PostgreSQL 15, and"
    f" {citus.ADDRESS} no cluster",
)
# How often nodes are killed.
KILLS = int(os.environ.get("PGKIT_CITUS_KILLS", "10"))
NOON = datetime(2020, 1, 6, 12, tzinfo=UTC)
AS_OF = "2020-01-06 12:00+00"


@pytest.fixture(scope="module")
def nodes() -> Iterator[citus.Running]:
    """A coordinator and two workers."""
    if address := os.environ.get(citus.ADDRESS):
        yield citus.Running(address)
        return
    with TemporaryDirectory(prefix="pgkit-citus-", dir="/dev/shm") as folder:
        # The servers run as another user where the tests are run by root.
        Path(folder).chmod(0o755)
        with citus.running(Path(folder) / "cluster", settings={"fsync": "off"}) as started:
            yield started


@pytest.fixture
def own_nodes(nodes: citus.Running) -> citus.Cluster:
    """Nodes that may be killed."""
    if not isinstance(nodes, citus.Cluster):
        pytest.skip(f"the nodes of {citus.ADDRESS} are not ours to start and kill")
    return nodes


@pytest.fixture
def empty(nodes: citus.Running) -> Iterator[str]:
    """The address of a new database on all nodes."""
    dsn = nodes.create_database("pgkit")
    yield dsn
    nodes.drop_database("pgkit")


@pytest.fixture
def spread(empty: str) -> str:
    """The address of a migrated and distributed database."""
    migrations.migrate(empty)
    cluster.distribute(empty)
    return empty


@pytest.fixture
def connection(spread: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(spread, autocommit=True) as opened:
        yield opened


def one(connection: psycopg.Connection, statement: str, *given: Any) -> Any:
    row = connection.execute(statement.encode(), given or None).fetchone()
    return row and row[0]


def record_some(connection: psycopg.Connection, calls: int = 300, seed: int = 1) -> None:
    """Record calls of eight series over six hours, and jobs of two workers."""
    numbers = random.Random(seed)
    batch = [
        {
            "model_name": f"acme/{numbers.randrange(8)}",
            "tool_name": "chat",
            "response_time_ms": round(numbers.lognormvariate(6, 1), 3),
            "success": numbers.random() < 0.9,
            "input_tokens": numbers.randrange(2000),
            "output_tokens": numbers.randrange(500),
            "first_token_ms": round(numbers.lognormvariate(4, 1), 3),
            "call_timestamp": (NOON + timedelta(seconds=numbers.randrange(21600))).isoformat(),
        }
        for _ in range(calls)
    ]
    connection.execute("select perf.record_calls(%s)", [Jsonb(batch)])
    for number in range(20):
        connection.execute(
            "select perf.record_job_metrics('portrait', %s, total_wall_time_ms => %s,"
            " total_gpu_time_ms => 900, quality_scores => %s, completed_at => %s)",
            [
                f"gpu-{number % 2}",
                1000 + numbers.randrange(1000),
                Jsonb({"likeness": numbers.random()}),
                NOON + timedelta(minutes=number),
            ],
        )


def read_all(connection: psycopg.Connection) -> dict[str, list[tuple]]:
    """Return what reports say of the calls and jobs of that day."""
    hours = "'2020-01-06', '2020-01-08'"
    return {
        statement: connection.execute(f"{statement} order by 1, 2, 3".encode()).fetchall()
        for statement in (
            f"select * from perf.get_performance_trends('acme/1', 'chat', {hours})",
            f"select * from perf.get_model_comparison({hours})",
            f"select * from perf.get_latency_percentiles({hours})",
            f"select * from perf.get_error_breakdown({hours})",
            f"select * from perf.get_workflow_ranking('total_wall_time_ms', {hours})",
            f"select * from perf.get_quality_distribution('likeness', {hours})",
            "select * from perf.get_recorded_range()",
            f"select * from perf.query_metrics('response_time_ms', {hours})",
            f"select * from perf.query_metrics('quality.likeness', {hours})",
        )
    }


def near(values: Any) -> Any:
    """Return what equals values but for the last digits, which depend on the order of a sum."""
    if isinstance(values, dict):
        return {key: near(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return type(values)(near(value) for value in values)
    return pytest.approx(values, rel=1e-9) if isinstance(values, float) else values


# Spreading.


def test_migrate_says_nothing_of_citus_and_changes_nothing_twice(empty: str) -> None:
    warnings: list[str] = []
    migrations.migrate(empty, warn=warnings.append)
    assert warnings == []
    assert migrations.migrate(empty) == []


def test_distribute_can_be_run_again_and_migrate_leaves_it(
    spread: str, connection: psycopg.Connection
) -> None:
    assert migrations.migrate(spread) == []
    assert cluster.distribute(spread).missing == []
    assert migrations.read_status(connection).is_current
    connection.execute("select perf.ensure_partitions()")
    checks = {check.check: check for check in doctor.examine(spread)}
    assert [check for check in checks.values() if check.result == "fail"] == []
    assert checks["cluster"].result == "ok"


def test_migrate_applies_files_again_after_distribution(
    spread: str, connection: psycopg.Connection
) -> None:
    connection.execute("delete from perf_internal.applied_files where file_name !~ '^schema'")
    assert len(migrations.migrate(spread)) > 600
    assert migrations.read_status(connection).is_current
    assert one(connection, "select perf.record_call('a', 'b', 1)")
    assert one(connection, "select perf.aggregate_performance_metrics()") == 1
    connection.execute("create role pgkit_reader in role perf_analyst")
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("set local role pgkit_reader")
            assert connection.execute("select * from perf.get_recorded_range()").rowcount == 1
    finally:
        connection.execute("drop role pgkit_reader")


def test_what_is_there_is_spread_and_brought_back(empty: str) -> None:
    migrations.migrate(empty)
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute("select perf.ensure_partitions(%s, 0)", [AS_OF])
        record_some(connection)
        connection.execute("select perf.aggregate_performance_metrics()")
        record_some(connection, 100, seed=2)
        before = read_all(connection)
        schema = dump(empty)
        cluster.distribute(empty)
        assert read_all(connection) == near(before)
        assert one(connection, "select perf.aggregate_performance_metrics('calls')") == 100
        assert verify(connection) == []
        record_some(connection, 50, seed=3)
        spread = read_all(connection)
        assert cluster.undistribute(empty)
        assert read_all(connection) == near(spread)
        assert one(connection, "select perf.aggregate_performance_metrics('calls')") == 50
        assert verify(connection) == []
        assert dump(empty) == schema
        assert migrations.read_status(connection).is_current
        assert not cluster.undistribute(empty)


def dump(dsn: str) -> list[str]:
    """Return the definitions of our schemas, without their order."""
    program = binaries.find_program("pg_dump")
    text = subprocess.run(
        [program, "-s", "-n", "perf", "-n", "perf_internal", dsn],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted(
        line.rstrip(",")
        for line in text.splitlines()
        if line.strip() and not re.search(r"^--|^\\(un)?restrict|pg_attver=", line)
    )


STOPPED = """
import os, signal, sys
from pgkit import cluster
step = int(sys.argv[2])
def report(name):
    global step
    step -= 1
    if step < 0:
        os.kill(os.getpid(), signal.SIGKILL)
(cluster.undistribute if sys.argv[3:] else cluster.distribute)(sys.argv[1], report=report)
"""


def stop_at(dsn: str, step: int, *undo: str) -> bool:
    """Kill the command at a step; say whether there was such a step."""
    arguments = [sys.executable, "-c", STOPPED, dsn, str(step), *undo]
    return subprocess.run(arguments, check=False).returncode == -signal.SIGKILL


def test_distribution_killed_at_any_step_can_go_on(empty: str) -> None:
    migrations.migrate(empty)
    with psycopg.connect(empty, autocommit=True) as connection:
        record_some(connection, 50)
        expected = read_all(connection)
        steps = 0
        while stop_at(empty, steps):
            assert read_all(connection) == near(expected), steps
            record_some(connection, 1, seed=steps)
            expected = read_all(connection)
            steps += 1
        assert steps > 8
        assert distribution.is_distributed(connection)
        for step in (0, 1, 2, 5):
            assert stop_at(empty, step, "undo")
            assert read_all(connection) == near(expected), step
        cluster.undistribute(empty)
        assert read_all(connection) == near(expected)
        assert migrations.read_status(connection).is_current
        assert one(connection, "select perf.aggregate_performance_metrics('calls')") > 0
        assert verify(connection) == []


def test_distribute_says_what_is_missing(nodes: citus.Running, empty: str) -> None:
    with pytest.raises(Failure, match="not up to date"):
        cluster.distribute(empty)
    migrations.migrate(empty)
    with pytest.raises(Failure, match="this is a worker of a cluster"):
        cluster.distribute(citus.replace_database(nodes.nodes[1], "pgkit"))
    with psycopg.connect(empty, autocommit=True) as connection:
        plan = distribution.plan(connection)
        assert [node.is_coordinator for node in plan.nodes] == [True, False, False]
        assert len(plan.missing) == 8
        with psycopg.connect(
            citus.replace_database(nodes.nodes[2], "pgkit"), autocommit=True
        ) as worker:
            worker.execute("set citus.enable_ddl_propagation = off")
            worker.execute("alter role perf_notifier rename to perf_other")
            try:
                with pytest.raises(Failure, match="has no role perf_notifier"):
                    cluster.distribute(empty)
            finally:
                worker.execute("alter role perf_other rename to perf_notifier")


def test_an_owner_who_is_no_superuser_spreads_and_brings_back(
    nodes: citus.Running, empty: str
) -> None:
    # The roles of pgkit are of the whole cluster.
    migrations.migrate(empty)
    addresses = [citus.replace_database(dsn, "pgkit") for dsn in nodes.nodes]
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute("drop schema perf, perf_internal, auth cascade")
        connection.execute("create role pgkit_owner login createrole password 'pgkit'")
        try:
            connection.execute(
                "grant pg_monitor, perf_admin, perf_analyst, perf_recorder, perf_notifier, anon,"
                " authenticated, service_role to pgkit_owner with admin option"
            )
            for address in addresses:
                with psycopg.connect(address, autocommit=True) as node:
                    node.execute("set citus.enable_ddl_propagation = off")
                    node.execute("alter database pgkit owner to pgkit_owner")
            own = make_conninfo(empty, user="pgkit_owner", password="pgkit")
            migrations.migrate(own)
            assert len(cluster.distribute(own).missing) == 8
            with psycopg.connect(own, autocommit=True) as owner:
                record_some(owner)
                assert one(owner, "select perf.aggregate_performance_metrics('calls')") == 300
            assert cluster.undistribute(own)
            with psycopg.connect(own, autocommit=True) as owner:
                assert verify(owner) == []
        finally:
            for address in addresses:
                with psycopg.connect(address, autocommit=True) as node:
                    node.execute("set citus.enable_ddl_propagation = off")
                    node.execute("alter database pgkit owner to current_user")
                    node.execute("drop owned by pgkit_owner cascade")
            connection.execute("drop role pgkit_owner")


def test_a_recorder_at_a_worker_is_refused(nodes: citus.Running, spread: str) -> None:
    address = citus.replace_database(nodes.nodes[1], "pgkit")
    with psycopg.connect(address, autocommit=True) as worker:
        for statement in (
            "select perf.record_call('a', 'b', 1)",
            "insert into perf.performance_metrics_raw (model_tool_config_id, call_timestamp,"
            " response_time_ms, success) values (gen_random_uuid(), now(), 1, true)",
            "insert into perf.performance_metrics_raw (model_tool_config_id, call_timestamp,"
            " response_time_ms, success) select gen_random_uuid(), now(), 1, true",
        ):
            with pytest.raises(psycopg.Error, match="this is a worker of a cluster"):
                worker.execute(statement.encode())
        with (
            pytest.raises(psycopg.Error, match="this is a worker of a cluster"),
            worker.cursor().copy(
                "copy perf.performance_metrics_raw (model_tool_config_id, call_timestamp,"
                " response_time_ms, success) from stdin"
            ) as copy,
        ):
            copy.write_row(["00000000-0000-4000-8000-000000000001", "2020-01-06", "1", "true"])


ODD_SETTINGS = {
    "datestyle": "SQL, DMY",
    "extra_float_digits": "-3",
    "plan_cache_mode": "force_generic_plan",
    "default_transaction_isolation": "serializable",
    "citus.enable_schema_based_sharding": "on",
    "citus.use_citus_managed_tables": "on",
    "citus.shard_replication_factor": "2",
}


def test_settings_of_the_database_change_nothing(nodes: citus.Running, empty: str) -> None:
    with psycopg.connect(nodes.nodes[0], autocommit=True) as connection:
        for name, value in ODD_SETTINGS.items():
            connection.execute(f"alter database pgkit set {name} = '{value}'".encode())
    migrations.migrate(empty)
    cluster.distribute(empty)
    with psycopg.connect(empty, autocommit=True) as odd:
        record_some(odd)
        # There is no partition of these days, so making one moves the call.
        odd.execute(
            "select perf.record_call('odd', 'chat', 123.456789012345,"
            " call_timestamp => '2020-02-03T12:00:00+00')"
        )
        odd.execute("call perf.run_job('aggregate')")
        odd.execute("select perf.record_call('odd', 'chat', 5)")
        with odd.transaction():
            odd.execute("set transaction isolation level read committed")
            odd.execute("select perf.ensure_partitions('2020-02-03T00:00:00+00', 0)")
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute("set datestyle = 'ISO'")
        connection.execute("set extra_float_digits = 1")
        connection.execute("set default_transaction_isolation = 'read committed'")
        assert connection.execute(
            "select call_timestamp, response_time_ms from perf.performance_metrics_raw"
            " where call_timestamp between '2020-02-01' and '2020-03-01'"
        ).fetchall() == [(datetime(2020, 2, 3, 12, tzinfo=UTC), 123.456789012345)]
        assert one(
            connection, "select count(*) from perf_internal.performance_metrics_raw_20200203"
        )
        assert one(connection, "select perf.aggregate_performance_metrics()") == 1
        assert verify(connection) == []
        expected = len(read_all(connection))
    with psycopg.connect(empty, autocommit=True) as odd:
        # Times that psycopg cannot read are not asked for.
        odd.execute("set datestyle = 'ISO, DMY'")
        assert len(read_all(odd)) == expected
        odd.execute("set datestyle = 'SQL, DMY'")
        assert (
            one(
                odd,
                "select sum(call_count)::integer from perf.get_performance_trends("
                "'odd', 'chat', '03/02/2020', '04/02/2020')",
            )
            == 1
        )


def test_commands_at_a_worker_name_the_coordinator(
    nodes: citus.Running, spread: str, pgkit: Pgkit
) -> None:
    address = citus.replace_database(nodes.nodes[1], "pgkit")
    for command in ("migrate", "health", "status", "partitions", "doctor", "models list"):
        result = pgkit(*command.split(), dsn=address)
        assert result.returncode == 1, command
        assert "this is a worker of a cluster" in result.stdout + result.stderr, command
        assert "Connect to the coordinator" in result.stdout + result.stderr, command


def test_a_plan_counts_rows_on_workers_and_rows_that_were_never_analyzed(empty: str) -> None:
    migrations.migrate(empty)
    with psycopg.connect(empty, autocommit=True) as connection:
        record_some(connection)
        before = distribution.plan(connection)
        cluster.distribute(empty)
        after = distribution.plan(connection)
    raw = "perf.performance_metrics_raw"
    assert [table.rows > 0 for table in before.tables if table.name == raw] == [True]
    assert [table.rows for table in after.tables if table.name == raw] == [300]
    assert after.missing == []
    # Each partition has a table for each part.
    assert before.seconds(before.tables) > 3 + 8 / distribution.PARTS_PER_SECOND


# Plans.


@pytest.fixture
def statements(connection: psycopg.Connection) -> Callable[[str], list[str]]:
    """Run a statement, and return the texts of all statements in it that Citus has planned."""
    connection.execute("load 'auto_explain'")
    connection.execute("set auto_explain.log_min_duration = 0")
    connection.execute("set auto_explain.log_nested_statements = on")
    connection.execute("set auto_explain.log_level = notice")
    # Their plans are asked for afterwards.
    connection.execute("set citus.explain_distributed_queries = off")
    told: list[str] = []
    connection.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))

    def run(statement: str) -> list[str]:
        told.clear()
        connection.execute(statement.encode())
        found = [text for text in told if "Custom Scan (Citus" in text]
        return [text.partition("Query Text: ")[2].rpartition("\nCustom Scan")[0] for text in found]

    return run


def explain(connection: psycopg.Connection, statement: str, *parameters: str) -> str:
    """Return the plan of a statement of which the parameters are given as SQL."""
    for number, text in enumerate(parameters, 1):
        statement = statement.replace(f"${number}", text)
    connection.execute("set auto_explain.log_min_duration = -1")
    connection.execute("set citus.explain_distributed_queries = on")
    rows = connection.execute(b"explain (costs off) " + statement.encode()).fetchall()
    return "\n".join(row[0] for row in rows)


def test_a_run_is_one_statement_that_workers_run_alone(
    connection: psycopg.Connection, statements: Callable[[str], list[str]]
) -> None:
    record_some(connection)
    connection.execute("select perf.record_model_metrics('sdxl', '2020-01-06 10:00+00', rmse => 1)")
    connection.execute("select perf.record_feature_values('sdxl', null, 'width', '{1,2}')")
    found = statements("select perf.aggregate_performance_metrics()")
    written = [text for text in found if text.startswith("insert into perf_internal.rollups")]
    # Of calls, evaluations, features and jobs.
    assert len(written) == 4
    for text in written:
        plan = explain(connection, text)
        assert "Task Count: 8" in plan
        assert "Conflict Resolution: UPDATE" in plan
        assert "pull to coordinator" not in plan
        assert "Distributed Subplan" not in plan
        assert "intermediate_result" not in plan


def test_trends_of_one_series_ask_one_worker_once(
    connection: psycopg.Connection, statements: Callable[[str], list[str]]
) -> None:
    record_some(connection)
    found = statements(
        "select * from perf.get_performance_trends('acme/1', 'chat', '2020-01-06', '2020-01-08')"
    )
    reads = [text for text in found if "from perf_internal.rollups as r" in text]
    assert len(reads) == 1
    series = one(
        connection,
        "select c.id from perf.model_tool_configs as c join perf.models as m on m.id = c.model_id"
        " where m.name = 'acme/1'",
    )
    plan = explain(
        connection,
        reads[0],
        f"'{{{series}}}'::uuid[]",
        "'{1}'::integer[]",
        "'{0.5,0.95,0.99}'::double precision[]",
    )
    assert "Task Count: 1\n" in plan
    assert "Distributed Subplan" not in plan


# Losses.


class Load:
    """Sessions that record, run and count what was acknowledged, until they are told to stop."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.acknowledged = 0
        self.runs = 0
        self.refused: set[str] = set()
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.threads = [
            threading.Thread(target=self.repeat, args=(work,))
            for work in (self.record_one, self.record_batch, self.copy, self.run)
        ]
        with psycopg.connect(dsn, autocommit=True) as connection:
            record_some(connection, 40)
            self.series = [
                row[0] for row in connection.execute("select id from perf.model_tool_configs")
            ]
            self.first = one(connection, "select count(*) from perf.performance_metrics_raw")

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def repeat(self, work: Callable[[psycopg.Connection], int]) -> None:
        """Work in one connection after the other: those to killed nodes break."""
        while not self.over.is_set():
            try:
                with psycopg.connect(self.dsn, autocommit=True, connect_timeout=5) as connection:
                    connection.execute("set statement_timeout = '20s'")
                    while not self.over.is_set():
                        try:
                            done = work(connection)
                        except psycopg.Error as error:
                            if connection.closed:
                                raise
                            with self.lock:
                                self.refused.add(str(error).partition("\n")[0])
                            time.sleep(0.05)
                            continue
                        with self.lock:
                            self.acknowledged += done
            except psycopg.Error:
                time.sleep(0.05)

    def record_one(self, connection: psycopg.Connection) -> int:
        connection.execute(
            "select perf.record_call(%s, 'chat', 5, call_timestamp => %s)",
            [f"acme/{random.randrange(8)}", NOON],
        )
        return 1

    def record_batch(self, connection: psycopg.Connection) -> int:
        batch = [
            {
                "model_name": f"acme/{number % 8}",
                "tool_name": "chat",
                "response_time_ms": number,
                "call_timestamp": NOON.isoformat(),
            }
            for number in range(24)
        ]
        connection.execute("select perf.record_calls(%s)", [Jsonb(batch)])
        return 24

    def copy(self, connection: psycopg.Connection) -> int:
        with (
            connection.transaction(),
            connection.cursor().copy(
                "copy perf.performance_metrics_raw (model_tool_config_id, call_timestamp,"
                " response_time_ms, success) from stdin"
            ) as copy,
        ):
            for number in range(30):
                copy.write_row([random.choice(self.series), NOON, number, True])
        return 30

    def run(self, connection: psycopg.Connection) -> int:
        connection.execute("select perf.aggregate_performance_metrics('calls')")
        with self.lock:
            self.runs += 1
        time.sleep(0.02)
        return 0

    def wait_for_runs(self, number: int, what: str) -> None:
        wait_for(lambda: self.runs > number, what)

    def settle(self, connection: psycopg.Connection) -> tuple[int, int]:
        """Run until nothing is left to count; return how many calls there are, and were counted."""

        def is_done() -> bool:
            with suppress(psycopg.Error):
                connection.execute("select perf.aggregate_performance_metrics('calls')")
                return one(connection, "select perf_internal.count_pending_rows('calls')") == 0
            return False

        wait_for(is_done, "runs were refused")
        return (
            one(connection, "select count(*) from perf.performance_metrics_raw"),
            one(
                connection,
                "select sum(count)::bigint from perf_internal.rollups"
                " where metric = 'response_time_ms' and granularity = 'hourly'",
            ),
        )


def test_killed_nodes_lose_and_double_nothing(own_nodes: citus.Cluster, spread: str) -> None:
    numbers = random.Random(7)
    with Load(spread) as load:
        for number in range(KILLS):
            time.sleep(numbers.random() * 0.5)
            killed = numbers.choice(([1], [2], [1, 2], [0], [0, 1], [0, 1, 2]))
            before = load.runs
            for node in killed:
                own_nodes.kill(node)
            for node in killed:
                own_nodes.start(node)
            # All go on, runs too.
            load.wait_for_runs(before + 1, f"no run after kill {number} of {killed}")
    with psycopg.connect(spread, autocommit=True) as connection:
        raw, counted = load.settle(connection)
        assert raw == counted
        assert raw >= load.first + load.acknowledged
        assert load.acknowledged > 100 * KILLS
        assert verify(connection) == []
        print(f"{KILLS} kills, {raw} calls, {load.runs} runs, refused: {sorted(load.refused)[:5]}")


def test_the_coordinator_forgets_no_run_where_commits_are_asynchronous(
    own_nodes: citus.Cluster, spread: str
) -> None:
    """A forgotten run has changed the workers, and ids that it counted would come again."""
    with psycopg.connect(spread, autocommit=True) as connection:
        connection.execute("alter system set synchronous_commit = off")
        connection.execute("alter system set wal_writer_delay = '10s'")
        connection.execute("select pg_reload_conf()")
    try:
        for seed in range(4):
            with psycopg.connect(spread, autocommit=True) as connection:
                record_some(connection, 100, seed)
                wait_for(lambda: can_run(connection), "no run")
            own_nodes.kill(0)
            own_nodes.start(0)
        with psycopg.connect(spread, autocommit=True) as connection:
            wait_for(lambda: can_run(connection), "no run")
            assert verify(connection) == []
            raw = one(connection, "select count(*) from perf.performance_metrics_raw")
            counted = one(
                connection,
                "select sum(count)::bigint from perf_internal.rollups"
                " where metric = 'response_time_ms' and granularity = 'hourly'",
            )
            assert raw == counted == 400
    finally:
        with psycopg.connect(own_nodes.dsn, autocommit=True) as connection:
            connection.execute("alter system reset synchronous_commit")
            connection.execute("alter system reset wal_writer_delay")
            connection.execute("select pg_reload_conf()")


@pytest.mark.parametrize(
    "statement",
    [
        "select perf.rebuild_performance_metrics('2020-01-06', '2020-01-07', 'calls')",
        "select perf.cleanup_old_performance_data()",
        "select perf.forget_metric('quality.likeness')",
    ],
)
def test_the_next_run_waits_for_what_changed_rollups(
    connection: psycopg.Connection, statement: str
) -> None:
    record_some(connection)
    connection.execute("select perf.aggregate_performance_metrics()")
    with connection.transaction():
        connection.execute(statement.encode())
        assert one(
            connection,
            "select bool_or(run_id = txid_current()) from perf_internal.rollup_state",
        )


def test_a_run_refuses_while_a_node_is_down_and_recording_goes_on(
    own_nodes: citus.Cluster, spread: str, connection: psycopg.Connection, pgkit: Pgkit
) -> None:
    record_some(connection)
    connection.execute("select perf.aggregate_performance_metrics()")
    own_nodes.kill(2)
    try:
        recorded = 0
        for number in range(16):
            with suppress(psycopg.Error):
                recorded += one(
                    connection, f"select perf.record_call('other/{number}', 'chat', 5)::integer"
                )
        assert 0 < recorded < 16
        with pytest.raises(psycopg.Error, match=r"does not answer|connection"):
            connection.execute("select perf.aggregate_performance_metrics()")
        checks = {
            name: (status, value, hint)
            for name, status, value, hint in connection.execute(
                "select check_name, status, value, hint from perf.get_health()"
            )
        }
        assert checks["cluster"][0] == "fail"
        assert str(own_nodes.port + 2) in checks["cluster"][1]
        assert checks["cluster"][2].startswith("Start that node again.")
        for command in ("aggregate", "compare", "distribute --undo"):
            result = pgkit(*command.split(), dsn=spread)
            assert result.returncode == 1
            assert "Start" in result.stderr.partition("Hint: ")[2], command
        assert "Hint: Nothing was changed. Mend that" in pgkit("distribute", dsn=spread).stderr
    finally:
        own_nodes.start(2)
    wait_for(lambda: can_run(connection), "no run after the node was back")
    assert verify(connection) == []


def test_a_run_that_would_read_an_old_state_of_a_node_is_refused(
    nodes: citus.Running, connection: psycopg.Connection
) -> None:
    """A commit reaches a worker after the rows there were read, and before it is asked."""
    record_some(connection, 1)
    connection.execute("select perf.aggregate_performance_metrics('calls')")
    connection.execute("select perf.record_call('acme/1', 'chat', 5)")
    series, shard, group, host, port = connection.execute(
        "select r.model_tool_config_id, p.shardid, p.groupid, n.nodename, n.nodeport"
        " from perf.performance_metrics_raw as r"
        " join pg_dist_placement as p on p.shardid = get_shard_id_for_distribution_column("
        "'perf.performance_metrics_raw', r.model_tool_config_id)"
        " join pg_dist_node as n on n.groupid = p.groupid limit 1"
    ).fetchone()  # type: ignore[misc]
    address = make_conninfo(nodes.nodes[0], dbname="pgkit", host=host, port=port)
    with (
        psycopg.connect(make_conninfo(nodes.nodes[0], dbname="pgkit")) as writer,
        psycopg.connect(address, autocommit=True) as worker,
    ):
        # What Citus does to commit on several nodes, but that it would end it by itself.
        writer.execute("lock table pg_dist_transaction in share row exclusive mode")
        number = one(writer, "select txid_current()")
        gid = f"citus_0_{writer.info.backend_pid}_999999999_0"
        writer.execute(
            "insert into pg_dist_transaction (groupid, gid) values (%s, %s)", [group, gid]
        )
        worker.execute("set citus.enable_manual_changes_to_shards = on")
        worker.execute("begin")
        worker.execute(
            f"insert into perf.performance_metrics_raw_{shard} (model_tool_config_id,"
            " call_timestamp, response_time_ms, success, transaction_id)"
            f" values ('{series}', '{AS_OF}', 5, true, {number})".encode()
        )
        worker.execute(f"prepare transaction '{gid}'".encode())
        writer.commit()
        connection.execute("begin isolation level repeatable read")
        connection.execute("select count(*) from perf.performance_metrics_raw")
        with suppress(psycopg.errors.UndefinedObject):
            worker.execute(f"commit prepared '{gid}'".encode())
    with pytest.raises(psycopg.Error, match="needs a read committed transaction"):
        connection.execute("select perf.aggregate_performance_metrics('calls')")
    connection.execute("rollback")
    assert one(connection, "select perf.aggregate_performance_metrics('calls')") == 2
    assert verify(connection) == []


@pytest.mark.parametrize("is_node", [True, False])
def test_a_run_is_refused_while_a_worker_works_for_a_session_that_is_gone(
    nodes: citus.Running, connection: psycopg.Connection, is_node: bool
) -> None:
    """Also for one that began before the coordinator was a node, which has no number of a node."""
    record_some(connection, 10)
    node = one(connection, "select nodeid from pg_dist_node where groupid = 0")
    session = (node if is_node else 99999999) * 10_000_000_000 + 4_000_000
    name = f"citus_internal gpid={session}"
    worker = make_conninfo(nodes.nodes[1], dbname="pgkit", application_name=name)
    with psycopg.connect(worker) as orphan:
        orphan.execute("select txid_current()")
        with pytest.raises(psycopg.Error, match=f"a session that is gone .{session}"):
            connection.execute("select perf.aggregate_performance_metrics('calls')")
    assert one(connection, "select perf.aggregate_performance_metrics('calls')") == 10


def can_run(connection: psycopg.Connection) -> bool:
    with suppress(psycopg.Error):
        connection.execute("select perf.aggregate_performance_metrics()")
        return True
    return False


def test_reads_beside_runs_and_writers_see_whole_transactions(spread: str) -> None:
    """Each transaction records two calls of a series, so a count is never odd."""
    with psycopg.connect(spread, autocommit=True) as connection:
        connection.execute("select perf.record_call('acme/1', 'chat', 1)")
        connection.execute("select perf.record_call('acme/1', 'chat', 1)")
        over = threading.Event()
        runs = []

        def write() -> None:
            with psycopg.connect(spread) as own:
                while not over.is_set():
                    for _ in range(2):
                        own.execute("select perf.record_call('acme/1', 'chat', 1)")
                    own.execute("select perf.record_call('acme/2', 'chat', 1)")
                    own.commit()

        def run() -> None:
            with psycopg.connect(spread, autocommit=True) as own:
                while not over.is_set():
                    with suppress(psycopg.ProgrammingError):
                        own.execute("select perf.aggregate_performance_metrics('calls')")
                        runs.append(1)

        threads = [threading.Thread(target=work) for work in (write, write, run)]
        for thread in threads:
            thread.start()
        try:
            counts = [
                one(
                    connection,
                    "select sum(call_count)::bigint from perf.get_performance_trends("
                    "'acme/1', 'chat', now() - interval '2 hours', now() + interval '1 hour')",
                )
                for _ in range(1000)
            ]
        finally:
            over.set()
            for thread in threads:
                thread.join()
        assert [count for count in counts if count % 2] == []
        assert counts == sorted(counts)
        assert len(runs) > 20
        assert counts[-1] > counts[0] + 10


def test_nodes_are_added_and_shards_moved_under_load(own_nodes: citus.Cluster, spread: str) -> None:
    added = len(own_nodes.nodes)
    with Load(spread) as load:
        own_nodes.start(added)
        address = citus.replace_database(own_nodes.nodes[added], "pgkit")
        with psycopg.connect(own_nodes.nodes[added], autocommit=True) as connection:
            connection.execute("set citus.enable_create_database_propagation = off")
            connection.execute("create database pgkit")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("create extension citus")
        with psycopg.connect(spread, autocommit=True) as connection:
            connection.execute("select citus_add_node('127.0.0.1', %s)", [own_nodes.port + added])
            # Runs are refused until the new node refuses calls.
            cluster.distribute(spread)
            # As citus_rebalance_start() does first.
            connection.execute("select replicate_reference_tables('block_writes')")
            before = load.runs
            for shard, source in connection.execute(
                "select s.shardid, n.nodeport from pg_dist_shard as s"
                " join pg_dist_placement as p using (shardid)"
                " join pg_dist_node as n on n.groupid = p.groupid"
                " where s.logicalrelid = 'perf_internal.rollups'::regclass"
                " order by 1 limit 3"
            ).fetchall():
                connection.execute(
                    "select citus_move_shard_placement(%s, '127.0.0.1', %s, '127.0.0.1', %s,"
                    " 'block_writes')",
                    [shard, source, own_nodes.port + added],
                )
            load.wait_for_runs(before + 3, "no run after shards were moved")
    with psycopg.connect(spread, autocommit=True) as connection:
        raw, counted = load.settle(connection)
        assert raw == counted
        assert raw >= load.first + load.acknowledged
        assert verify(connection) == []
        connection.execute(
            "select citus_drain_node('127.0.0.1', %s, shard_transfer_mode => 'block_writes')",
            [own_nodes.port + added],
        )
        # Citus itself still cleans up there, which it does not like to be disturbed.
        wait_for(lambda: can_remove(connection, own_nodes.port + added), "the node stayed")
        assert load.settle(connection) == (raw, counted)
        assert verify(connection) == []


def can_remove(connection: psycopg.Connection, port: int) -> bool:
    with suppress(psycopg.errors.InternalError):
        connection.execute("select citus_remove_node('127.0.0.1', %s)", [port])
        return True
    return False


# Values and rights.


def test_rollups_are_those_of_one_machine(nodes: citus.Running, spread: str) -> None:
    """The same calls in several runs, in a cluster and in a database that is not spread."""
    rows = "select series_id, granularity, time_bucket, metric, count, min, max, last_bin, sketch"
    sums = "sum, m2, p50, p95, p99"
    with psycopg.connect(spread, autocommit=True) as connection:
        for seed in range(4):
            record_some(connection, 200, seed)
            connection.execute("select perf.aggregate_performance_metrics()")
        read = f"{rows}, {sums} from perf_internal.rollups order by 1, 2, 3, 4"
        cluster_rows = connection.execute(read.encode()).fetchall()
        # A rebuild on one machine counts all rows at once.
        cluster.undistribute(spread)
        connection.execute("truncate perf_internal.rollups")
        connection.execute(
            "update perf_internal.rollup_state set snapshot_xmax = 0, in_progress = '{}'"
        )
        connection.execute("select perf.aggregate_performance_metrics()")
        plain_rows = connection.execute(read.encode()).fetchall()
    assert len(cluster_rows) > 400
    assert cluster_rows == near(plain_rows)


@pytest.mark.parametrize(
    "setting",
    [
        "extra_float_digits = -12",
        "datestyle = 'SQL, DMY'",
        "standard_conforming_strings = off",
    ],
)
def test_settings_of_a_session_change_no_value(
    spread: str, connection: psycopg.Connection, setting: str
) -> None:
    """Citus writes constants as the session shows them, and workers read them as they do."""
    ours = (1234.5678901234567, "a\\b", NOON)
    with psycopg.connect(spread, autocommit=True) as session:
        session.execute(f"set {setting}".encode())
        session.execute(
            "select perf.record_call('acme/1', 'chat', %s, error_type => %s, call_timestamp => %s)",
            ours,
        )
        record_some(session)
        session.execute("select perf.aggregate_performance_metrics()")
        record_some(session, 50, seed=2)
        assert connection.execute(
            "select response_time_ms, error_type, call_timestamp"
            " from perf.performance_metrics_raw where error_type is not null"
        ).fetchall() == [ours]
        expected = read_all(connection)
        assert len(expected) == 9
        if "conforming" in setting:
            assert read_all(session) == near(expected)
        assert verify(session) == verify(connection) == []


def test_everybody_may_do_in_a_cluster_what_the_matrix_says(
    connection: psycopg.Connection,
    filled: dict[str, Any],  # noqa: F811
) -> None:
    matrix.fill(connection)
    spread = distribution.read_spread(connection)
    # What PostgREST calls with a row of such a table, which nobody can read there.
    for name, arguments in connection.execute(
        "select p.oid::regproc::text, pg_get_function_identity_arguments(p.oid)"
        " from pg_proc as p join pg_class as c on c.reltype = p.proargtypes[0]"
        " where p.proretset and p.pronargs = 1 and c.oid::regclass::text = any(%s)",
        [[*spread]],
    ).fetchall():
        spread |= {f"{name} call", f"{name}({arguments}) call"}
    written = matrix.read_matrix()
    wrong = []
    for row in matrix.try_everything(connection, filled):
        expected = written[(row.object, row.verb)].marks
        if not spread.isdisjoint((row.object, f"{row.object} {row.verb}")):
            # What is on workers is reached by functions only.
            expected = ("-",) * len(matrix.ACTORS)
        more = any(
            mark == "+" and plain == "-" for mark, plain in zip(row.marks, expected, strict=True)
        )
        # Of what is not for users, less may be allowed.
        if more or (row.marks != expected and row.object.startswith("perf.")):
            wrong.append((row.object, row.verb, "".join(row.marks), "".join(expected)))
    assert wrong == []
