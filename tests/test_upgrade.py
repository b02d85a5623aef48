"""Upgrades of a database that is in use: nothing is lost, nobody fails, nobody waits long."""

import json
import re
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count

import psycopg
import pytest
from pipeline import wait_for, wait_until_blocked
from psycopg.conninfo import make_conninfo
from releases import edit, write_functions, write_release

from pgkit import changes, locks, migrations, retired, runner
from pgkit.database import Failure, connect

ADMIN = str(uuid.uuid4())
CLAIMS = json.dumps({"sub": ADMIN, "role": "authenticated"})
BATCH = json.dumps(
    [{"model_name": f"m{n}", "tool_name": "chat", "response_time_ms": n} for n in range(5)]
)
# What applications do, and how many rows each call of it adds.
RECORD = ("select perf.record_call('m' || (random() * 9)::int, 'chat', 5)", 1)
RECORD_BATCH = (f"select perf.record_calls('{BATCH}')", 5)
RECORD_JOB = ("select perf.record_job_metrics('flow', 'gpu', total_wall_time_ms => 5)", 1)
TRENDS = (
    "select count(*) from perf.get_performance_trends("
    "'m1', 'chat', now() - interval '1 day', now() + interval '1 hour')",
    0,
)
READ = (
    "select (select count(*) from perf.models),"
    " (select count(*) from perf.v_unresolved_model_alerts),"
    " (select count(*) from perf.get_active_alerts())",
    0,
)
CONFIGURE = (
    "select perf.save_model_config('sdxl', 'name', jsonb_build_object('steps', random()))",
    1,
)
TRAFFIC = [RECORD, RECORD, RECORD_BATCH, RECORD_JOB, TRENDS, READ, CONFIGURE, RECORD]
ROWS = {
    "perf.performance_metrics_raw": (RECORD, RECORD_BATCH),
    "perf.jobs": (RECORD_JOB,),
    "perf.model_config_history": (CONFIGURE,),
}
STATE = "table perf_internal.applied_files", "table perf_internal.applied_objects"


@pytest.fixture
def filled(database: str) -> str:
    """A migrated database with calls, jobs, a configuration, an alert and an admin."""
    with psycopg.connect(database) as connection:
        connection.execute("select perf.grant_role(%s, 'admin')", [ADMIN])
        for statement, _ in (RECORD_BATCH, RECORD_JOB, CONFIGURE):
            connection.execute(statement.encode())
        connection.execute("select perf.aggregate_performance_metrics()")
        connection.execute(
            "select perf_internal.raise_alert('test', 'warning', 'sdxl', null, 'Look.', '{}')"
        )
    return database


class Traffic:
    """Sessions that call functions all the time, every other one as PostgREST does."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.stopped = threading.Event()
        self.done = dict.fromkeys(TRAFFIC, 0)
        self.errors: list[str] = []
        self.slowest = 0.0
        self.threads = [
            threading.Thread(target=self.work, args=(number, work))
            for number, work in enumerate(TRAFFIC)
        ]

    def __enter__(self) -> "Traffic":
        for thread in self.threads:
            thread.start()
        wait_for(lambda: all(self.done.values()) or self.errors)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def work(self, number: int, work: tuple[str, int]) -> None:
        with psycopg.connect(self.dsn) as connection:
            while not self.stopped.is_set():
                began = time.monotonic()
                try:
                    with connection.transaction():
                        if number % 2:
                            connection.execute("set local role authenticated")
                            connection.execute(
                                "select set_config('request.jwt.claims', %s, true)", [CLAIMS]
                            )
                        connection.execute(work[0].encode())
                    self.done[work] += 1
                except psycopg.Error as error:
                    self.errors.append(f"{work[0]}: {error.sqlstate} {error}")
                self.slowest = max(self.slowest, time.monotonic() - began)


def count_rows(dsn: str) -> dict[str, int]:
    with psycopg.connect(dsn) as connection:
        return {
            table: connection.execute(f"select count(*) from {table}".encode()).fetchone()[0]
            for table in ROWS
        }


def test_callers_get_the_old_or_the_new_version_and_lose_nothing(filled, sql_copy) -> None:
    before = count_rows(filled)
    with Traffic(filled) as traffic:
        for number in range(1, 4):
            write_release(sql_copy, number)
            # They are busy, and this machine may be too.
            assert migrations.migrate(filled, sql=sql_copy, lock_timeout="60s")
            done = dict(traffic.done)
            wait_for(lambda d=done: all(traffic.done[work] > d[work] for work in d))
    assert traffic.errors == []
    # A migration queues for 0.4 s at most, and then needs less than that.
    assert traffic.slowest < 5
    for table, found in count_rows(filled).items():
        added = sum(traffic.done[work] * work[1] for work in {*ROWS[table]})
        assert found == before[table] + added, table
    with connect(filled) as connection:
        assert migrations.read_status(connection, migrations.read_files(sql_copy)).is_current


def lock_all_tables(connection: psycopg.Connection) -> None:
    """Lock all tables of ours as a transaction does that writes to all of them."""
    (names,) = connection.execute(
        "select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables"
        " where schemaname in ('perf', 'perf_internal')"
        " and tablename !~ '^(_yoyo|applied|retired)'"
    ).fetchone()
    connection.execute(f"lock table {names} in row exclusive mode".encode())


def test_nothing_to_do_locks_no_table(filled) -> None:
    with psycopg.connect(filled) as connection:
        lock_all_tables(connection)
        assert migrations.migrate(filled, lock_timeout="1ms") == []


def test_a_deadlock_within_a_turn_is_tried_again(filled) -> None:
    """Citus finds deadlocks that last less than deadlock_timeout."""
    turns = []

    with psycopg.connect(filled) as connection:
        connection.execute("create temporary table done (turn integer)")

        def work() -> None:
            turns.append(len(turns))
            connection.execute("insert into done values (%s)", [turns[-1]])
            if len(turns) == 1:
                connection.execute(
                    "do $$ begin raise exception 'x' using errcode = '40P01'; end $$"
                )

        locks.run_with_locks(connection, ["perf.models"], work)
        assert connection.execute("table done").fetchall() == [(1,)]
        held = "select true from pg_locks where relation = 'perf.models'::regclass and granted"
        assert connection.execute(held).fetchall() == [(True,)]


def test_functions_change_while_all_tables_are_in_use(filled, sql_copy) -> None:
    write_functions(sql_copy, 1)
    with psycopg.connect(filled) as connection:
        lock_all_tables(connection)
        assert migrations.migrate(filled, sql=sql_copy, lock_timeout="1ms")


def test_a_call_that_runs_during_an_upgrade_ends_well(filled, sql_copy) -> None:
    """It calls functions that got an argument and a result, and one that got another name.

    Its text finds some by their names, and its statement has one that was found before.
    """
    write_functions(sql_copy, 1)
    said: list[str] = []
    call = f"select perf.record_call('new/model', 'chat', 1), ({TRENDS[0]}) > 0"
    with (
        psycopg.connect(filled) as first,
        psycopg.connect(filled, autocommit=True) as caller,
        psycopg.connect(filled, autocommit=True) as observer,
        ThreadPoolExecutor(1) as pool,
    ):
        first.execute(call)
        recorded = pool.submit(lambda: caller.execute(call).fetchone())
        wait_until_blocked(observer, caller.info.backend_pid)
        migrations.migrate(filled, sql=sql_copy, warn=said.append)
        first.rollback()
        assert recorded.result() == (True, True)
        (left,) = said
        assert "the next migration drops" in left
        assert re.search(r"perf_retired_\d+[.]find_config\(text,text,text,jsonb\)", left)
        assert "perf_internal.get_outcome_prefix(text)" in left
        said.clear()
        assert migrations.migrate(filled, sql=sql_copy, warn=said.append) == []
        assert said == []
        assert retired.read_retired(observer) == []
        schemas = "select from pg_namespace as n where n.nspname like 'perf_retired%'"
        assert observer.execute(schemas).fetchall() == []


def test_a_function_and_the_one_of_the_same_name_behind_it_change_there_and_back(
    filled, sql_copy
) -> None:
    before = migrations.sql_folder()
    for file in ("register_model.sql", "internal/register_model.sql"):
        path = sql_copy / "functions/calls" / file
        default = "" if file.startswith("internal") else " default null"
        text = path.read_text()
        end = text.index("\n)\nreturns uuid")
        path.write_text(f"{text[:end]},\n    trait text{default}{text[end:]}")
    path = sql_copy / "functions/calls/register_model.sql"
    edit(path, "register_model.model_type\n", "register_model.model_type, register_model.trait\n")
    with psycopg.connect(filled) as reader, psycopg.connect(filled, autocommit=True) as caller:
        # Keeps what the first upgrade replaced.
        reader.execute("select 1")
        for sql in (sql_copy, before, sql_copy):
            migrations.migrate(filled, sql=sql)
            caller.execute("select perf.register_model('a/b')")
        assert len(retired.read_retired(caller)) == 6
    migrations.migrate(filled, sql=sql_copy)
    with psycopg.connect(filled) as connection:
        assert retired.read_retired(connection) == []
        schemas = "select count(*) from pg_namespace as n where n.nspname like 'perf_retired%'"
        assert connection.execute(schemas).fetchone() == (0,)


def test_policies_call_the_function_that_replaced_another(filled, sql_copy) -> None:
    edit(
        sql_copy / "functions/access/internal/get_user_id.sql",
        "get_user_id()\nreturns",
        "get_user_id(as_of timestamptz default null)\nreturns",
    )
    said: list[str] = []
    ran = migrations.migrate(filled, sql=sql_copy, warn=said.append)
    assert "policies/access/profiles.sql" in [file.name for file in ran]
    assert said == []
    with connect(filled) as connection:
        assert migrations.read_status(connection, migrations.read_files(sql_copy)).is_current


def test_a_function_that_your_view_uses_stays(filled, sql_copy) -> None:
    with psycopg.connect(filled) as connection:
        connection.execute(
            "create view public.trends as select * from"
            " perf.get_performance_trends('m1', 'chat', '2020-01-06', '2020-01-07')"
        )
    write_functions(sql_copy, 1)
    for _ in range(2):
        said: list[str] = []
        migrations.migrate(filled, sql=sql_copy, warn=said.append)
        assert ["view public.trends depends on function" in line for line in said] == [True]
        with psycopg.connect(filled) as connection:
            connection.execute("select * from public.trends")


def test_a_change_that_calls_cannot_cope_with_is_said(filled, sql_copy) -> None:
    edit(sql_copy / "functions/access/has_role.sql", "user_id uuid, role", "who uuid, role")
    edit(sql_copy / "functions/access/has_role.sql", "has_role.user_id", "has_role.who")
    said: list[str] = []
    migrations.migrate(filled, sql=sql_copy, warn=said.append)
    assert said == [
        "perf.has_role: argument user_id is gone or has changed;"
        " a call that runs during this upgrade may fail"
    ]


def test_a_transaction_in_the_way_is_named_and_stops_nobody(filled, sql_copy) -> None:
    write_release(sql_copy, 1)
    slowest = 0.0
    with (
        psycopg.connect(make_conninfo(filled, application_name="report")) as idle,
        psycopg.connect(filled, autocommit=True) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        pid = idle.info.backend_pid
        idle.execute("select from perf.models")
        began = time.monotonic()
        migrated = pool.submit(migrations.migrate, filled, sql=sql_copy, lock_timeout="6s")
        while not migrated.done():
            asked = time.monotonic()
            other.execute("select perf.record_call('m', 'chat', 1)")
            slowest = max(slowest, time.monotonic() - asked)
        with pytest.raises(Failure, match="another session holds a lock") as failure:
            migrated.result()
        assert time.monotonic() - began < 20
    # It queues for 0.4 s at most, and not for as long as it tries.
    assert slowest < 3
    hint = str(failure.value.hint)
    assert f"pid {pid} (user postgres, application report, since 2" in hint
    assert "holds perf.models" in hint
    assert migrations.migrate(filled, sql=sql_copy)


class Killer:
    """Kills the session of a migration before its n-th statement, as an administrator does."""

    def __init__(self, dsn: str, number: int) -> None:
        self.dsn = dsn
        self.left = number

    def open(self, dsn: str) -> psycopg.Connection:
        killer = self

        class Cursor(psycopg.Cursor):
            def execute(self, *arguments, **options):
                killer.strike(self.connection.info.backend_pid)
                return super().execute(*arguments, **options)

        connection = psycopg.connect(self.dsn, autocommit=True, prepare_threshold=None)
        connection.cursor_factory = Cursor
        return connection

    def strike(self, pid: int) -> None:
        self.left -= 1
        if self.left == 0:
            with psycopg.connect(self.dsn, autocommit=True) as connection:
                connection.execute("select pg_terminate_backend(%s, 60000)", [pid])


def read_state(dsn: str) -> list[object]:
    """Return what is applied, and how everything that files make is."""
    with connect(dsn) as connection:
        applied = [sorted(connection.execute(table.encode()).fetchall()) for table in STATE]
        return [*applied, changes.read_fingerprints(connection)]


@pytest.mark.once
def test_a_migration_killed_at_any_statement_changes_nothing_or_all(
    server_dsn, filled, sql_copy, dump_schema, monkeypatch
) -> None:
    write_release(sql_copy, 1)
    with runner.copied_database(server_dsn, filled) as dsn:
        migrations.migrate(dsn, sql=sql_copy)
        upgraded = dump_schema(dsn)
    old, rows = read_state(filled), count_rows(filled)
    numbers = count(1)
    committed = 0
    is_over = False
    while not is_over:
        with runner.copied_database(server_dsn, filled) as dsn:
            for number in numbers:
                killer = Killer(dsn, number)
                with monkeypatch.context() as patch:
                    patch.setattr(migrations, "open_connection", killer.open)
                    with suppress(Failure, psycopg.Error):
                        migrations.migrate(dsn, sql=sql_copy)
                is_over = killer.left > 0
                if is_over or read_state(dsn) != old:
                    break
            # The last statement before this one was the commit.
            committed += 1
            migrations.migrate(dsn, sql=sql_copy)
            assert dump_schema(dsn) == upgraded
            assert count_rows(dsn) == rows
            with psycopg.connect(dsn) as connection:
                assert connection.execute(RECORD[0].encode()).fetchone() == (True,)
    assert number > 100
    # All statements after the first commit, and once without a kill.
    assert committed > 5


def test_what_people_changed_is_named_and_undone(pgkit, filled, connection) -> None:
    before = read_state(filled)
    for change in (
        "create or replace function perf.get_normal_quantile(p double precision)"
        " returns double precision language sql immutable as 'select 1.0::float8'",
        "comment on function perf.has_role is 'Mine.'",
        "alter function perf.record_call set work_mem = '1GB'",
        "drop policy models_select_reader on perf.models",
        "alter table perf.tools disable row level security",
        "drop trigger refuse_truncate on perf.workers",
        "alter view perf.v_unresolved_model_alerts reset (security_invoker)",
        "update perf.metrics set unit = 's' where metric = 'response_time_ms'",
    ):
        connection.execute(change)
    shown = pgkit("status", "--json", dsn=filled)
    names = json.loads(shown.stdout)["changed_objects"]
    assert names == [
        "perf.get_normal_quantile",
        "perf.has_role",
        "perf.models",
        "perf.record_call",
        "perf.tools",
        "perf.v_unresolved_model_alerts",
        "perf.workers",
        "pipeline calls",
    ]
    planned = pgkit("migrate", "--dry-run", dsn=filled).stdout.splitlines()
    assert "functions/calls/record_call.sql" in planned
    assert "functions/calls/record_calls.sql" not in planned
    ran = migrations.migrate(filled)
    assert sorted(file.name for file in ran) == sorted(planned)
    assert read_state(filled) == before
    assert migrations.migrate(filled) == []


def test_what_somebody_put_under_a_name_of_the_next_version_is_refused(
    filled, connection, sql_copy
) -> None:
    write_release(sql_copy, 1)
    connection.execute("grant create, usage on schema perf to anon")
    with connection.transaction():
        connection.execute("set local role anon")
        connection.execute(
            "create function perf.count_beds_1() returns bigint language sql as 'select 1'"
        )
    before = read_state(filled)
    with pytest.raises(Failure, match=r"belong to others: function perf\.count_beds_1\(\) of anon"):
        migrations.migrate(filled, sql=sql_copy)
    assert read_state(filled) == before
    connection.execute("drop function perf.count_beds_1()")
    migrations.migrate(filled, sql=sql_copy)


def test_a_schema_that_somebody_else_made_is_refused(empty_database, template_dsn) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("create schema perf authorization anon")
    with pytest.raises(Failure, match="were not made by this user: perf of anon"):
        migrations.migrate(empty_database)


# What a schema file may do is decided by the calls of the version before, which may still run.
FIRST_RELEASE = 9
UNSAFE = (
    r"\bdrop (?:function|procedure|routine|aggregate|table|view|column|type|schema)\b",
    r"\brename\b",
    r"\balter (?:column \w+ )?(?:set data )?type\b",
    r"\b(?:add|drop|alter) attribute\b",
    r"\bset schema\b",
)


def find_unsafe(text: str, row_types: set[str]) -> list[str]:
    """Return what in a schema file can make a call of the version before fail."""
    text = changes.QUOTED.sub("''", changes.COMMENT.sub("", text))
    found = [match[0] for pattern in UNSAFE for match in re.finditer(pattern, text, re.I)]
    for table, change in re.findall(r"\balter table (\S+)([^;]*)", text, re.I):
        if table in row_types and re.search(r"\badd column\b", change, re.I):
            found.append(f"add column to {table}, whose rows a function returns")
    return found


def find_row_types() -> set[str]:
    """Return what functions return, as far as it may be a table."""
    pattern = rf"^returns (?:setof )?({changes.OURS})"
    return {
        name
        for file in migrations.read_files(migrations.sql_folder())
        # A relationship is parsed anew where it is planned, so its rows are those of today.
        if file.folder != "relationships"
        for name in re.findall(pattern, file.text, re.M)
    }


def test_schema_files_leave_what_the_version_before_uses() -> None:
    """What nothing uses any more is dropped one release later: see CONTRIBUTING.md."""
    for file in migrations.read_files(migrations.sql_folder()):
        if file.folder == "schema" and int(file.path.name[:4]) > FIRST_RELEASE:
            is_later = "_drop_" in file.name
            assert is_later or find_unsafe(file.text, find_row_types()) == [], file.name


@pytest.mark.parametrize(
    ("text", "is_unsafe"),
    [
        ("alter table perf.models add column note text;", False),
        ("-- drop table perf.models;\ncomment on table perf.models is 'We drop column x.';", False),
        ("alter table perf.models drop constraint name_is_short;", False),
        ("drop function perf.has_role(uuid, perf.app_role);", True),
        ("alter table perf.models\n    drop column provider;", True),
        ("alter table perf.models rename provider to maker;", True),
        ("alter table perf.models alter column name type varchar;", True),
        ("alter type perf_internal.measure add attribute unit text;", True),
        ("alter table perf.model_performance_logs add column note text;", True),
    ],
)
def test_an_unsafe_change_of_the_schema_is_found(text, is_unsafe) -> None:
    assert bool(find_unsafe(text, find_row_types())) == is_unsafe
