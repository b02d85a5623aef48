"""Check a database from the outside in, and say what to do about each finding."""

from collections.abc import Iterator

import psycopg

from pgkit import distribution, migrations, postgrest, scheduling
from pgkit.checks import Check, name_some
from pgkit.database import ENCODING_HINT, Connection, Failure, connect, query, refuse_worker
from pgkit.hints import in_commands

OLDEST_PG_CRON = (1, 4)


def examine(dsn: str, postgrest_url: str | None = None) -> Iterator[Check]:
    """Yield the checks in an order in which each builds on the ones before."""
    asked = "connection"
    try:
        with connect(dsn) as connection:
            info = connection.info
            yield Check("connection", "ok", f"{info.user} on {info.dbname} at {info.host or '-'}")
            asked = "cluster"
            refuse_worker(connection)
            asked = "other checks"
            yield check_version(connection)
            yield check_encoding(connection)
            yield check_rights(connection)
            yield from check_extensions(connection)
            yield check_migration(connection)
            yield from check_grants(connection)
            yield from check_owners(connection)
            yield from check_cluster(connection)
            yield from postgrest.check_policies(connection)
            yield from postgrest.check_login(connection)
            if postgrest_url:
                yield from postgrest.check_server(connection, postgrest_url)
            if unfinished := check_restore(connection):
                # Nothing that reads calls would work.
                yield unfinished
                return
            yield from check_schedule(connection, dsn)
            yield from check_health(connection)
    except Failure as failure:
        yield Check(asked, "fail", failure.message, failure.hint or "")


def check_version(connection: Connection) -> Check:
    version = connection.info.server_version
    text = f"PostgreSQL {connection.info.parameter_status('server_version')}"
    if version < 150000:
        return Check("server", "fail", text, "Use PostgreSQL 15 or newer.")
    return Check("server", "ok", text)


def check_encoding(connection: Connection) -> Check:
    if problem := migrations.find_encoding_problem(connection):
        return Check("encoding", "fail", problem, ENCODING_HINT)
    encoding = connection.execute("select current_setting('server_encoding')").fetchone()
    return Check("encoding", "ok", str(encoding and encoding[0]))


def check_rights(connection: Connection) -> Check:
    missing = [row[0] for row in connection.execute(query("missing_rights"))]
    if missing:
        return Check(
            "rights",
            "warn",
            f"{connection.info.user} cannot migrate, missing: {'; '.join(missing)}",
            "Have a superuser grant it, or migrate as another user.",
        )
    return Check("rights", "ok", f"{connection.info.user} may migrate")


def check_extensions(connection: Connection) -> Iterator[Check]:
    for name, installed, available in connection.execute(query("extensions")).fetchall():
        if name == "pg_cron":
            home = scheduling.find_cron_database(connection)
            yield check_pg_cron(installed, available, home)
        elif installed or available:
            yield Check(name, "ok", f"{installed or available}; only pgkit test uses it")
        else:
            yield Check(name, "ok", "not on this server; only pgkit test would use it")


def check_pg_cron(installed: str | None, available: str | None, home: str | None) -> Check:
    if installed:
        major, minor, *_ = (*map(int, installed.replace("-", ".").split(".")), 0)
        if (major, minor) < OLDEST_PG_CRON:
            return Check("pg_cron", "fail", installed, "Update pg_cron to 1.4 or newer.")
        return Check("pg_cron", "ok", installed)
    if home is not None:
        return Check("pg_cron", "ok", f'in database "{home}" of this server')
    if available:
        return Check(
            "pg_cron",
            "warn",
            f"{available} is on this server, not in this database",
            "Run create extension pg_cron in the database that cron.database_name names, then"
            " `pgkit schedule`. Or keep `pgkit worker` running.",
        )
    return Check("pg_cron", "warn", "not on this server", "Keep `pgkit worker` running.")


def check_migration(connection: Connection) -> Check:
    try:
        with connection.transaction():
            status = migrations.read_status(connection)
    except psycopg.errors.InsufficientPrivilege:
        return Check(
            "migration",
            "warn",
            f"{connection.info.user} may not see what was applied",
            "Run `pgkit doctor` as the user who migrated.",
        )
    if not status.is_installed:
        return Check("migration", "fail", "this database was never migrated", "pgkit migrate")
    if status.edited or status.vanished:
        names = ", ".join([*status.edited, *status.vanished])
        return Check("migration", "fail", f"edited or missing: {names}", "restore these files")
    if status.pending or status.missing_functions or status.changed:
        count = len({*status.pending, *status.missing_functions, *status.changed})
        return Check(
            "migration", "fail", f"{count} files or functions are not up to date", "pgkit migrate"
        )
    if status.changed_objects:
        names = name_some(status.changed_objects)
        return Check("migration", "fail", f"changed by hand: {names}", "pgkit migrate")
    if status.stray_functions:
        names = ", ".join(status.stray_functions)
        return Check("migration", "warn", f"functions without a file: {names}", "drop them")
    return Check("migration", "ok", "up to date")


def check_grants(connection: Connection) -> Iterator[Check]:
    """Compare what public and the API roles may do with what the last migration granted."""
    if not migrations.finds(connection, "select to_regproc(%s)", "perf_internal.get_rights"):
        return
    try:
        with connection.transaction():
            rows = connection.execute(query("rights_differences")).fetchall()
    except psycopg.errors.InsufficientPrivilege:
        # The check of the migration says who may see it.
        return
    extra = [name_right(*right) for is_extra, *right in rows if is_extra]
    missing = [name_right(*right) for is_extra, *right in rows if not is_extra]
    if extra:
        yield Check("grants", "fail", f"not granted by pgkit: {name_some(extra)}", "pgkit migrate")
    if missing:
        yield Check("grants", "fail", f"missing: {name_some(missing)}", "pgkit migrate")
    if not rows:
        yield Check("grants", "ok", "as pgkit migrate granted them")
    for creator, schemas, grantees in connection.execute(query("default_privileges")).fetchall():
        yield Check(
            "default privileges",
            "warn",
            f"what {creator} creates in {' and '.join(schemas)} is open to {', '.join(grantees)}",
            f"Run `pgkit migrate` as {creator} or a member of it.",
        )


def check_owners(connection: Connection) -> Iterator[Check]:
    """Name what a grant of create or trigger has let others put between our objects."""
    foreign = [row[0] for row in connection.execute(query("foreign_owners"))]
    if foreign:
        yield Check(
            "owners",
            "fail",
            f"made by others, run with the rights of pgkit: {name_some(foreign)}",
            "drop them, then pgkit migrate",
        )


def check_cluster(connection: Connection) -> Iterator[Check]:
    """Say which nodes of a cluster cannot take part, where tables are spread over one."""
    if not distribution.is_distributed(connection):
        return
    try:
        with connection.transaction():
            nodes = distribution.read_nodes(connection)
            tables = distribution.read_tables(connection)
    except psycopg.errors.InsufficientPrivilege:
        yield Check(
            "cluster",
            "warn",
            f"{connection.info.user} may not ask the nodes",
            "Run `pgkit doctor` as the user who migrated.",
        )
        return
    problems = [f"{node.name} {problem}" for node in nodes for problem in node.problems]
    if problems:
        yield Check("cluster", "fail", name_some(problems), "Mend it, then run `pgkit distribute`.")
    elif missing := [table.name for table in tables if not table.is_distributed]:
        yield Check("cluster", "fail", f"not spread: {name_some(missing)}", "pgkit migrate")
    elif old := [node.name for node in nodes if node.old_prepared]:
        yield Check(
            "cluster",
            "warn",
            f"transactions are prepared for more than 5 minutes on {name_some(old)}",
            "Citus ends them once the coordinator runs: see pg_prepared_xacts there.",
        )
    else:
        workers = sum(node.has_shards for node in nodes)
        yield Check("cluster", "ok", f"a coordinator and {workers} workers")


def name_right(grantee: str, privilege: str, object_type: str, object_name: str) -> str:
    name = object_name.partition("(")[0]
    return f"{privilege} on {'schema ' if object_type == 'schema' else ''}{name} to {grantee}"


def check_restore(connection: Connection) -> Check | None:
    if not migrations.finds(connection, "select to_regclass(%s)", "perf_internal.origin"):
        return None
    try:
        with connection.transaction():
            connection.execute("select perf_internal.check_origin()")
    except psycopg.DatabaseError as error:
        if error.sqlstate != "PT409":
            raise
        return Check(
            "restore",
            "fail",
            str(error.diag.message_primary),
            "refresh materialized view perf_internal.origin",
        )
    return None


def check_schedule(connection: Connection, dsn: str) -> Iterator[Check]:
    if not migrations.finds(connection, "select to_regproc(%s)", "perf_internal.get_jobs"):
        return
    if (
        not migrations.finds(connection, "select to_regclass(%s)", "cron.job")
        and scheduling.find_cron_database(connection) is None
    ):
        yield Check("jobs", "ok", "without pg_cron, pgkit worker runs the jobs")
        return
    try:
        missing = scheduling.find_missing(connection, dsn)
    except Failure as failure:
        yield Check("jobs", "warn", failure.message, failure.hint or "")
        return
    if missing:
        yield Check(
            "jobs",
            "warn",
            f"not scheduled: {', '.join(missing)}",
            "Run `pgkit schedule`, or keep `pgkit worker` running.",
        )
    else:
        yield Check("jobs", "ok", "all jobs are scheduled")


def check_health(connection: Connection) -> Iterator[Check]:
    if not migrations.finds(connection, "select to_regproc(%s)", "perf.get_health"):
        return
    rows = connection.execute(
        "select check_name, status, value, coalesce(hint, '') from perf.get_health()"
    )
    for name, status, value, hint in rows.fetchall():
        yield Check(name, status, value, in_commands(hint))
