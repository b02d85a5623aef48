"""Bring a database up to date with the files under `sql/`, say how far it is, and remove it."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from yoyo import default_migration_table, internalmigrations, read_migrations
from yoyo.backends import get_backend_class
from yoyo.connections import parse_uri

from pgkit.database import (
    ENCODING_HINT,
    Connection,
    Failure,
    explain,
    explained,
    first_line,
    open_connection,
    query,
)

FOLDERS = ("roles", "schema", "functions", "views", "metrics", "policies")
SCHEME = "postgresql+psycopg"
# A grant on an object of ours stands at the start of a line; no text in it holds a semicolon.
GRANT = re.compile(r"^grant .+?;", re.M | re.S)
LOCK = "select {}(hashtext('pgkit migrate'))"


class SqlFile(NamedTuple):
    """A file under `sql/`, named by its path in there."""

    name: str
    path: Path
    text: str
    checksum: str

    @property
    def folder(self) -> str:
        return self.name.split("/")[0]


class Status(NamedTuple):
    """How a database compares with the files."""

    is_installed: bool
    pending: list[str]
    edited: list[str]
    vanished: list[str]
    changed: list[str]
    missing_functions: list[str]
    stray_functions: list[str]

    @property
    def is_current(self) -> bool:
        return self.is_installed and not any(self[1:])


def sql_folder() -> Path:
    """Return the folder of our SQL: inside the installed package, or beside it in the source."""
    package = Path(__file__).parent
    return package / "sql" if (package / "sql").is_dir() else package.parent / "sql"


def read_files(sql: Path) -> list[SqlFile]:
    """Read everything that a migration applies, in the order in which it does."""
    return [
        read_file(sql, path)
        for folder in FOLDERS
        for path in sorted((sql / folder).rglob("*.sql"), key=lambda path: path.as_posix())
    ]


def read_file(sql: Path, path: Path) -> SqlFile:
    text = path.read_text(encoding="utf-8")
    checksum = hashlib.sha256(text.encode()).hexdigest()
    return SqlFile(path.relative_to(sql).as_posix(), path, text, checksum)


def migrate(
    dsn: str,
    *,
    sql: Path | None = None,
    lock_timeout: str = "10s",
    report: Callable[[str], None] = lambda file_name: None,
    warn: Callable[[str], None] = lambda message: None,
) -> list[SqlFile]:
    """Make missing roles, run pending schema files, then all functions, views, metrics, policies.

    Every right of public and of the API roles that the files do not grant is taken away at the
    end. All of it is one transaction: whatever ends it early leaves the database as it was.
    Returns the files that ran. `report` is told each file before it runs, `warn` what a person
    should read.
    """
    sql = sql or sql_folder()
    files = read_files(sql)
    with explained():
        connection = open_connection(dsn)
        backend = open_backend(connection)
        connection.add_notice_handler(lambda notice: warn(str(notice.message_primary)))
        with closing(connection), backend.transaction():
            prepare_session(connection)
            take_lock(connection, warn)
            connection.execute("select set_config('lock_timeout', %s, true)", [lock_timeout])
            refuse(connection, files)
            lock_tables(connection)
            if not is_installed(connection):
                create_bookkeeping(backend)
            pending = {
                migration.path: migration
                for migration in backend.to_apply(read_migrations(str(sql / "schema")))
            }
            ran = []
            for file in files:
                migration = pending.get(str(file.path))
                if file.folder == "schema" and not migration:
                    continue
                report(file.name)
                with naming(file):
                    if migration:
                        migration.process_steps(backend, "apply")
                        backend.mark_one(migration, log=False)
                    else:
                        connection.execute(file.text.encode())
                    if file.folder == "metrics":
                        # Metrics were deleted and added again, which their foreign keys check
                        # now: no table with a check that waits can be altered.
                        connection.execute("set constraints all immediate")
                        connection.execute("set constraints all deferred")
                ran.append(file)
            apply_rights(connection, files)
            record(connection, files)
            # PostgREST looks for new functions only when it is told. Sent when this commits.
            connection.execute("notify pgrst, 'reload schema'")
    return ran


def plan(connection: Connection, *, sql: Path | None = None) -> list[SqlFile]:
    """Return the files that `migrate` would run, or fail as it would; change nothing."""
    files = read_files(sql or sql_folder())
    refuse(connection, files)
    applied = read_applied(connection)
    return [file for file in files if file.folder != "schema" or file.name not in applied]


def open_backend(connection: Connection) -> Any:
    """Give yoyo a connection of ours.

    Not through `yoyo.get_backend`: that creates a lock table in a transaction of its own. Our
    advisory lock goes away with the process that held it, yoyo's row does not.
    """
    methods = {"connect": lambda backend, uri: connection}
    backend = type("Backend", (get_backend_class(SCHEME),), methods)
    return backend(parse_uri(f"{SCHEME}://"), default_migration_table)


def take_lock(connection: Connection, warn: Callable[[str], None]) -> None:
    """Let one migration of this database run at a time, until the transaction ends."""
    row = connection.execute(LOCK.format("pg_try_advisory_xact_lock").encode()).fetchone()
    if row and not row[0]:
        warn("another migration of this database is running; waiting for it to end")
        connection.execute(LOCK.format("pg_advisory_xact_lock").encode())


def lock_tables(connection: Connection) -> None:
    """Lock every table and view of ours, until the transaction ends, as soon as all are free.

    Files lock one table after another. A session that holds one of them and waits for another
    would end in a deadlock, and lose the calls that it records. So all are locked before the first
    file runs, in turns that are shorter than deadlock_timeout. Between two turns all sessions go
    on, so a long transaction does not stop the others. lock_timeout says how long to try.
    """
    names, turn_ms, patience_ms = (
        connection.execute(query("lockable_tables")).fetchone() or ("",) * 3
    )
    give_up_at = time.monotonic() + int(patience_ms or 0) / 1000
    while names:
        try:
            with connection.transaction():
                connection.execute(f"set local statement_timeout = {int(turn_ms)}".encode())
                connection.execute(f"lock table {names} in access exclusive mode".encode())
                connection.execute("set local statement_timeout = 0")
            return
        except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable) as error:
            if patience_ms and time.monotonic() > give_up_at:
                raise Failure(
                    "another session holds a lock on a table of ours",
                    "Nothing was changed; run again later, or wait longer with --lock-timeout.",
                ) from error
        time.sleep(0.1)


def prepare_session(connection: Connection) -> None:
    """Set what a migration needs, until the transaction ends."""
    connection.execute(query("settings"))
    connection.execute("set local check_function_bodies = off")
    connection.execute("set local client_min_messages = warning")
    # Where yoyo finds its tables.
    connection.execute("set local search_path = perf_internal")


def refuse(connection: Connection, files: Sequence[SqlFile]) -> None:
    """Fail, before anything is changed, where a migration could not or must not run."""
    if problem := find_encoding_problem(connection):
        raise Failure(problem, f"{ENCODING_HINT} Nothing was changed.")
    missing = [row[0] for row in connection.execute(query("missing_rights"))]
    missing += [f"extension {name} on the server" for name in missing_extensions(connection, files)]
    if missing:
        user = connection.info.user
        raise Failure(
            f"user {user} cannot migrate this database, missing: {'; '.join(missing)}",
            "Have a superuser grant what is missing, or migrate as another user. "
            "Nothing was changed.",
        )
    if not is_installed(connection):
        foreign = [row[0] for row in connection.execute(query("foreign_objects"))]
        if foreign:
            raise Failure(
                f"the schemas perf and perf_internal hold what is not ours: {', '.join(foreign)}",
                "Rename that schema, or migrate another database. Nothing was changed.",
            )
    overloads = [row[0] for row in connection.execute(query("overloads"))]
    if overloads:
        raise Failure(
            f"functions of pgkit share no name, but these do: {', '.join(overloads)}",
            "Drop the one that pgkit did not make. Nothing was changed.",
        )
    status = read_status(connection, files)
    if status.edited or status.vanished:
        names = [f"{name} (edited)" for name in status.edited]
        names += [f"{name} (missing)" for name in status.vanished]
        raise Failure(
            f"schema files that were applied are no longer as they were: {', '.join(names)}",
            "An applied schema file stays as it is: restore it and put the change into a new file. "
            "A database that can be lost is started over with `pgkit uninstall`.",
        )


def find_encoding_problem(connection: Connection) -> str | None:
    """Say why the encoding of this database will not do, or nothing where it will."""
    if finds(connection, "select where current_setting('server_encoding') = %s", "SQL_ASCII"):
        return (
            "this database is in SQL_ASCII, in which PostgreSQL neither checks nor converts texts,"
            " so names would be read back wrong"
        )
    return None


def missing_extensions(connection: Connection, files: Sequence[SqlFile]) -> list[str]:
    """Return the extensions that the files create and the server does not have."""
    pattern = re.compile(r"^\s*create extension (?:if not exists )?\"?(\w+)", re.M | re.I)
    wanted = {name for file in files for name in pattern.findall(file.text)}
    rows = connection.execute("select name from pg_catalog.pg_available_extensions")
    return sorted(wanted - {row[0] for row in rows})


def create_bookkeeping(backend: Any) -> None:
    """Create yoyo's tables and ours, inside the running transaction."""
    backend.connection.execute("create schema if not exists perf_internal")
    internalmigrations.upgrade(backend)
    backend.connection.execute(query("bookkeeping"))


def read_grants(files: Sequence[SqlFile]) -> list[str]:
    """Return the statements of the files that grant rights on our objects."""
    return [grant for file in files for grant in GRANT.findall(file.text)]


def apply_rights(connection: Connection, files: Sequence[SqlFile]) -> None:
    """Leave public and the API roles the rights that the files grant, and remember these.

    Others come from grants of people and, for objects that were just made, from default privileges.
    """
    connection.execute(query("revoke_rights"))
    for statement in read_grants(files):
        connection.execute(statement.encode())
    connection.execute(query("record_rights"))


def record(connection: Connection, files: Sequence[SqlFile]) -> None:
    """Remember the files as applied, and forget those that are gone."""
    names = [file.name for file in files]
    connection.execute(query("record_files"), [names, [file.checksum for file in files]])
    connection.execute(
        "delete from perf_internal.applied_files where file_name <> all (%s)", [names]
    )


@contextmanager
def naming(file: SqlFile) -> Iterator[None]:
    """Put the file's name before an error inside the block."""
    try:
        yield
    except psycopg.errors.LockNotAvailable as error:
        raise Failure(
            f"{file.name}: {error.diag.message_primary}",
            "Another session holds a lock on a table of ours. Nothing was changed; run again "
            "later, or wait longer with --lock-timeout.",
        ) from error
    except psycopg.Error as error:
        failure = explain(error)
        message = failure.message if failure else first_line(error)
        excerpt = re.search(r"^LINE \d+: (.*)$", str(error), re.M)
        near = f" (near: {excerpt[1].strip()})" if excerpt else ""
        raise Failure(f"{file.name}: {message}{near}", error.diag.message_hint) from error


def is_installed(connection: Connection) -> bool:
    """Say whether this database was ever migrated."""
    return finds(connection, "select to_regclass(%s)", "perf_internal.applied_files")


def read_applied(connection: Connection) -> dict[str, str]:
    """Return name and checksum of the files as last applied; nothing where we are not installed."""
    if not is_installed(connection):
        return {}
    return dict(connection.execute("select file_name, checksum from perf_internal.applied_files"))


def read_status(connection: Connection, files: Sequence[SqlFile] | None = None) -> Status:
    """Compare a database with the files."""
    files = read_files(sql_folder()) if files is None else files
    applied = read_applied(connection)
    schema = [file for file in files if file.folder == "schema"]
    code = [file for file in files if file.folder != "schema"]
    names = {file.name for file in files}
    wanted = {name for file in files if (name := function_name(file))}
    present = {row[0] for row in connection.execute(query("functions"))}
    return Status(
        is_installed=is_installed(connection),
        pending=[file.name for file in schema if file.name not in applied],
        edited=[f.name for f in schema if applied.get(f.name, f.checksum) != f.checksum],
        vanished=[n for n in applied if n.startswith("schema/") and n not in names],
        changed=[file.name for file in code if applied.get(file.name) != file.checksum],
        missing_functions=sorted(wanted - present),
        stray_functions=sorted(present - wanted),
    )


def function_name(file: SqlFile) -> str | None:
    """Return the function that a file under `functions/` creates, with its schema."""
    if file.folder != "functions":
        return None
    pattern = r"^create or replace (?:function|procedure|aggregate) ([\w.]+)"
    found = re.search(pattern, file.text, re.M | re.I)
    return found[1] if found else None


def read_dependents(connection: Connection) -> list[str]:
    """Return objects outside our schemas that `uninstall` would drop with them."""
    return [row[0] for row in connection.execute(query("dependents"))]


def uninstall(connection: Connection) -> tuple[list[str], list[str]]:
    """Remove jobs, schemas and roles of ours; return what was removed and what had to stay.

    The roles `anon`, `authenticated` and `service_role` stay, because others use them too.
    """
    take_lock(connection, lambda message: None)
    if not is_installed(connection) and list(connection.execute(query("foreign_objects"))):
        raise Failure(
            "this database was never migrated, so its schema perf is not ours",
            "Check --dsn: see `pgkit status`.",
        )
    removed = ["scheduled jobs"] if unschedule(connection) else []
    for schema in ("perf", "perf_internal"):
        if finds(connection, "select to_regnamespace(%s)", schema):
            connection.execute(f"drop schema {schema} cascade".encode())
            removed.append(f"schema {schema}")
    optional = []
    marked = "select where obj_description(to_regnamespace('auth'), 'pg_namespace') = %s"
    if finds(connection, marked, "created by pgkit"):
        optional.append(("schema auth", "drop function if exists auth.uid(); drop schema auth"))
    for role in ("perf_admin", "perf_analyst", "perf_recorder", "perf_notifier"):
        if finds(connection, "select to_regrole(%s)", role):
            optional.append((f"role {role}", f"drop role {role}"))
    kept = []
    for name, statements in optional:
        try:
            with connection.transaction():
                connection.execute(statements.encode())
            removed.append(name)
        except (
            psycopg.errors.DependentObjectsStillExist,
            psycopg.errors.InsufficientPrivilege,
        ) as error:
            kept.append(f"{name}: {error.diag.message_primary}")
    return removed, kept


def unschedule(connection: Connection) -> bool:
    """Remove our jobs from pg_cron; return whether there is a schedule to remove them from."""
    if not finds(connection, "select to_regproc(%s)", "perf.unschedule_jobs"):
        return False
    try:
        with connection.transaction():
            connection.execute("select perf.unschedule_jobs()")
    except psycopg.DatabaseError as error:
        if error.sqlstate != "PT409":
            raise
        return False
    return True


def finds(connection: Connection, statement: str, name: str) -> bool:
    """Say whether a query about a name returns something other than null."""
    row = connection.execute(statement.encode(), [name]).fetchone()
    return row is not None and row != (None,)
