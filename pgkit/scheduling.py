"""Have pg_cron run the jobs, from whichever database of the server it lives in."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from pgkit import reports
from pgkit.database import Connection, Failure, connect, parse_dsn, query, transaction


def schedule(dsn: str, report: Callable[[int], None] = lambda made: None) -> list[dict[str, Any]]:
    """Make missing partitions, and register the jobs, replacing those of the same name.

    Returns the jobs. `report` is told how many partitions were made so far.
    """
    with connect(dsn, autocommit=True) as connection:
        if make_partitions(connection, 7, report):
            # pg_cron looks once a second at what changed. So many changes fill the queue in which
            # it would hear of the jobs, so it has to read them first.
            time.sleep(2)
    with connect(dsn) as connection:
        home = find_cron_database(connection)
        if home is None:
            rows = reports.select(connection, "select * from perf.schedule_jobs()")
        else:
            jobs = connection.execute(query("jobs_elsewhere")).fetchall()
    if home is not None:
        with connect_to_cron(dsn, home) as cron:
            for name, schedule, command, database, username in jobs:
                cron.execute(
                    "select cron.schedule_in_database(%s, %s, %s, %s, %s)",
                    [name, schedule, command, database or home, username],
                )
        keys = ("job_name", "schedule", "command")
        rows = [dict(zip(keys, job, strict=False)) for job in jobs]
    return rows


def unschedule(dsn: str) -> int:
    """Remove the jobs, and return how many there were."""
    with connect(dsn) as connection:
        home = find_cron_database(connection)
        if home is None:
            row = connection.execute("select perf.unschedule_jobs()").fetchone()
            return int(row[0]) if row else 0
    return unschedule_elsewhere(dsn)


def unschedule_elsewhere(dsn: str) -> int:
    """Remove the jobs that another database of the server has for this one; return how many."""
    with connect(dsn) as connection:
        home = find_cron_database(connection)
        suffix = f" in {connection.info.dbname}"
        exists = "select from pg_catalog.pg_database where datname = %s"
        if connection.execute(exists, [home]).fetchone() is None:
            return 0
    assert home is not None
    with connect_to_cron(dsn, home) as cron:
        row = cron.execute(
            "select count(cron.unschedule(c.jobid)) from cron.job as c"
            " where starts_with(c.jobname, 'pgkit-') and right(c.jobname, length(%(s)s)) = %(s)s"
            # Otherwise it is of another database, whose name ends in this suffix.
            " and strpos(left(c.jobname, -length(%(s)s)), ' ') = 0",
            {"s": suffix},
        ).fetchone()
        return int(row[0]) if row else 0


def find_missing(connection: Connection, dsn: str) -> list[str]:
    """Return the jobs that pg_cron does not have as they should be, or has switched off.

    Raises Failure where pg_cron cannot be asked. Only a superuser sees the jobs of others.
    """
    home = find_cron_database(connection)
    wanted = connection.execute("select * from perf_internal.get_jobs()").fetchall()
    registered = "select schedule, command from cron.job where database = %s and active"
    database = connection.info.dbname
    if home is None:
        found = connection.execute(registered.encode(), [database]).fetchall()
    else:
        with connect_to_cron(dsn, home) as cron:
            found = cron.execute(registered.encode(), [database]).fetchall()
    return [name for name, *job in sorted(wanted) if tuple(job) not in found]


def has_jobs(connection: Connection, dsn: str) -> bool:
    """Return whether pg_cron has all jobs as they should be, as far as this login may know."""
    try:
        with transaction(connection):
            here = connection.execute("select to_regclass('cron.job')").fetchone()
            if here == (None,) and find_cron_database(connection) is None:
                return False
            return not find_missing(connection, dsn)
    except (Failure, psycopg.errors.InsufficientPrivilege):
        return False


def find_cron_database(connection: Connection) -> str | None:
    """Return the other database in which pg_cron of this server lives, or nothing."""
    row = connection.execute(query("cron_database")).fetchone()
    return row[0] if row else None


@contextmanager
def connect_to_cron(dsn: str, home: str) -> Iterator[Connection]:
    """Connect to the database in which pg_cron lives; Failure where that is not to be had."""
    try:
        with connect(make_conninfo("", **parse_dsn(dsn, dbname=home))) as cron:
            if cron.execute("select to_regclass('cron.job')").fetchone() == (None,):
                raise Failure("the extension is not installed there")
            yield cron
    except Failure as failure:
        raise Failure(
            f'pg_cron of this server lives in database "{home}": {failure.message}',
            "A superuser can run this command. Another user needs there: create extension pg_cron,"
            " usage on schema cron, and execute on function cron.schedule_in_database. Or keep"
            " `pgkit worker` running.",
        ) from failure


def make_partitions(
    connection: Connection, days_ahead: int, report: Callable[[int], None] = lambda made: None
) -> list[dict[str, Any]]:
    """Make the partitions that are missing, some in each transaction, and return them."""
    made: list[dict[str, Any]] = []
    while True:
        with transaction(connection):
            rows = reports.select(
                connection,
                "select * from perf.ensure_partitions(days_ahead => %(days_ahead)s)",
                days_ahead=days_ahead,
            )
        if not rows:
            return made
        made += rows
        report(len(made))
