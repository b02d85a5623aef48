"""Migrating: from nothing, again, at once, killed, refused, without superuser."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
import pytest
from pipeline import wait_for
from psycopg.conninfo import make_conninfo
from releases import write_release

from pgkit import migrations, runner
from pgkit.database import Failure, connect, explain, parse_dsn

GATE = 4242
WAIT_AT_GATE = f"do $$ begin perform pg_advisory_xact_lock_shared({GATE}); end $$;\n"
MIGRATE = """
import sys
from pathlib import Path
from pgkit.migrations import migrate
migrate(sys.argv[1], sql=Path(sys.argv[2]), warn=lambda message: print(message, file=sys.stderr))
"""


def start_migration(dsn: str, sql: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MIGRATE, dsn, str(sql)], stderr=subprocess.PIPE, text=True
    )


def wait_until_blocked(connection: psycopg.Connection, sessions: int = 1) -> None:
    """Wait until so many other sessions of this database stand at an advisory lock."""
    statement = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and wait_event = 'advisory'"
    )
    wait_for(lambda: connection.execute(statement).fetchone() == (sessions,))


def find_others(connection: psycopg.Connection) -> set[int]:
    """Return the process ids of the other sessions of this database."""
    return {
        pid
        for (pid,) in connection.execute(
            "select pid from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
            " and backend_type = 'client backend'"
        )
    }


def next_version(sql: Path) -> None:
    """Add a table and a function to the files, as a new release would."""
    (sql / "schema" / "9000_greenhouse.sql").write_text(
        "create table perf.greenhouse (bed text primary key);\n"
        "insert into perf.greenhouse values ('north');\n"
    )
    (sql / "functions" / "access" / "count_beds.sql").write_text(
        "create or replace function perf.count_beds() returns bigint language sql\n"
        "as $$ select count(*) from perf.greenhouse $$;\n"
    )


def is_current(dsn: str, sql: Path) -> bool:
    with connect(dsn) as connection:
        return migrations.read_status(connection, migrations.read_files(sql)).is_current


def test_migrate_from_nothing_makes_the_database_current(pgkit, empty_database) -> None:
    migrated = pgkit("migrate", dsn=empty_database)
    assert migrated.returncode == 0, migrated.stderr
    assert "0001_access" in migrated.stdout
    assert "Next: pgkit doctor" in migrated.stderr
    assert is_current(empty_database, migrations.sql_folder())


def test_migrate_twice_changes_nothing(pgkit, database, dump_schema) -> None:
    before = dump_schema(database)
    again = pgkit("migrate", dsn=database)
    assert again.returncode == 0, again.stderr
    assert "all are applied" in again.stdout
    assert dump_schema(database) == before


def test_a_dry_run_names_the_files_and_changes_nothing(pgkit, empty_database, dump_schema) -> None:
    before = dump_schema(empty_database)
    planned = pgkit("migrate", "--dry-run", dsn=empty_database)
    assert planned.stdout.splitlines() == [
        file.name for file in migrations.read_files(migrations.sql_folder())
    ]
    assert dump_schema(empty_database) == before


def test_an_upgrade_keeps_the_data(database, sql_copy) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("insert into perf.profiles values (gen_random_uuid(), 'ann')")
    next_version(sql_copy)
    ran = [file.name for file in migrations.migrate(database, sql=sql_copy)]
    assert "schema/9000_greenhouse.sql" in ran
    with psycopg.connect(database) as connection:
        assert connection.execute("select username from perf.profiles").fetchall() == [("ann",)]
        assert connection.execute("select perf.count_beds()").fetchone() == (1,)


@pytest.mark.parametrize(
    "gate",
    [
        "schema/8999_wait.sql",
        "schema/9001_wait.sql",
        "functions/access/a_wait.sql",
        "functions/zz/wait.sql",
        "metrics/zz_wait.sql",
        "policies/zz/wait.sql",
    ],
)
def test_a_killed_migration_leaves_the_old_version_and_the_next_completes(
    database, sql_copy, dump_schema, gate
) -> None:
    before = dump_schema(database)
    next_version(sql_copy)
    (sql_copy / gate).parent.mkdir(exist_ok=True)
    (sql_copy / gate).write_text(WAIT_AT_GATE)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [GATE])
        process = start_migration(database, sql_copy)
        wait_until_blocked(connection)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        connection.execute("select pg_advisory_unlock(%s)", [GATE])
        wait_for(lambda: not find_others(connection))
    assert is_current(database, migrations.sql_folder())
    assert dump_schema(database) == before
    migrations.migrate(database, sql=sql_copy)
    assert is_current(database, sql_copy)


def test_migrations_killed_at_any_moment_do_no_harm(empty_database, sql_copy, dump_schema) -> None:
    next_version(sql_copy)
    moments = random.Random(7)
    seen: set[int] = set()
    with psycopg.connect(empty_database, autocommit=True) as connection:
        for _ in range(6):
            process = start_migration(empty_database, sql_copy)
            wait_for(lambda p=process: find_others(connection) - seen or p.poll() is not None)
            seen.update(find_others(connection))
            time.sleep(moments.uniform(0, 0.5))
            process.send_signal(signal.SIGKILL)
            process.communicate()
    migrations.migrate(empty_database, sql=sql_copy)
    assert is_current(empty_database, sql_copy)


def test_the_second_of_two_migrations_waits_and_says_so(empty_database, sql_copy) -> None:
    next_version(sql_copy)
    (sql_copy / "schema" / "9001_wait.sql").write_text(WAIT_AT_GATE)
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [GATE])
        first = start_migration(empty_database, sql_copy)
        wait_until_blocked(connection)
        second = start_migration(empty_database, sql_copy)
        wait_until_blocked(connection, sessions=2)
        connection.execute("select pg_advisory_unlock(%s)", [GATE])
    _, first_said = first.communicate(timeout=60)
    _, second_said = second.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0), first_said + second_said
    assert first_said == ""
    assert "waiting" in second_said
    assert is_current(empty_database, sql_copy)


def test_a_lock_row_that_yoyo_left_behind_does_not_matter(database) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(
            "create table perf_internal.yoyo_lock"
            " (locked int primary key default 1, ctime timestamp, pid int not null)"
        )
        connection.execute("insert into perf_internal.yoyo_lock values (1, now(), 1)")
    migrations.migrate(database)


@pytest.mark.parametrize("change", ["edited", "missing"])
def test_a_changed_schema_file_is_reported_before_anything_runs(
    database, sql_copy, dump_schema, change
) -> None:
    before = dump_schema(database)
    next_version(sql_copy)
    file = sql_copy / "schema" / "0004_calls.sql"
    if change == "edited":
        file.write_text(file.read_text() + "-- one more thought\n")
    else:
        file.unlink()
    with pytest.raises(Failure, match=rf"schema/0004_calls\.sql \({change}\)") as failure:
        migrations.migrate(database, sql=sql_copy)
    assert "new file" in str(failure.value.hint)
    assert dump_schema(database) == before


def test_an_error_names_its_file_and_undoes_everything(empty_database, sql_copy) -> None:
    (sql_copy / "policies" / "access" / "zz.sql").write_text("grant select on perf.nothing to x;")
    with pytest.raises(Failure, match=r"policies/access/zz\.sql: .*perf\.nothing.* does not exist"):
        migrations.migrate(empty_database, sql=sql_copy)
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("select to_regnamespace('perf')").fetchone() == (None,)


def touch(file: Path) -> None:
    """Change a file, so that it has to run."""
    file.write_text(file.read_text() + "-- One more thought.\n")


def test_a_lock_on_a_table_ends_the_migration_in_time(database, sql_copy) -> None:
    touch(sql_copy / "policies" / "access" / "profiles.sql")
    with psycopg.connect(database) as connection:
        connection.execute("lock table perf.profiles in access share mode")
        with pytest.raises(Failure, match="another session holds a lock") as failure:
            migrations.migrate(database, sql=sql_copy, lock_timeout="100ms")
        assert "--lock-timeout" in str(failure.value.hint)


def test_a_session_that_a_migration_waits_for_goes_on(database, sql_copy) -> None:
    for policies in (sql_copy / "policies").rglob("*.sql"):
        touch(policies)
    with (
        psycopg.connect(database) as changing,
        psycopg.connect(database, autocommit=True) as observer,
    ):
        changing.execute("update perf.retention set keep = '91 days' where level = 'hourly'")
        migration = start_migration(database, sql_copy)
        waiting = (
            "select from pg_stat_activity where datname = current_database()"
            " and wait_event_type = 'Lock'"
        )
        wait_for(lambda: observer.execute(waiting).fetchall())
        # Tables that the migration could have locked before, in another order.
        changing.execute("select perf.record_call('m', 't', 1)")
        changing.execute("select perf.save_model_config('sdxl', 'name', '{}')")
        changing.commit()
        assert (migration.communicate()[1], migration.returncode) == ("", 0)


def test_status_tells_functions_without_file_and_files_without_function(
    pgkit, connection, database
) -> None:
    connection.execute("create function perf.stray() returns int language sql as 'select 1'")
    connection.execute("alter function perf.grant_role rename to grant_it")
    shown = pgkit("status", dsn=database)
    assert shown.returncode == 0
    assert "stray functions\tperf.grant_it, perf.stray\n" in shown.stdout
    connection.execute(
        "create function perf_internal.tools(perf.models) returns setof perf.tools"
        " language sql as 'select null::perf.tools'"
    )
    shown = pgkit("status", dsn=database)
    assert "perf.stray, perf_internal.tools(perf.models)\n" in shown.stdout
    assert "missing functions\tperf.grant_role\n" in shown.stdout
    assert "Next: pgkit migrate" in shown.stderr


def test_every_form_of_connection_string_is_understood(private_server) -> None:
    """Spaces, percent signs and quotes in names, user and password given by URI and by pairs."""
    user, password, name = "we ird@:/%40", "p@ss:/ %#?&='\\", "a b%20/c"
    with psycopg.connect(private_server, autocommit=True) as connection:
        identifiers = [psycopg.sql.Identifier(user), psycopg.sql.Literal(password)]
        connection.execute(
            psycopg.sql.SQL("create role {} login superuser password {}").format(*identifiers)
        )
        connection.execute(
            psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(name))
        )
    parts = parse_dsn(private_server, user=user, password=password, dbname=name)
    uri = f"postgresql://{quote(user, '')}:{quote(password, '')}@/{quote(name, '')}?" + urlencode(
        {key: parts[key] for key in ("host", "port") if key in parts}
    )
    for dsn in (uri, make_conninfo("", **parts)):
        with connect(dsn) as opened:
            row = opened.execute("select current_user, current_database()").fetchone()
            assert row == (user, name)
            assert opened.info.password == password


@pytest.mark.parametrize(
    "dsn",
    [
        "postgres://u:s3@cret@h/db",
        "postgres://u:s3/cret@h/db",
        "postgres://u:s3?x@cret@h/db",
        "postgres://u:12/cret@h/db",
        "postgres://u:s3%cret@h/db",
        "postgres://u:cret%00@h/db",
        "postgresql://u:s3#@cret@h/db",
        "postgresql:///db?user=u&password=cret&what=x",
        "postgresql:///db?user=u&password=cret=cret",
        "postgresql://u:cret@[::1/db",
        "postgresql://u@h:cret/db",
        "host=h password=my cret",
        "host=h password='cret",
        "host=h password=a cret=b",
        "host=h port=cret",
        "host=h dbname=postgres://u:cret@h/db",
        "h:5432:db:u:cret",
        "cret",
        "host=h password=cret\udcff",
        "host=h password=a\ncret",
    ],
)
def test_an_unclear_connection_string_is_refused(dsn) -> None:
    with pytest.raises(Failure) as refused:
        parse_dsn(dsn)
    assert "cret" not in f"{refused.value} {refused.value.hint}"


@pytest.mark.parametrize("command", ["status", "migrate", "doctor", "load -", "worker", "schedule"])
def test_an_unclear_connection_string_is_not_shown(pgkit, command) -> None:
    failed = pgkit(*command.split(), dsn="postgres://u:s3@cret@h/db")
    assert failed.returncode == 1
    shown = failed.stdout + failed.stderr
    assert "cannot read the connection string" in shown
    assert "cret" not in shown
    assert "Traceback" not in shown


def test_no_part_of_a_password_is_taken_for_something_else() -> None:
    """What libpq takes for a host, port, database or user, it shows in its errors."""
    forms = (
        "postgres://u:{}@h/db",
        "postgresql://u:{}@h:5432/db?sslmode=prefer",
        "postgres://u:{}@/db?host=h",
        "postgres:///db?user=u&password={}&host=h",
        "host=h password={} dbname=db",
    )
    wanted = {"host": "h", "dbname": "db", "user": "u", "port": "5432", "sslmode": "prefer"}
    wanted |= parse_dsn("")
    chance = random.Random(8)
    understood = 0
    for form in forms * 4000:
        secret = "".join(chance.choices("s3@/:?#%&=[] ,'\\", k=chance.randint(1, 7)))
        with suppress(Failure):
            found = parse_dsn(form.format(secret))
            found.pop("password", None)
            assert found.items() <= wanted.items(), (form, secret)
            understood += 1
    assert understood > 1000


def test_the_hint_to_migrate_is_for_what_is_missing_of_ours(pgkit, empty_database) -> None:
    failed = pgkit("trends", "model", "tool", dsn=empty_database)
    assert "Hint: Run `pgkit migrate`" in failed.stderr
    other = explain(
        psycopg.errors.UndefinedFunction('operator does not exist: "perform" = integer')
    )
    assert other is not None
    assert other.hint is None


def test_migrate_tells_postgrest(empty_database) -> None:
    with psycopg.connect(empty_database, autocommit=True) as listener:
        listener.execute("listen pgrst")
        migrations.migrate(empty_database)
        told = list(listener.notifies(timeout=10, stop_after=1))
    assert [(notice.channel, notice.payload) for notice in told] == [("pgrst", "reload schema")]


def test_an_empty_connection_string_means_the_variables_of_libpq(
    empty_database, monkeypatch
) -> None:
    parts = parse_dsn(empty_database)
    for variable, key in {"PGHOST": "host", "PGUSER": "user", "PGDATABASE": "dbname"}.items():
        monkeypatch.setenv(variable, parts[key])
    if "port" in parts:
        monkeypatch.setenv("PGPORT", parts["port"])
    assert migrations.migrate("")


@pytest.fixture(scope="module")
def owner_server() -> Iterator[str]:
    """A server on which nobody else has made our roles, which only who made them may grant."""
    with runner.temporary_server() as dsn:
        yield dsn


@pytest.fixture
def owner_database(owner_server: str) -> Iterator[tuple[str, str]]:
    """A database whose owner is no superuser and may create roles: (dsn as owner, as superuser)."""
    with psycopg.connect(owner_server, autocommit=True) as connection:
        connection.execute("create role owner login createrole")
        with runner.temporary_database(owner_server) as dsn:
            name = parse_dsn(dsn)["dbname"]
            connection.execute(f"alter database {name} owner to owner".encode())
            yield make_conninfo(dsn, user="owner"), dsn
        with psycopg.connect(owner_server, autocommit=True) as again:
            ours = "perf_admin, perf_analyst, perf_recorder, perf_notifier"
            roles = f"{ours}, anon, authenticated, service_role"
            again.execute(f"drop role if exists {roles}, owner".encode())


def test_an_owner_who_is_no_superuser_migrates_and_uninstalls(owner_database) -> None:
    owner, _ = owner_database
    migrations.migrate(owner)
    migrations.migrate(owner)
    assert is_current(owner, migrations.sql_folder())
    with connect(owner) as connection:
        removed, kept = migrations.uninstall(connection)
    assert kept == []
    assert "role perf_admin" in removed


def test_an_owner_who_is_no_superuser_upgrades(owner_database, sql_copy) -> None:
    owner, superuser = owner_database
    migrations.migrate(owner)
    for number in (1, 2):
        write_release(sql_copy, number)
        with psycopg.connect(make_conninfo(superuser, application_name="report")) as idle:
            idle.execute("select from perf.models")
            with pytest.raises(Failure) as failure:
                migrations.migrate(owner, sql=sql_copy, lock_timeout="100ms")
            # What others may not see of it is left out.
            assert "(user postgres, application report) holds perf.models" in failure.value.hint
        migrations.migrate(owner, sql=sql_copy)
        assert is_current(owner, sql_copy)


def test_an_owner_uses_what_was_migrated(owner_database) -> None:
    owner, _ = owner_database
    migrations.migrate(owner)
    with psycopg.connect(owner) as connection:
        granted = connection.execute("select perf.grant_role(gen_random_uuid(), 'admin')")
        assert granted.fetchone() == (True,)


def test_all_missing_rights_are_one_error_before_anything_changes(
    owner_database, dump_schema
) -> None:
    owner, superuser = owner_database
    with psycopg.connect(superuser) as connection:
        connection.execute("alter role owner nocreaterole")
        name = connection.info.dbname
        connection.execute(f"alter database {name} owner to postgres".encode())
    before = dump_schema(superuser)
    with pytest.raises(Failure) as failure:
        migrations.migrate(owner)
    assert f"CREATE on database {name}" in failure.value.message
    assert "CREATEROLE (to create anon, authenticated" in failure.value.message
    assert dump_schema(superuser) == before


def test_a_stranger_to_our_schemas_cannot_migrate_them(owner_database) -> None:
    owner, superuser = owner_database
    migrations.migrate(superuser)
    with pytest.raises(Failure, match="ownership of schema perf"):
        migrations.migrate(owner)


def test_uninstall_names_what_goes_with_it_and_asks(pgkit, database, connection) -> None:
    connection.execute("create view public.names as select username from perf.profiles")
    refused = pgkit("uninstall", dsn=database, input="n\n")
    assert refused.returncode == 1
    assert "view public.names" in refused.stderr
    assert connection.execute("select to_regclass('perf.profiles') is null").fetchone() == (False,)


def test_uninstall_removes_what_migrate_made(pgkit, private_server, dump_schema) -> None:
    with runner.temporary_database(private_server) as dsn:
        before = dump_schema(dsn)
        migrations.migrate(dsn)
        removed = pgkit("uninstall", "--yes", dsn=dsn)
        assert removed.returncode == 0, removed.stderr
        assert "Removed schema perf_internal" in removed.stdout
        assert "Removed role perf_recorder" in removed.stdout
        assert dump_schema(dsn) == before
        again = pgkit("uninstall", "--yes", dsn=dsn)
        assert (again.returncode, again.stdout) == (0, "")


def test_uninstall_keeps_roles_that_another_database_uses(database, template_dsn) -> None:
    with connect(database) as connection:
        removed, kept = migrations.uninstall(connection)
    assert "schema perf" in removed
    assert any(reason.startswith("role perf_admin:") for reason in kept)


def test_an_auth_schema_of_somebody_else_is_never_touched(empty_database, dump_schema) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("create schema auth")
        connection.execute(
            "create function auth.uid() returns uuid language sql as 'select null::uuid'"
        )
    before = dump_schema(empty_database)
    migrations.migrate(empty_database)
    with connect(empty_database) as connection:
        migrations.uninstall(connection)
    assert dump_schema(empty_database) == before
