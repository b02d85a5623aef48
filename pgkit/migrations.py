"""Bring a database up to date with the files under `sql/`, say how far it is, and remove it."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from yoyo import default_migration_table, internalmigrations, read_migrations
from yoyo.backends import get_backend_class
from yoyo.connections import parse_uri

from pgkit import changes, distribution, locks, retired
from pgkit.changes import find_function, find_granted, find_names, find_relations
from pgkit.database import (
    ENCODING_HINT,
    Connection,
    Failure,
    explain,
    explained,
    first_line,
    open_connection,
    query,
    refuse_worker,
)

FOLDERS = (
    "roles",
    "schema",
    "functions",
    "views",
    "relationships",
    "metrics",
    "policies",
    "arguments",
)
SCHEME = "postgresql+psycopg"
DROP = re.compile(r"\bdrop\b", re.I)
NAME = "pgkit migrate"
# What Citus says of each function with the row of a table in its signature: workers do not get it.
NOT_SPREAD = "that is not in Citus' metadata"
LOCK = f"select {{}}(hashtext('{NAME}'))"


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
    changed_objects: list[str]
    retired_functions: list[str]

    @property
    def is_current(self) -> bool:
        return self.is_installed and not any(self[1:-1])


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
    """Make missing roles, run pending schema files, then everything else in order of FOLDERS.

    A file that was applied, and whose objects are as it left them, does not run again. Every right
    of public and of the API roles that the files do not grant is taken away at the end. All of it
    is one transaction: whatever ends it early leaves the database as it was. A second transaction
    drops functions of the version before, as soon as no call can need them.

    Returns the files that ran. `report` is told each file before it runs, `warn` what a person
    should read.
    """
    files = read_files(sql or sql_folder())
    with explained():
        connection = open_connection(dsn)
        backend = open_backend(connection)
        connection.add_notice_handler(
            lambda notice: (
                None
                if NOT_SPREAD in str(notice.message_primary)
                else warn(str(notice.message_primary))
            )
        )
        with closing(connection):
            with backend.transaction():
                prepare_session(connection)
                take_lock(connection, warn)
                refuse(connection, files)
                migration = Migration(connection, backend, files, report, warn)
                try:
                    with connection.transaction():
                        migration.run(lock_timeout)
                except psycopg.errors.LockNotAvailable as error:
                    raise Failure(*locks.say_who_holds(connection, [])) from error
            with backend.transaction():
                prepare_session(connection)
                # Another migration that has begun since does it.
                if finds(
                    connection,
                    "select nullif(pg_try_advisory_xact_lock(hashtext(%s)), false)",
                    NAME,
                ):
                    retired.drop_unused(connection, warn)
            with connection.transaction():
                prepare_session(connection)
                distribution.guard(connection)
    return migration.ran


class Migration:
    """What a migration has to run, and what has run."""

    def __init__(
        self,
        connection: Connection,
        backend: Any,
        files: Sequence[SqlFile],
        report: Callable[[str], None],
        warn: Callable[[str], None],
    ) -> None:
        self.connection = connection
        self.backend = backend
        self.files = files
        self.report = report
        self.warn = warn
        self.ran: list[SqlFile] = []
        # Schema files that were not run yet, by name.
        self.pending: dict[str, Any] = {}
        # Functions that made room for one of another signature.
        self.replaced: list[str] = []
        # Tables that a cluster has taken triggers and policies from.
        self.spread = distribution.read_spread(connection)

    def run(self, lock_timeout: str) -> None:
        """Run what is not as the files say: at first everything, often nothing."""
        is_new = not is_installed(self.connection)
        if not finds(self.connection, "select to_regclass(%s)", "perf_internal.applied_objects"):
            create_bookkeeping(self.backend)
        self.pending = read_pending(self.backend, self.files)
        if is_new:
            for file in self.files:
                self.execute(file)
            self.finish(None)
            return
        self.connection.execute("select set_config('lock_timeout', %s, true)", [lock_timeout])
        left = self.find_left()
        rights = find_touched_rights(self.connection, self.files)
        if left:
            for file in left:
                if file.folder == "functions" and not changes.may_lock(file):
                    self.try_without_locks(file)
            self.run_with_locks(rights)
        elif rights is None or rights or read_gone(self.connection, self.files):
            self.finish(rights)

    def find_left(self) -> list[SqlFile]:
        """Return the files that have to run and have not, in their order."""
        differing = changes.find_differing(
            changes.read_recorded(self.connection), changes.read_fingerprints(self.connection)
        )
        # They have to call the function that replaced another.
        rows = self.connection.execute(query("dependent_relations"), [self.replaced])
        found = changes.find_changes(
            self.files,
            self.pending,
            read_applied(self.connection),
            differing.union(row[0] for row in rows),
        )
        done = {file.name for file in self.ran}
        return [file for file in found if file.name not in done]

    def try_without_locks(self, file: SqlFile) -> None:
        """Run a file that locks no table, unless it needs what is only made later."""
        with (
            suppress(Failure, psycopg.errors.LockNotAvailable),
            self.connection.transaction(),
        ):
            self.execute(file)

    def run_with_locks(self, rights: set[str] | None) -> None:
        """Lock what the other files change, all at once, and run them."""
        left = self.find_left()
        wanted = set[str]().union(*map(find_relations, left))
        names = [n for (n,) in self.connection.execute(query("relations")) if n in wanted]
        ran, replaced = [*self.ran], [*self.replaced]

        def work() -> None:
            self.ran, self.replaced = [*ran], [*replaced]
            self.run_files(left)
            self.finish(rights)

        locks.run_with_locks(self.connection, names, work)

    def run_files(self, files: Sequence[SqlFile]) -> None:
        """Run files, and those that have to run because of them."""
        left = files
        for folder in FOLDERS:
            replaced = len(self.replaced)
            now = [file for file in left if file.folder == folder]
            for file in now:
                self.execute(file)
            # What a schema file drops may take with it what other files make.
            if len(self.replaced) > replaced or (
                folder == "schema" and any(DROP.search(file.text) for file in now)
            ):
                left = self.find_left()

    def execute(self, file: SqlFile) -> None:
        """Run one file."""
        self.report(file.name)
        function = find_function(file)
        text = distribution.strip(file.text, self.spread)
        with naming(file):
            if file.name in self.pending:
                with finding_yoyo_tables(self.connection):
                    self.pending[file.name].process_steps(self.backend, "apply")
                    self.backend.mark_one(self.pending[file.name], log=False)
            elif function:
                self.replaced += retired.replace(self.connection, function, text, self.warn)
            elif file.folder != "schema":
                self.connection.execute(text.encode())
            if file.folder == "metrics":
                # Metrics were deleted and added again, which their foreign keys check
                # now: no table with a check that waits can be altered.
                self.connection.execute("set constraints all immediate")
                self.connection.execute("set constraints all deferred")
        self.ran.append(file)

    def finish(self, rights: set[str] | None) -> None:
        """Bring rights up to date, all or of these objects, and remember what this run did."""
        functions = {
            name.partition("(")[0] for file in self.files for name in changes.find_functions(file)
        }
        retired.retire_missing(self.connection, changes.read_recorded(self.connection), functions)
        if rights is not None:
            rights = rights.union(*map(find_names, self.ran))
        distribution.adapt(self.connection)
        apply_rights(self.connection, self.files, rights)
        record(self.connection, self.files, self.ran)
        # Somebody who may create there may have done so meanwhile.
        refuse_foreign(self.connection)
        # PostgREST looks for new functions only when it is told. Sent when this commits.
        self.connection.execute("notify pgrst, 'reload schema'")


def plan(connection: Connection, *, sql: Path | None = None) -> list[SqlFile]:
    """Return the files that `migrate` would run, or fail as it would; change nothing."""
    files = read_files(sql or sql_folder())
    refuse(connection, files)
    if not is_installed(connection):
        return files
    applied = read_applied(connection)
    pending = [file.name for file in files if file.folder == "schema" and file.name not in applied]
    recorded, current = changes.read_recorded(connection), changes.read_fingerprints(connection)
    return changes.find_changes(files, pending, applied, changes.find_differing(recorded, current))


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


@contextmanager
def finding_yoyo_tables(connection: Connection) -> Iterator[None]:
    """Let yoyo find its tables, which it names without a schema, inside the block.

    Temporary objects come last, so that none hides one of ours.
    """
    connection.execute("set local search_path = perf_internal, pg_temp")
    yield
    connection.execute("set local search_path = pg_catalog, pg_temp")


def read_pending(backend: Any, files: Sequence[SqlFile]) -> dict[str, Any]:
    """Return what yoyo has to do for schema files that were not run yet, by name of the file."""
    schema = {str(file.path): file.name for file in files if file.folder == "schema"}
    folders = {str(Path(path).parent) for path in schema}
    with finding_yoyo_tables(backend.connection):
        return {
            schema[migration.path]: migration
            for migration in backend.to_apply(read_migrations(*folders))
        }


def prepare_session(connection: Connection) -> None:
    """Set what a migration needs, until the transaction ends."""
    connection.execute(query("settings"))
    connection.execute("set local check_function_bodies = off")
    connection.execute("set local client_min_messages = warning")
    # Without Citus these have no effect. With it our schemas and small tables stay plain ones.
    # Where shards have copies, Citus refuses to move rows into their partition.
    connection.execute("set local citus.multi_shard_modify_mode = sequential")
    connection.execute("set local citus.enable_schema_based_sharding = off")
    connection.execute("set local citus.use_citus_managed_tables = off")
    connection.execute("set local citus.shard_replication_factor = 1")


def refuse(connection: Connection, files: Sequence[SqlFile]) -> None:
    """Fail, before anything is changed, where a migration could not or must not run."""
    refuse_worker(connection)
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
        if owners := [row[0] for row in connection.execute(query("schema_owners"))]:
            raise Failure(
                f"these schemas were not made by this user: {', '.join(owners)}",
                "The owner of a schema can replace what is in it. Drop it, or migrate as its owner."
                " Nothing was changed.",
            )
    refuse_foreign(connection)
    applied = read_applied(connection)
    edited, vanished = find_edited(files, applied), find_vanished(files, applied)
    if edited or vanished:
        names = [f"{name} (edited)" for name in edited]
        names += [f"{name} (missing)" for name in vanished]
        raise Failure(
            f"schema files that were applied are no longer as they were: {', '.join(names)}",
            "An applied schema file stays as it is: restore it and put the change into a new file. "
            "A database that can be lost is started over with `pgkit uninstall`.",
        )


def refuse_foreign(connection: Connection) -> None:
    """Fail where others have put something between our objects."""
    overloads = [row[0] for row in connection.execute(query("overloads"))]
    if overloads:
        raise Failure(
            f"functions of pgkit share no name, but these do: {', '.join(overloads)}",
            "Drop the one that pgkit did not make. Nothing was changed.",
        )
    if foreign := [row[0] for row in connection.execute(query("foreign_owners"))]:
        raise Failure(
            f"objects in the schemas of pgkit belong to others: {', '.join(foreign)}",
            "They could run with the rights of pgkit. Drop them, and revoke create and trigger from"
            " their owners. Nothing was changed.",
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
    with finding_yoyo_tables(backend.connection):
        internalmigrations.upgrade(backend)
    backend.connection.execute(query("bookkeeping"))


def read_grants(files: Sequence[SqlFile]) -> list[str]:
    """Return the statements of the files that grant rights on our objects."""
    return [grant for file in files for grant in changes.find_grants(file)]


def read_gone(connection: Connection, files: Sequence[SqlFile]) -> set[str]:
    """Return the names of files that the version before had and this one has not."""
    return read_applied(connection).keys() - {file.name for file in files}


def find_touched_rights(connection: Connection, files: Sequence[SqlFile]) -> set[str] | None:
    """Return the objects whose rights are not as they were left, or None where all may be wrong."""
    if (
        any(not name.startswith("functions/") for name in read_gone(connection, files))
        or not finds(connection, "select to_regproc(%s)", "perf_internal.get_rights")
        or connection.execute(query("default_privileges")).fetchall()
    ):
        return None
    return {row[4].partition("(")[0] for row in connection.execute(query("rights_differences"))}


def apply_rights(
    connection: Connection, files: Sequence[SqlFile], names: set[str] | None = None
) -> None:
    """Leave public and the API roles the rights that the files grant, and remember these.

    Others come from grants of people and, for objects that were just made, from default privileges.
    With `names` only rights on these objects are looked at. Retired functions keep theirs, because
    calls of the version before may still need them.
    """
    connection.execute(
        "select set_config('pgkit.objects', %s, true)", ["*" if names is None else ",".join(names)]
    )
    connection.execute(query("revoke_rights"))
    spread = distribution.read_spread(connection)
    for statement in read_grants(files):
        granted = find_granted(statement)
        # No API role reaches a worker, so there is nothing to grant on what is there.
        if (names is None or not names.isdisjoint(granted)) and spread.isdisjoint(granted):
            connection.execute(statement.encode())
    connection.execute(query("record_rights"))


def record(connection: Connection, files: Sequence[SqlFile], ran: Sequence[SqlFile]) -> None:
    """Remember the files that ran as applied and what they made, and forget what is gone."""
    connection.execute(
        query("record_files"), [[file.name for file in ran], [file.checksum for file in ran]]
    )
    connection.execute(
        "delete from perf_internal.applied_files where file_name <> all (%s)",
        [[file.name for file in files]],
    )
    wanted = set[str]().union(*map(changes.find_objects, files))
    touched = wanted & set[str]().union(*map(find_names, ran))
    if distribution.is_distributed(connection):
        # Functions were fitted to the cluster after the files ran.
        touched = wanted
    made = changes.read_fingerprints(connection, [*touched])
    connection.execute(query("record_objects"), [[*made], [*made.values()]])
    connection.execute(
        "delete from perf_internal.applied_objects where object_name <> all (%s)", [[*wanted]]
    )


@contextmanager
def naming(file: SqlFile) -> Iterator[None]:
    """Put the file's name before an error inside the block."""
    try:
        yield
    except psycopg.errors.LockNotAvailable:
        # Tried again.
        raise
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


def find_edited(files: Sequence[SqlFile], applied: Mapping[str, str]) -> list[str]:
    """Return the schema files that are not as they were applied."""
    return [
        file.name
        for file in files
        if file.folder == "schema" and applied.get(file.name, file.checksum) != file.checksum
    ]


def find_vanished(files: Sequence[SqlFile], applied: Mapping[str, str]) -> list[str]:
    """Return the schema files that were applied and are gone."""
    names = {file.name for file in files}
    return [name for name in applied if name.startswith("schema/") and name not in names]


def read_status(connection: Connection, files: Sequence[SqlFile] | None = None) -> Status:
    """Compare a database with the files."""
    files = read_files(sql_folder()) if files is None else files
    applied = read_applied(connection)
    schema = [file for file in files if file.folder == "schema"]
    code = [file for file in files if file.folder != "schema"]
    wanted = {name for file in files for name in changes.find_functions(file)}
    present = {row[0] for row in connection.execute(query("functions"))}
    installed = is_installed(connection)
    old = retired.read_retired(connection) if installed else []
    hand_made = (
        changes.find_hand_made(
            changes.read_recorded(connection), changes.read_fingerprints(connection)
        )
        if installed
        else []
    )
    return Status(
        is_installed=installed,
        pending=[file.name for file in schema if file.name not in applied],
        edited=find_edited(files, applied),
        vanished=find_vanished(files, applied),
        changed=[file.name for file in code if applied.get(file.name) != file.checksum],
        missing_functions=sorted(wanted - present),
        stray_functions=sorted(present - wanted - {name.partition("(")[0] for name in old}),
        changed_objects=hand_made,
        retired_functions=old,
    )


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
    for schema in ("perf", "perf_internal", retired.SCHEMA):
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
