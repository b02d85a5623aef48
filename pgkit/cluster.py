"""Make a cluster of a database on Citus, keep it one, and leave it."""

from collections.abc import Callable
from contextlib import closing

from pgkit import distribution, locks, migrations
from pgkit.database import Connection, Failure, explained, open_connection, query


def distribute(
    dsn: str,
    *,
    shards: int | None = None,
    lock_timeout: str = "10s",
    report: Callable[[str], None] = lambda step: None,
    warn: Callable[[str], None] = lambda message: None,
) -> distribution.Plan:
    """Spread rollups and raw rows over the workers, with all that is in them.

    One transaction does it. Whatever ends it early leaves the tables as they were. Where they are
    spread already, new workers are made to refuse calls, and functions and rights are fitted again.
    """
    with explained(), closing(open_connection(dsn)) as connection:
        with connection.transaction():
            migrations.prepare_session(connection)
            migrations.take_lock(connection, warn)
            found = distribution.plan(connection, shards)
            if not migrations.read_status(connection).is_current:
                raise Failure("this database is not up to date", "Run `pgkit migrate` first.")
            if found.missing:
                lock_tables(connection, [table.name for table in found.tables], lock_timeout)
                distribution.spread(connection, found.missing, found.shards, report)
            report("functions and rights")
            finish(connection)
        report("workers")
        distribution.guard(connection)
        for table in found.missing:
            report(f"statistics of {table.name}")
            connection.execute(f"analyze {table.name}".encode())
    return found


def undistribute(
    dsn: str,
    *,
    lock_timeout: str = "10s",
    report: Callable[[str], None] = lambda step: None,
    warn: Callable[[str], None] = lambda message: None,
) -> bool:
    """Bring everything back to the coordinator; say whether there was anything to bring.

    One transaction brings rows back, a migration then makes functions, policies and rights as they
    were. If it is ended between the two, running it again does the rest.
    """
    with explained(), closing(open_connection(dsn)) as connection, connection.transaction():
        migrations.prepare_session(connection)
        migrations.take_lock(connection, warn)
        found = distribution.is_distributed(connection)
        if found:
            distribution.refuse_without_cluster(connection)
            names = [table.name for table in distribution.read_tables(connection)]
            lock_tables(connection, names, lock_timeout)
            report(", ".join(names))
            connection.execute("select set_config('pgkit.objects', %s, true)", [",".join(names)])
            connection.execute(query("cluster_undo"))
            connection.execute(query("cluster_free"))
        # So every file runs again.
        connection.execute("delete from perf_internal.applied_objects")
    migrations.migrate(dsn, lock_timeout=lock_timeout, report=report, warn=warn)
    return found


def lock_tables(connection: Connection, names: list[str], lock_timeout: str) -> None:
    """Lock tables all at once, within the time, or fail and say who holds them."""
    connection.execute("select set_config('lock_timeout', %s, true)", [lock_timeout])
    locks.run_with_locks(connection, names)
    connection.execute("set local lock_timeout = 0")


def finish(connection: Connection) -> None:
    """Fit functions and rights to the cluster, and remember them as they are then."""
    files = migrations.read_files(migrations.sql_folder())
    distribution.adapt(connection)
    migrations.apply_rights(connection, files)
    migrations.record(connection, files, [])
