"""The schedule with the real pg_cron: what is registered really runs, shows, and goes away."""

import json
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.rows import dict_row

from pgkit import migrations, scheduling
from pgkit.database import parse_dsn

AGGREGATE = "call perf.run_job('aggregate')"


@pytest.fixture
def cron_database(server_dsn: str) -> Iterator[str]:
    """A migrated database with the real pg_cron; skips where the server does not have it.

    pg_cron lives in one database of a server, so all tests that use it are in this file, which runs
    in one process. The database stays: pg_cron 1.4 ends for good when it is dropped. What is in it
    is made anew.
    """
    with psycopg.connect(server_dsn, autocommit=True) as admin:
        row = admin.execute("select current_setting('cron.database_name', true)").fetchone()
        if row is None or not row[0]:
            pytest.skip("this server has no pg_cron")
        name = row[0]
        # In any other database there may be calls and jobs of somebody.
        if name != "pgkit_cron":
            pytest.skip(f"cron.database_name is {name} and not pgkit_cron, which these tests empty")
        found = admin.execute("select from pg_database where datname = %s", [name]).fetchone()
        if found is None:
            admin.execute(f'create database "{name}"'.encode())
    dsn = psycopg.conninfo.make_conninfo("", **parse_dsn(server_dsn, dbname=name))
    with psycopg.connect(dsn, autocommit=True) as opened:
        opened.execute("create extension if not exists pg_cron")
        opened.execute("select cron.unschedule(jobid) from cron.job")
        opened.execute("delete from cron.job_run_details")
        opened.execute("drop schema if exists perf, perf_internal cascade")
        migrations.migrate(dsn)
        yield dsn
        opened.execute("select cron.unschedule(jobid) from cron.job")


@pytest.fixture
def cron(cron_database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(cron_database, autocommit=True) as opened:
        yield opened


def value(connection: psycopg.Connection, query: str, *parameters: object) -> object:
    row = connection.execute(query.encode(), parameters).fetchone()
    assert row is not None
    return row[0]


def wait_until(is_done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_done():
            return True
        time.sleep(0.5)
    return is_done()


def health(connection: psycopg.Connection, check: str) -> dict[str, str]:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            "select status, value from perf.get_health() where check_name = %s", [check]
        ).fetchone()
    assert row is not None
    return row


def test_jobs_are_registered_once_however_often_they_are_scheduled(
    cron: psycopg.Connection,
) -> None:
    cron.execute("select cron.schedule('backup', '0 3 * * *', 'select 1')")
    cron.execute("select * from perf.schedule_jobs()")
    cron.execute("select * from perf.schedule_jobs()")
    registered = cron.execute(
        "select jobname, schedule, command, database from cron.job where jobname <> 'backup'"
    ).fetchall()
    wanted = cron.execute(
        "select job_name, schedule, command, current_database() from perf_internal.get_jobs()"
    ).fetchall()
    assert sorted(registered) == sorted(wanted)


def test_a_worker_sees_whether_the_jobs_are_left_to_pg_cron(cron_database, cron) -> None:
    assert not scheduling.has_jobs(cron, cron_database)
    cron.execute("select * from perf.schedule_jobs()")
    assert scheduling.has_jobs(cron, cron_database)
    cron.execute("select cron.unschedule('pgkit-aggregate')")
    assert not scheduling.has_jobs(cron, cron_database)
    cron.execute("select perf.unschedule_jobs()")
    assert not scheduling.has_jobs(cron, cron_database)


def test_unschedule_removes_our_jobs_and_no_others(cron: psycopg.Connection) -> None:
    cron.execute("select cron.schedule('backup', '0 3 * * *', 'select 1')")
    cron.execute("select * from perf.schedule_jobs()")
    jobs = value(cron, "select count(*) from perf_internal.get_jobs()")
    assert value(cron, "select perf.unschedule_jobs()") == jobs
    assert cron.execute("select jobname from cron.job").fetchall() == [("backup",)]
    assert value(cron, "select perf.unschedule_jobs()") == 0


def test_a_scheduled_aggregation_really_runs_and_its_history_is_trimmed(
    pgkit, cron_database: str, cron: psycopg.Connection
) -> None:
    cron.execute(
        "select perf.record_call('acme/one', 'chat', 100, call_timestamp => '2020-01-06 10:00+00')"
    )
    assert health(cron, "schedule")["status"] == "warn"
    # At once after migrate, and with all partitions to be made, pg_cron still hears of the jobs.
    pgkit("schedule", dsn=cron_database)
    assert value(cron, "select count(*) from perf.ensure_partitions()") == 0

    # pg_cron starts a job with the minute.
    has_run = wait_until(
        lambda: (
            value(
                cron,
                "select exists (select from cron.job_run_details "
                "where command = %s and status in ('succeeded', 'failed'))",
                AGGREGATE,
            )
            is True
        ),
        # Five times what an idle machine needs: pg_cron starts late on one that is full.
        seconds=300,
    )
    run = cron.execute(
        "select status, return_message from cron.job_run_details where command = %s",
        [AGGREGATE],
    ).fetchone()
    launcher = cron.execute(
        "select pid, state, wait_event, backend_start from pg_stat_activity "
        "where backend_type ~ 'pg_cron'"
    ).fetchall()
    assert has_run, f"no finished run after five minutes: {run}, pg_cron is {launcher}"
    assert run is not None
    assert run[0] == "succeeded", run[1]

    assert value(cron, "select sum(call_count) from perf.performance_metrics_hourly") == 1
    assert health(cron, "schedule")["status"] == "ok"
    assert health(cron, "failed runs")["status"] == "ok"
    assert health(cron, "calls: rollup lag")["value"].startswith("0 rows wait")

    assert value(cron, "select perf.unschedule_jobs()") == value(
        cron, "select count(*) from perf_internal.get_jobs()"
    )
    # A run that began before may still be on its way.
    assert wait_until(
        lambda: (
            value(cron, "select count(*) from cron.job_run_details where end_time is null") == 0
        ),
        seconds=60,
    )
    cron.execute(
        "insert into cron.job_run_details (command, database, end_time) "
        "values ('select 1', current_database(), now())"
    )
    ours = value(cron, "select count(*) from cron.job_run_details where command <> 'select 1'")
    assert value(cron, "select perf.trim_job_history()") == 0
    cron.execute("update cron.job_run_details set end_time = end_time - interval '8 days'")
    assert value(cron, "select perf.trim_job_history()") == ours
    assert cron.execute("select command from cron.job_run_details").fetchall() == [("select 1",)]


def test_a_failed_run_shows_in_the_health(cron: psycopg.Connection) -> None:
    cron.execute(
        "insert into cron.job_run_details "
        "(command, database, status, return_message, start_time, end_time) "
        "values (%s, current_database(), 'failed', 'ERROR: no space', now(), now())",
        [AGGREGATE],
    )
    checked = health(cron, "failed runs")
    assert checked["status"] == "warn"
    assert checked["value"] == "1 in the last 24 hours"


def test_a_database_beside_that_of_pg_cron_has_its_jobs_there(
    pgkit, cron, database, connection
) -> None:
    name = connection.info.dbname
    home = cron.info.dbname
    jobs = [
        (f"{job} in {name}", command, name)
        for job, command in cron.execute(
            "select job_name, command from perf_internal.get_jobs()"
        ).fetchall()
    ]
    refused = pytest.raises(psycopg.Error, match="pg_cron is not installed in this database")
    with refused as caught:
        connection.execute("select * from perf.schedule_jobs()")
    assert f'It lives in database "{home}": run pgkit schedule' in str(caught.value)
    examined = pgkit("doctor", dsn=database).stdout
    assert f'pg_cron\tok\tin database "{home}" of this server' in examined
    assert "jobs\twarn\tnot scheduled: pgkit-aggregate, pgkit-alerts, pgkit-cleanup" in examined

    cron.execute("select * from perf.schedule_jobs()")
    for _ in range(2):
        scheduled = pgkit("schedule", "--json", dsn=database)
        assert scheduled.returncode == 0, scheduled.stderr
    registered = "select jobname, command, database from cron.job where jobname like %s"
    found = cron.execute(registered, [f"% in {name}"]).fetchall()
    trim = [row for row in found if row not in jobs]
    assert sorted(set(found) - set(trim)) == sorted(jobs)
    assert [(row[0], row[2]) for row in trim] == [(f"pgkit-trim-cron-history in {name}", home)]
    assert "jobs\tok\tall jobs are scheduled" in pgkit("doctor", dsn=database).stdout
    assert value(connection, "select count(*) >= 8 from perf_internal.raw_partitions") is True

    connection.execute(
        f"alter database {name} set default_transaction_isolation = 'serializable'".encode()
    )
    cron.execute(
        "select cron.alter_job(jobid, '* * * * *') from cron.job where database = %s", [name]
    )
    ended = "from cron.job_run_details where database = %s and end_time is not null"
    commands = f"select count(distinct command) {ended}"
    assert wait_until(lambda: value(cron, commands, name) == len(jobs), seconds=120)
    failed = f"select command, return_message {ended} and status <> 'succeeded'"
    assert cron.execute(failed.encode(), [name]).fetchall() == []
    assert health(connection, "schedule")["status"] == "ok"
    cron.execute("update cron.job_run_details set end_time = end_time - interval '8 days'")
    assert cron.execute(trim[0][1]).rowcount >= len(jobs)

    # The job of a database whose name ends like the names of these jobs.
    other = f"pgkit-aggregate in one in {name}"
    cron.execute("select cron.schedule(%s, '0 0 1 1 *', 'select 1')", [other])
    assert pgkit("uninstall", "--yes", dsn=database).returncode == 0
    assert [row[0] for row in cron.execute(registered, [f"% in {name}"])] == [other]
    assert value(cron, "select count(*) from cron.job") == len(jobs) + 1


def test_schedule_and_unschedule_with_pg_cron(pgkit, cron_database) -> None:
    scheduled = json.loads(pgkit("schedule", "--json", dsn=cron_database).stdout)
    assert scheduled[0]["job_name"] == "pgkit-aggregate"
    assert "jobs\tok\tall jobs are scheduled" in pgkit("doctor", dsn=cron_database).stdout
    assert pgkit("unschedule", dsn=cron_database).stdout == f"{len(scheduled)}\n"
