"""A dump restored elsewhere, where transaction ids start over, counts every call once."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from job_pipeline import (
    WAYS,
    Job,
    aggregate_jobs,
    assert_jobs_counted_once,
    record_job,
    value,
)
from pipeline import Call, aggregate, assert_counted_once, record, record_batch
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from pgkit import binaries, migrations, runner, server
from pgkit.database import parse_dsn

# How people take a dump and bring it back, by name: arguments of pg_dump, then of the restore.
ROUTES = {
    "psql": (["--format=plain"], ["psql", "--quiet", "--no-psqlrc"]),
    "psql in one transaction": (
        ["--format=plain"],
        ["psql", "--quiet", "--no-psqlrc", "--single-transaction"],
    ),
    "pg_restore with two jobs": (["--format=custom"], ["pg_restore", "--jobs=2"]),
    "pg_restore in one transaction": (["--format=custom"], ["pg_restore", "--single-transaction"]),
    "inserts": (["--format=plain", "--inserts"], ["psql", "--quiet", "--no-psqlrc"]),
}
TRENDS = """
select coalesce(sum(t.call_count), 0)::int
from perf.models as m
cross join perf.tools as l
cross join perf.get_performance_trends(
    m.name, l.name, '2020-01-01', '2020-02-01', granularity => 'daily'
) as t
"""
RESTORE_DATA = ("pg_restore", "--data-only", "--disable-triggers")
# The tables that hold calls and what is known of them, as pg_restore names them.
CALL_TABLES = (
    "models",
    "tools",
    "model_tool_configs",
    "performance_metrics_raw_default",
    "rollups",
    "rollup_state",
    "database_origin",
)
# Calls that no run has counted, as fill() leaves them.
PENDING = 3
USE_DEFAULT_COMPRESSION = """
select format('alter table %s alter %I set compression default', attrelid::regclass, attname)
from pg_attribute
where attcompression = 'l'
"""
# Ids that a restore cannot use up, although each row may be a transaction.
AHEAD = 10_000
NEXT_ID = "select txid_snapshot_xmax(txid_current_snapshot())"


def program(name: str) -> Path:
    """Return a client program of the servers' own version, which they are sure to understand."""
    return binaries.find_server() / name


def next_id(dsn: str) -> int:
    with psycopg.connect(dsn, autocommit=True) as connection:
        return connection.execute(NEXT_ID).fetchone()[0]


def use_ids_up_to(dsn: str, transaction_id: int) -> None:
    """Let a server use up transaction ids; none if it is already there."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            f"""
            do $$
            begin
                while txid_current() < {transaction_id} - 1 loop
                    commit;
                end loop;
            end
            $$
            """.encode()
        )


def dump(dsn: str, file: Path, *arguments: str) -> None:
    subprocess.run([program("pg_dump"), *arguments, f"--file={file}", dsn], check=True)


def restore(dsn: str, file: Path, command: list[str]) -> None:
    name, *arguments = command
    if name == "psql":
        arguments += ["--set=ON_ERROR_STOP=1", f"--file={file}", f"--dbname={dsn}"]
        arguments += ["--output=/dev/null"]
    else:
        arguments += ["--exit-on-error", f"--dbname={dsn}", str(file)]
    subprocess.run([program(name), *arguments], check=True)


def copy_roles(source: str, target: str) -> None:
    """Make the roles that a dump of one database does not carry, and that its grants need."""
    with psycopg.connect(source) as connection:
        roles = connection.execute(
            "select rolname from pg_roles where rolname !~ '^pg_' and not rolsuper"
        ).fetchall()
    with psycopg.connect(target) as connection:
        for (role,) in roles:
            connection.execute(
                psycopg.sql.SQL(
                    "do $$ begin create role {0}; exception when duplicate_object then null; end $$"
                ).format(psycopg.sql.Identifier(role))
            )


@pytest.fixture(scope="module")
def new_cluster(server_dsn: str, template_dsn: str) -> Iterator[str]:
    """A server of its own, whose transaction ids start low, with the roles of the first."""
    with runner.temporary_server() as dsn:
        copy_roles(template_dsn, dsn)
        yield dsn


Restored = Callable[..., str]


@pytest.fixture
def restored(tmp_path: Path) -> Iterator[Restored]:
    """Copy a database to a new one on some server by dump and restore; return where it is."""
    with ExitStack() as stack:

        def copy(source: str, server: str, route: str = "psql") -> str:
            dumping, restoring = ROUTES[route]
            dsn = stack.enter_context(runner.temporary_database(server, "template0"))
            file = tmp_path / parse_dsn(dsn)["dbname"]
            dump(source, file, *dumping)
            restore(dsn, file, restoring)
            return dsn

        yield copy


def fill(dsn: str) -> list[Call]:
    """Leave rolled up calls, calls no run has read, and one that committed late.

    PENDING calls wait for the next run: the two of a transaction that aggregated, because a run
    counts no rows of its own transaction, and one after it.
    """
    with (
        psycopg.connect(dsn, autocommit=True) as connection,
        psycopg.connect(dsn) as late,
    ):
        committed = [record(connection, "acme/large", ms) for ms in (1, 2)]
        aggregate(connection)
        committed.append(record(late, "acme/large", 4))
        committed += record_batch(connection, [Call("acme/small", ms) for ms in (8, 16, 32)])
        assert aggregate(connection) == 3
        late.commit()
        committed.append(record(connection, "acme/large", 64))
        # A transaction that recorded, aggregated and recorded again.
        with connection.transaction():
            committed.append(record(connection, "acme/small", 128))
            assert aggregate(connection) == 2
            committed.append(record(connection, "acme/small", 256))
        committed.append(record(connection, "acme/large", 512))
    return committed


def go_on(dsn: str, committed: list[Call], pending: int = PENDING) -> list[Call]:
    """Record before the first run after a restore, then run, record and run again."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        assert connection.execute(TRENDS).fetchone() == (len(committed),)
        committed = [*committed, record(connection, "acme/large", 1024)]
        with connection.transaction(), connection.transaction():
            committed.append(record(connection, "new/model", 2048))
        assert connection.execute(TRENDS).fetchone() == (len(committed),)
        assert aggregate(connection) == pending + 2
        assert connection.execute(TRENDS).fetchone() == (len(committed),)
        assert aggregate(connection) == 0
        assert_counted_once(connection, committed)
        committed.append(record(connection, "acme/small", 4096))
        assert aggregate(connection) == 1
        assert aggregate(connection) == 0
        assert_counted_once(connection, committed)
    return committed


@pytest.mark.parametrize("route", ROUTES)
def test_a_database_restored_into_a_new_cluster_counts_every_call_once(
    database, new_cluster, restored, route
) -> None:
    use_ids_up_to(database, next_id(new_cluster) + AHEAD)
    committed = fill(database)
    copy = restored(database, new_cluster, route)
    assert next_id(copy) < next_id(database)
    go_on(copy, committed)
    go_on(database, committed)


def test_ids_of_the_new_cluster_may_be_higher_than_those_of_the_dump(
    database, new_cluster, restored
) -> None:
    committed = fill(database)
    use_ids_up_to(new_cluster, next_id(database) + AHEAD)
    go_on(restored(database, new_cluster), committed)


@pytest.mark.parametrize("first_run", ["before they overlap", "after they overlap"])
def test_ids_of_the_new_cluster_may_be_those_of_the_dump_again(
    database, new_cluster, restored, first_run
) -> None:
    """New calls get exactly the ids of the calls that were dumped, rolled up ones and others."""
    use_ids_up_to(database, next_id(new_cluster) + AHEAD)
    committed = fill(database)
    copy = restored(database, new_cluster)
    with psycopg.connect(database) as original:
        ids = original.execute(
            "select min(transaction_id), max(transaction_id)"
            " from perf.performance_metrics_raw where transaction_id > 0"
        ).fetchone()
    with psycopg.connect(copy, autocommit=True) as connection:
        if first_run == "before they overlap":
            aggregate(connection)
        assert next_id(copy) < ids[0]
        use_ids_up_to(copy, ids[0] - 2)
        new = 0
        while next_id(copy) <= ids[1] + 2:
            committed.append(record(connection, "acme/large", 3))
            new += 1
            if new == 4 and first_run == "after they overlap":
                assert connection.execute(TRENDS).fetchone() == (len(committed),)
        assert new > 4
        assert connection.execute(TRENDS).fetchone() == (len(committed),)
        aggregate(connection)
        assert_counted_once(connection, committed)
        assert aggregate(connection) == 0


def test_a_copy_in_the_same_cluster_and_the_original_each_count_once(
    database, server_dsn, restored
) -> None:
    committed = fill(database)
    copy = restored(database, server_dsn)
    go_on(copy, committed)
    go_on(database, committed)


@pytest.mark.parametrize("with_runs", [True, False])
def test_copies_of_copies_count_every_call_once(
    database, server_dsn, new_cluster, restored, with_runs
) -> None:
    """Calls recorded in each of three clusters in turn, with and without runs between the dumps."""
    use_ids_up_to(database, next_id(new_cluster) + AHEAD)
    committed = fill(database)
    pending = PENDING
    copy = database
    for cluster in (new_cluster, server_dsn, new_cluster):
        copy = restored(copy, cluster)
        if with_runs:
            committed = go_on(copy, committed, pending)
            pending = 0
        with psycopg.connect(copy, autocommit=True) as connection:
            committed += [record(connection, "acme/large", 9), record(connection, "acme/small", 9)]
        pending += 2
    go_on(restored(copy, server_dsn), committed, pending)


@pytest.fixture
def dumped(database, new_cluster, tmp_path) -> tuple[list[Call], Path]:
    """Calls of a cluster whose ids are ahead of the new one's, and a dump of them."""
    use_ids_up_to(database, next_id(new_cluster) + AHEAD)
    committed = fill(database)
    dump(database, tmp_path / "dump", "--format=custom")
    return committed, tmp_path / "dump"


def test_nobody_records_or_runs_while_a_restore_is_under_way(dumped, new_cluster, tmp_path) -> None:
    """All data is in, but not yet translated: what pg_restore does last."""
    committed, file = dumped
    listing = subprocess.run(
        [program("pg_restore"), "--list", file],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    before = [line for line in listing if "MATERIALIZED VIEW DATA" not in line]
    assert len(before) == len(listing) - 1
    (tmp_path / "before").write_text("\n".join(before))
    with runner.temporary_database(new_cluster, "template0") as copy:
        restore(copy, file, ["pg_restore", f"--use-list={tmp_path / 'before'}"])
        with psycopg.connect(copy, autocommit=True) as connection:
            for statement in (
                "select perf.aggregate_performance_metrics()",
                TRENDS,
                "select perf.record_call('acme/large', 'chat', 1)",
                "select perf.record_call('new/model', 'chat', 1)",
                """select perf.record_calls('[{"model_name": "acme/large", "tool_name": "chat",
                    "response_time_ms": 1}]')""",
            ):
                with pytest.raises(psycopg.DatabaseError, match="origin is empty"):
                    connection.execute(statement)
            connection.execute("refresh materialized view perf_internal.origin")
        go_on(copy, committed)


def test_a_schema_and_then_its_data_are_a_restore_once_refreshed(dumped, new_cluster) -> None:
    committed, file = dumped
    with runner.temporary_database(new_cluster, "template0") as copy:
        schema = subprocess.run(
            [program("pg_restore"), "--schema-only", f"--dbname={copy}", file],
            check=False,
            capture_output=True,
        )
        assert schema.returncode == 1
        assert b"there is no data to adopt" in schema.stderr
        restore(copy, file, list(RESTORE_DATA))
        with psycopg.connect(copy, autocommit=True) as connection:
            with pytest.raises(psycopg.DatabaseError, match="origin is empty"):
                connection.execute("select perf.aggregate_performance_metrics()")
            connection.execute("refresh materialized view perf_internal.origin")
        go_on(copy, committed)


def test_data_restored_over_other_data_is_not_taken_for_ours(dumped, new_cluster) -> None:
    """As by logical replication: the state has come, the materialized view has not."""
    committed, file = dumped
    with runner.temporary_database(new_cluster) as copy:
        migrations.migrate(copy)
        with psycopg.connect(copy, autocommit=True) as connection:
            connection.execute("delete from perf_internal.rollup_state")
            connection.execute("delete from perf_internal.database_origin")
            restore(copy, file, [*RESTORE_DATA, *(f"--table={table}" for table in CALL_TABLES)])
            with pytest.raises(psycopg.DatabaseError, match="not adopted"):
                connection.execute("select perf.aggregate_performance_metrics()")
            connection.execute("refresh materialized view perf_internal.origin")
        go_on(copy, committed)


def test_a_restored_call_may_move_to_its_partition_before_the_first_run(
    database, new_cluster, restored
) -> None:
    committed = fill(database)
    copy = restored(database, new_cluster)
    with psycopg.connect(copy, autocommit=True) as connection:
        committed.append(record(connection, "acme/large", 11))
        connection.execute("update perf.retention set keep = null where level = 'raw'")
        connection.execute("select perf.ensure_partitions()")
        connection.execute("update perf.retention set keep = '7 days' where level = 'raw'")
    go_on(copy, committed, PENDING + 1)


def test_cleanup_before_the_first_run_drops_nothing_that_was_not_counted(
    database, new_cluster, restored
) -> None:
    committed = fill(database)
    copy = restored(database, new_cluster)
    with psycopg.connect(copy, autocommit=True) as connection:
        committed.append(record(connection, "acme/large", 11))
        clean_up = "select kept_because from perf.cleanup_old_performance_data('2020-01-20')"
        assert connection.execute(clean_up).fetchall() == [
            ("some of its rows are not rolled up yet",)
        ]
        assert connection.execute(TRENDS).fetchone() == (len(committed),)
        assert aggregate(connection) == PENDING + 1
        assert connection.execute(clean_up).fetchall() == [(None,)]
        assert_counted_once(connection, committed, ["hourly", "daily", "weekly"])


def test_a_writer_that_is_open_during_the_first_run_is_counted_by_the_next(
    database, new_cluster, restored
) -> None:
    use_ids_up_to(database, next_id(new_cluster) + AHEAD)
    committed = fill(database)
    copy = restored(database, new_cluster)
    with (
        psycopg.connect(copy) as late,
        psycopg.connect(copy, autocommit=True) as connection,
    ):
        committed.append(record(late, "acme/large", 13))
        assert aggregate(connection) == PENDING
        late.commit()
        assert aggregate(connection) == 1
        assert_counted_once(connection, committed)


def test_a_writer_that_is_the_first_transaction_after_a_restore_changes_nothing(
    database, new_cluster, restored
) -> None:
    """It is open during two runs."""
    committed = fill(database)
    copy = restored(database, new_cluster)
    with psycopg.connect(copy) as first, psycopg.connect(copy, autocommit=True) as connection:
        committed.append(record(first, "acme/large", 13))
        committed.append(record(connection, "acme/large", 14))
        assert aggregate(connection) == PENDING + 1
        assert aggregate(connection) == 0
        first.commit()
        assert aggregate(connection) == 1
        assert_counted_once(connection, committed)


def test_a_killed_first_run_after_a_restore_changes_nothing(
    database, new_cluster, restored
) -> None:
    committed = fill(database)
    copy = restored(database, new_cluster)
    with psycopg.connect(copy) as undone:
        aggregate(undone)
        undone.rollback()
    go_on(copy, committed)


@pytest.mark.parametrize("is_restored", [True, False])
def test_refreshing_the_origin_by_hand_loses_no_open_writer(
    database, connection, is_restored
) -> None:
    """What a job that refreshes every materialized view of a database does."""
    committed = fill(database)
    aggregate(connection)
    with psycopg.connect(database) as late:
        committed.append(record(late, "acme/large", 17))
        committed.append(record(connection, "acme/large", 18))
        if is_restored:
            connection.execute(
                "update perf_internal.database_origin set origin = gen_random_uuid()"
            )
        connection.execute("refresh materialized view perf_internal.origin")
        committed.append(record(connection, "acme/large", 19))
        late.commit()
    assert aggregate(connection) == 3
    assert aggregate(connection) == 0
    assert_counted_once(connection, committed)


def test_a_copied_database_directory_keeps_its_state(database, server_dsn) -> None:
    """`create database ... template` copies files: ids go on, nothing is restored."""
    committed = fill(database)
    with runner.copied_database(server_dsn, database) as copy:
        go_on(copy, committed)


class UpgradeFailed(Exception):
    """What pg_upgrade says, in one line."""


def explain_upgrade(said: str, new: Path) -> UpgradeFailed:
    """Return the first error in the logs of a failed pg_upgrade, else its own last words."""
    for log in sorted((new / "pg_upgrade_output.d").rglob("*.log")):
        if found := re.search(r"^.*(?:error|ERROR|FATAL): +(.*)", log.read_text(), re.MULTILINE):
            return UpgradeFailed(found[1])
    return UpgradeFailed(said.strip().splitlines()[-1])


@pytest.fixture
def upgraded(monkeypatch) -> Iterator[tuple[str, list[Call]]]:
    """A database with calls that pg_upgrade has brought from the oldest to the newest version.

    Skips where pg_upgrade cannot bring any table there. The one of Debian's PostgreSQL 15.20 notes
    an option with every column that other servers do not know.
    """
    folders = {
        binaries.major_version(folder): folder
        for folder in (*binaries.installed(), *binaries.bundled())
        if (folder / "pg_upgrade").exists()
    }
    if len(folders) < 2:
        pytest.skip("there is only one PostgreSQL")
    account = server.server_account()
    committed: list[Call] = []

    def fill_plainly(dsn: str) -> None:
        with psycopg.connect(dsn) as connection:
            connection.execute("create table plain (id integer)")

    def fill_ours(dsn: str) -> None:
        migrations.migrate(dsn)
        with psycopg.connect(dsn) as connection:
            # The bundled server has no lz4.
            for (statement,) in connection.execute(USE_DEFAULT_COMPRESSION).fetchall():
                connection.execute(statement)
        committed.extend(fill(dsn))

    def upgrade(base: Path, filling: Callable[[str], None]) -> Path:
        """Fill a new cluster and upgrade it; return where it is, and leave its version chosen."""
        if account:
            os.chown(base, account.pw_uid, account.pw_gid)
        old, new = base / "old", base / "new"
        old_bin, new_bin = (
            server.runnable(folders[major], old, account) for major in (min(folders), max(folders))
        )

        def run_as_server(*command: object) -> subprocess.CompletedProcess[str]:
            arguments = list(map(str, command))
            options = {"stdout": subprocess.PIPE, "text": True, **server.switch_to(account)}
            return subprocess.run(arguments, cwd=base, check=False, **options)

        monkeypatch.setenv("PGKIT_PG_BIN", str(old_bin))
        try:
            filling(server.up(old))
        finally:
            server.down(old)
        run_as_server(
            new_bin / "initdb",
            f"--pgdata={new}",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C",
            "--no-data-checksums",
        ).check_returncode()
        done = run_as_server(
            new_bin / "pg_upgrade",
            f"--old-bindir={old_bin}",
            f"--new-bindir={new_bin}",
            f"--old-datadir={old}",
            f"--new-datadir={new}",
            "--username=postgres",
        )
        if done.returncode != 0:
            raise explain_upgrade(done.stdout, new)
        monkeypatch.setenv("PGKIT_PG_BIN", str(new_bin))
        return new

    with TemporaryDirectory(prefix="pgkit-") as control:
        try:
            upgrade(Path(control), fill_plainly)
        except UpgradeFailed as failed:
            pytest.skip(f"pg_upgrade fails here for any table: {failed}")
    with TemporaryDirectory(prefix="pgkit-") as ours:
        new = upgrade(Path(ours), fill_ours)
        try:
            yield server.up(new), committed
        finally:
            server.down(new)


def test_an_upgraded_server_keeps_its_state(upgraded) -> None:
    """pg_upgrade copies files and keeps transaction ids, in what calls itself another cluster."""
    dsn, committed = upgraded
    committed = go_on(dsn, committed)
    with psycopg.connect(dsn, autocommit=True) as connection:
        committed.append(record(connection, "acme/large", 5))
        connection.execute("refresh materialized view perf_internal.origin")
    go_on(dsn, committed, pending=1)


def test_an_owner_who_is_no_superuser_restores_and_goes_on(
    database, new_cluster, restored, tmp_path
) -> None:
    with psycopg.connect(new_cluster, autocommit=True) as connection:
        connection.execute("create role owner login createrole")
        connection.execute("grant perf_admin to owner with admin option")
    with runner.temporary_database(new_cluster, "template0") as dsn:
        with psycopg.connect(new_cluster, autocommit=True) as connection:
            name = psycopg.sql.Identifier(parse_dsn(dsn)["dbname"])
            connection.execute(psycopg.sql.SQL("alter database {} owner to owner").format(name))
        owner = make_conninfo(dsn, user="owner")
        committed = fill(database)
        dump(database, tmp_path / "dump", "--format=custom", "--no-owner")
        restore(owner, tmp_path / "dump", ["pg_restore", "--no-owner", "--jobs=2"])
        go_on(owner, committed)
        migrations.migrate(owner)


def fill_jobs(dsn: str) -> list[Job]:
    """Leave rolled up jobs, jobs that no run has read, one that committed late, and a queue."""
    with psycopg.connect(dsn, autocommit=True) as connection, psycopg.connect(dsn) as late:
        committed = [record_job(connection, Job("portrait", 2 * n + 1)) for n in range(2)]
        connection.execute("select * from perf.ensure_partitions('2020-01-20', 0)")
        assert aggregate_jobs(connection) == 2
        committed.append(record_job(late, Job("portrait", 6), "complete_job"))
        committed += [
            record_job(connection, Job("sketch", 7 + n), way) for n, way in enumerate(WAYS)
        ]
        assert aggregate_jobs(connection) == 5
        late.commit()
        with connection.transaction():
            committed.append(record_job(connection, Job("sketch", 20)))
            assert aggregate_jobs(connection) == 1
        connection.execute("select perf.create_job('portrait', external_id => 'waiting')")
    return committed


def go_on_with_jobs(dsn: str, committed: list[Job], pending: int = 1) -> list[Job]:
    """Record and complete before the first run after a restore, then run and go on."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        counted = (
            "select o.job_count from perf.get_performance_overview('2020-01-01', '2020-02-01') as o"
        )
        assert value(connection, counted) == len(committed)
        waiting = "select perf.create_job('portrait', external_id => 'waiting')"
        job_id = value(connection, waiting)
        complete = "select perf.complete_job(%s, %s, '2020-01-06 00:00+00', 'gpu-1')"
        assert value(connection, complete, job_id, Jsonb(Job("portrait", 31).result))
        committed = [*committed, Job("portrait", 31)]
        new = [record_job(connection, Job("portrait", 40 + n), way) for n, way in enumerate(WAYS)]
        committed = [*committed, *new]
        assert value(connection, counted) == len(committed)
        assert aggregate_jobs(connection) == pending + 1 + len(new)
        assert aggregate_jobs(connection) == 0
        assert value(connection, counted) == len(committed)
        assert_jobs_counted_once(connection, committed)
        # No key was given twice.
        keys = "select count(distinct r.id) = count(*) from perf.performance_metrics as r"
        assert value(connection, keys) is True
    return committed


@pytest.mark.parametrize("route", ["psql", "pg_restore with two jobs", "inserts"])
def test_jobs_restored_into_a_new_cluster_are_counted_once(
    database, new_cluster, restored, route
) -> None:
    """Nothing is measured again by the trigger of perf.jobs, and the queue goes on."""
    use_ids_up_to(database, next_id(new_cluster) + AHEAD)
    committed = fill_jobs(database)
    copy = restored(database, new_cluster, route)
    go_on_with_jobs(copy, committed)
    go_on_with_jobs(database, committed)


def test_jobs_of_a_dump_without_rights_are_recorded_after_a_migration(
    database, new_cluster, tmp_path
) -> None:
    committed = fill_jobs(database)
    dump(database, tmp_path / "dump", "--format=custom", "--no-acl", "--no-owner")
    with runner.temporary_database(new_cluster, "template0") as copy:
        restore(copy, tmp_path / "dump", ["pg_restore", "--no-acl", "--no-owner"])
        with psycopg.connect(copy, autocommit=True) as connection:
            connection.execute("set role perf_recorder")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                record_job(connection, Job("portrait", 50))
        migrations.migrate(copy)
        with psycopg.connect(copy, autocommit=True) as connection:
            connection.execute("set role perf_recorder")
            committed.append(record_job(connection, Job("portrait", 50), "complete_job"))
            committed.append(record_job(connection, Job("portrait", 51)))
        go_on_with_jobs(copy, committed, pending=3)


def test_restored_data_of_jobs_is_not_measured_again_by_triggers(
    database, new_cluster, tmp_path
) -> None:
    """Data alone: with triggers on, rows of perf.jobs are refused; without, they count once."""
    committed = fill_jobs(database)
    file = tmp_path / "dump"
    dump(database, file, "--format=custom")

    def load(dsn: str, *arguments: str) -> str:
        command = [program("pg_restore"), f"--dbname={dsn}", *arguments, file]
        return subprocess.run(command, check=False, capture_output=True, text=True).stderr

    for has_triggers in (True, False):
        with (
            runner.temporary_database(new_cluster, "template0") as copy,
            psycopg.connect(copy, autocommit=True) as connection,
        ):
            load(copy, "--schema-only")
            if has_triggers:
                for table in ("workflows", "workers"):
                    restore(copy, file, [*RESTORE_DATA, f"--table={table}"])
                assert "origin is empty" in load(copy, "--data-only", "--table=jobs")
                assert value(connection, "select count(*) from perf.jobs") == 0
            else:
                restore(copy, file, list(RESTORE_DATA))
                connection.execute("refresh materialized view perf_internal.origin")
                go_on_with_jobs(copy, committed)
