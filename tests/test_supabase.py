"""Supabase: exported files, and a migration over a connection, as a project's own role."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import supabase_cli
from pipeline import wait_for
from psycopg.conninfo import make_conninfo

from pgkit import binaries, doctor, migrations, runner, supabase
from pgkit.database import Failure, connect, parse_dsn

pytestmark = pytest.mark.once

GUIDE = Path(__file__).parent.parent / "docs" / "supabase.md"
PREPARATION = Path(__file__).with_name("supabase_project.sql")
API_ROLES = ("anon", "authenticated", "service_role")
# Statements of Supabase's guide to schemas of one's own, and the same for all schemas: what people
# have in their projects.
OPEN_DOORS = """
create schema perf;
grant usage on schema perf to anon, authenticated, service_role;
grant all on all tables in schema perf to anon, authenticated, service_role;
grant all on all routines in schema perf to anon, authenticated, service_role;
grant all on all sequences in schema perf to anon, authenticated, service_role;
alter default privileges for role postgres in schema perf
    grant all on tables to anon, authenticated, service_role;
alter default privileges for role postgres in schema perf
    grant all on routines to anon, authenticated, service_role;
alter default privileges for role postgres in schema perf
    grant all on sequences to anon, authenticated, service_role;
alter default privileges for role postgres
    grant all on tables to anon, authenticated, service_role;
alter default privileges for role postgres
    grant all on routines to anon, authenticated, service_role;
"""
# The schema may be named, for PostgREST to say 401 and not 404.
NAME_ONLY = [("usage", "schema", "perf")]
RIGHTS_OF_ANON = """
select r.privilege, r.object_type, r.object_name
from perf_internal.get_rights() as r
where r.grantee in ('anon', 'public')
"""
# Notes what the event triggers of a project are called for.
HEARD = """
create table extensions.heard (tag text);
grant insert on extensions.heard to postgres;
create function extensions.hear()
returns event_trigger
language plpgsql
as $$ begin insert into extensions.heard values (tg_tag); end $$;
create event trigger hear on ddl_command_end execute function extensions.hear();
"""
# What is not due yet: nothing has run the jobs.
EARLY_WARNINGS = re.compile(r"schedule|jobs|pg_cron|.*: partitions")
# Only a superuser may be another session user.
BECOMES_ANOTHER = re.compile(r"^set local session authorization", re.M)


CHANGE = re.compile(r"\b(?:delete\s+from|update\s+\S+(?:\s+as\s+\w+)?\s+set)\b", re.I)
ONE_LINE_QUOTE = r"'[^'\n]*'"


class Project:
    """A database that looks like a new project of Supabase."""

    def __init__(self, dsn: str) -> None:
        # What a user of Supabase has.
        self.dsn = make_conninfo("", **parse_dsn(dsn, user="postgres"))
        # What supautils does for that user.
        self.admin = make_conninfo("", **parse_dsn(dsn, user="supabase_admin"))

    def run(self, statements: str, dsn: str = "") -> None:
        with psycopg.connect(dsn or self.dsn, autocommit=True) as connection:
            connection.execute(statements.encode())

    def read(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(statement.encode()).fetchall()

    def is_current(self, sql: Path | None = None) -> bool:
        with connect(self.dsn) as connection:
            files = migrations.read_files(sql or migrations.sql_folder())
            return migrations.read_status(connection, files).is_current


@pytest.fixture(scope="module")
def project_server() -> Iterator[str]:
    """A server whose superuser is supabase_admin, with a database `project` to copy."""
    settings = {}
    if (binaries.find_server().parent / "lib/pg_cron.so").exists():
        settings = {
            "shared_preload_libraries": "pg_cron",
            "cron.database_name": "with_cron",
            "cron.use_background_workers": "on",
        }
    with runner.temporary_server(settings) as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("create role carpenter superuser login")
        with psycopg.connect(dsn, user="carpenter", autocommit=True) as connection:
            connection.execute("alter role postgres rename to supabase_admin")
        admin = make_conninfo("", **parse_dsn(dsn, user="supabase_admin"))
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("drop role carpenter")
            connection.execute("create database project")
        with psycopg.connect(admin, dbname="project", autocommit=True) as connection:
            connection.execute(PREPARATION.read_bytes())
        yield admin


@pytest.fixture
def new_project(project_server: str) -> Iterator[Callable[[], Project]]:
    """Make projects, which are gone after the test."""
    names: list[str] = []

    def make(name: str = "") -> Project:
        name = name or f"project_{len(names)}"
        with psycopg.connect(project_server, autocommit=True) as connection:
            connection.execute(f"create database {name} template project owner postgres".encode())
        names.append(name)
        return Project(make_conninfo("", **parse_dsn(project_server, dbname=name)))

    yield make
    with psycopg.connect(project_server, autocommit=True) as connection:
        for name in names:
            connection.execute(f"drop database {name} with (force)".encode())


@pytest.fixture
def project(new_project: Callable[[], Project]) -> Project:
    return new_project()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of migrations of somebody who has one already."""
    folder = tmp_path / "supabase" / "migrations"
    folder.mkdir(parents=True)
    (folder / "20260101000000_todos.sql").write_text("create table public.todos (id bigint);\n")
    return folder


def read_bookkeeping(project: Project) -> list[object]:
    """Return what pgkit migrate remembers, without times."""
    tables = project.read(
        "select c.oid::regclass::text from pg_class as c"
        " where c.relnamespace = 'perf_internal'::regnamespace and c.relkind = 'r'"
        " and c.relname ~ '^(applied|_yoyo|retired)_' order by 1"
    )
    rows: list[object] = []
    for (table,) in tables:
        statement = (
            "select to_jsonb(t) - '{applied_at,applied_at_utc,installed_at_utc}'::text[]"
            f" from {table} as t order by 1"
        )
        rows += [(table, row) for (row,) in project.read(statement)]
    return rows


def find_faults(project: Project) -> list[doctor.Check]:
    """Return what pgkit doctor finds and is not merely early."""
    return [
        check
        for check in doctor.examine(project.dsn)
        if check.result != "ok"
        and not (check.result == "warn" and EARLY_WARNINGS.fullmatch(check.check))
    ]


def test_the_cli_runs_an_export_and_the_database_is_current(pgkit, project, folder) -> None:
    path = supabase.export(folder)
    assert supabase_cli.push(project.dsn, folder) == ["20260101000000_todos.sql", path.name]
    assert project.is_current()
    assert find_faults(project) == []
    again = pgkit("migrate", dsn=project.dsn)
    assert "none, all are applied" in again.stdout
    project.run("select perf.record_call('openai/gpt-4o', 'chat', 731)")
    assert project.read("select count(*) from perf.performance_metrics_raw") == [(1,)]


def run_at_once(dsn: str, path: Path) -> None:
    """As the SQL editor does: all in one message."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(path.read_bytes())


def run_one_by_one(dsn: str, path: Path) -> None:
    with psycopg.connect(dsn) as connection:
        for statement in supabase_cli.split(path.read_text(encoding="utf-8")):
            connection.execute(statement.encode())


def run_with_psql(dsn: str, path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [binaries.find_program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *options]
    return subprocess.run([*command, "-f", path, dsn], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("way", ["cli", "at once", "one by one", "psql"])
def test_running_an_export_again_changes_nothing(project, folder, dump_schema, way) -> None:
    path = supabase.export(folder)
    ways: dict[str, Callable[[str, Path], object]] = {
        "cli": lambda dsn, path: supabase_cli.push(dsn, path.parent),
        "at once": run_at_once,
        "one by one": run_one_by_one,
        "psql": lambda dsn, path: run_with_psql(dsn, path, "--single-transaction"),
    }
    ways[way](project.dsn, path)
    assert project.is_current()
    before = dump_schema(project.admin)
    noted = read_bookkeeping(project)
    times = project.read("select * from perf_internal.applied_files order by 1")
    run_at_once(project.dsn, path)
    assert dump_schema(project.admin) == before
    assert read_bookkeeping(project) == noted
    assert project.read("select * from perf_internal.applied_files order by 1") == times


def test_an_export_leaves_what_a_migration_leaves(new_project, folder, dump_schema) -> None:
    exported, migrated = new_project(), new_project()
    run_at_once(exported.dsn, supabase.export(folder))
    migrations.migrate(migrated.dsn)
    assert dump_schema(exported.admin) == dump_schema(migrated.admin)
    assert read_bookkeeping(exported) == read_bookkeeping(migrated)


def test_an_export_changes_nothing_where_a_migration_did_the_same(
    project, folder, dump_schema
) -> None:
    migrations.migrate(project.dsn)
    before = dump_schema(project.admin)
    times = project.read("select * from perf_internal.applied_files order by 1")
    run_at_once(project.dsn, supabase.export(folder))
    assert dump_schema(project.admin) == before
    assert project.read("select * from perf_internal.applied_files order by 1") == times


def test_psql_without_one_transaction_is_refused(project, folder) -> None:
    done = run_with_psql(project.dsn, supabase.export(folder))
    assert "this file must run in one transaction" in done.stderr
    assert project.read("select to_regnamespace('perf')") == [(None,)]


def test_nothing_is_open_to_anon_whatever_the_project_grants_by_default(project, folder) -> None:
    project.run(OPEN_DOORS)
    supabase.export(folder)
    supabase_cli.push(project.dsn, folder)
    assert project.read(RIGHTS_OF_ANON) == NAME_ONLY
    assert find_faults(project) == []
    with psycopg.connect(project.admin) as connection:
        connection.execute("set local role anon")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select perf.record_call('m', 't', 1)")


def test_migrations_too_open_nothing_to_anon(project) -> None:
    project.run(OPEN_DOORS)
    migrations.migrate(project.dsn)
    assert project.read(RIGHTS_OF_ANON) == NAME_ONLY
    assert find_faults(project) == []


def test_the_event_triggers_of_a_project_are_called_and_stop_nothing(project, folder) -> None:
    project.run(HEARD, project.admin)
    supabase.export(folder)
    supabase_cli.push(project.dsn, folder)
    heard = dict(project.read("select h.tag, count(*) from extensions.heard as h group by 1"))
    assert heard["CREATE FUNCTION"] > 400
    assert {"CREATE SCHEMA", "CREATE TABLE", "CREATE VIEW", "CREATE POLICY", "GRANT"} <= {*heard}
    assert project.is_current()
    # That of the dashboard is for public only.
    assert project.read(
        "select c.relname, c.relrowsecurity from pg_class as c where c.oid = 'todos'::regclass"
    ) == [("todos", True)]


def test_postgrest_is_told_of_the_new_functions(project, folder) -> None:
    path = supabase.export(folder)
    with psycopg.connect(project.dsn, autocommit=True) as listening:
        listening.execute("listen pgrst")
        supabase_cli.push(project.dsn, path.parent)
        told = {notice.payload for notice in listening.notifies(timeout=10, stop_after=1)}
    assert told == {"reload schema"}


def test_the_id_of_a_caller_is_that_of_the_projects_own_function(project, folder) -> None:
    run_at_once(project.dsn, supabase.export(folder))
    owner = "select p.proowner::regrole::text from pg_proc as p where p.oid = 'auth.uid'::regproc"
    assert project.read(owner) == [("supabase_auth_admin",)]
    user = "7d9f1c5e-1111-4222-8333-444455556666"
    project.run(f"select perf.grant_role('{user}', 'recorder', 'ada')")
    with psycopg.connect(project.dsn, user="authenticator") as connection:
        connection.execute("set local role authenticated")
        connection.execute(
            "select set_config('request.jwt.claims', %s, true)",
            [f'{{"sub": "{user}", "role": "authenticated"}}'],
        )
        recorded = connection.execute("select perf.record_call('m', 't', 1)").fetchone()
    assert recorded == (True,)


def test_an_export_of_the_same_version_writes_nothing(pgkit, folder) -> None:
    first = pgkit("export", "--supabase", folder)
    assert (first.returncode, first.stderr) == (0, "Next: supabase db push\n")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert Path(first.stdout.strip()) in before
    second = pgkit("export", "--supabase", folder)
    assert second.stdout == f"The newest export in {folder} is of this version.\n"
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def next_version(sql: Path) -> None:
    """Change a function, add a step with a table and a function of it, and remove a function."""
    changed = sql / "functions/operations/get_health.sql"
    changed.write_text(
        changed.read_text().replace("comment on function", "\n\ncomment on function")
    )
    (sql / "schema/9000_greenhouse.sql").write_text(
        "create table perf.greenhouse (bed text primary key);\n"
        "insert into perf.greenhouse values ('north');\n"
        "drop function if exists perf.verify_audit_log cascade;\n"
    )
    (sql / "functions/access/count_beds.sql").write_text(
        "create or replace function perf.count_beds() returns bigint language sql\n"
        "as $$ select count(*) from perf.greenhouse $$;\n"
        "revoke execute on function perf.count_beds from public;\n"
        "grant execute on function perf.count_beds to perf_analyst;\n"
    )
    (sql / "policies/access/greenhouse.sql").write_text(
        "alter table perf.greenhouse enable row level security;\n"
    )
    (sql / "functions/configs/verify_audit_log.sql").unlink()


def test_an_export_of_the_next_version_adds_one_file(
    new_project, folder, sql_copy, dump_schema
) -> None:
    old, at_once, migrated = new_project(), new_project(), new_project()
    first = supabase.export(folder)
    supabase_cli.push(old.dsn, folder)
    migrations.migrate(migrated.dsn)
    old.run("insert into perf.profiles values (gen_random_uuid(), 'ann')")
    kept = first.read_bytes()
    next_version(sql_copy)
    second = supabase.export(folder, sql=sql_copy)
    assert second.name > first.name
    assert first.read_bytes() == kept
    text = second.read_text()
    assert "pgkit_run('schema/9000_greenhouse.sql'" in text
    assert "pgkit_run('schema/0001_access.sql'" not in text
    assert supabase_cli.push(old.dsn, folder) == [second.name]
    supabase_cli.push(at_once.dsn, folder)
    run_at_once(migrated.dsn, second)
    for project in (old, at_once, migrated):
        assert project.is_current(sql_copy)
        assert project.read("select perf.count_beds()") == [(1,)]
        assert find_rights(project) == ["perf_analyst"]
    assert old.read("select username from perf.profiles") == [("ann",)]
    assert dump_perf(old, dump_schema) == dump_perf(migrated, dump_schema)
    assert supabase.export(folder, sql=sql_copy) is None


def dump_perf(project: Project, dump_schema: Callable[[str], str]) -> str:
    """Return the schema without what the CLI and the user of `folder` made."""
    project.run(
        "drop table if exists public.todos; drop schema if exists supabase_migrations cascade"
    )
    return dump_schema(project.admin)


def find_rights(project: Project) -> list[str]:
    rows = project.read(
        "select r.grantee from perf_internal.get_rights() as r"
        " where r.object_name = 'perf.count_beds()'"
    )
    return [str(row[0]) for row in rows]


def test_a_changed_function_alone_runs_alone(project, folder, sql_copy) -> None:
    run_at_once(project.dsn, supabase.export(folder))
    changed = sql_copy / "functions/operations/get_health.sql"
    changed.write_text(changed.read_text() + "\n")
    times = dict(project.read("select file_name, applied_at from perf_internal.applied_files"))
    path = supabase.export(folder, sql=sql_copy)
    run_at_once(project.dsn, path)
    after = dict(project.read("select file_name, applied_at from perf_internal.applied_files"))
    assert [name for name in after if after[name] != times[name]] == [
        "functions/operations/get_health.sql"
    ]


def test_a_step_that_is_missing_is_named(new_project, folder, sql_copy, dump_schema) -> None:
    project = new_project()
    supabase.export(folder)
    next_version(sql_copy)
    second = supabase.export(folder, sql=sql_copy)
    before = dump_schema(project.admin)
    with pytest.raises(psycopg.Error, match="steps of the schema are missing") as refused:
        run_at_once(project.dsn, second)
    assert "schema/0001_access.sql" in str(refused.value)
    assert dump_schema(project.admin) == before


def test_a_later_version_in_the_database_is_left_alone(
    project, folder, sql_copy, dump_schema
) -> None:
    path = supabase.export(folder)
    next_version(sql_copy)
    migrations.migrate(project.dsn, sql=sql_copy)
    before = dump_schema(project.admin)
    said: list[str | None] = []
    with psycopg.connect(project.dsn, autocommit=True) as connection:
        connection.add_notice_handler(lambda notice: said.append(notice.message_primary))
        connection.execute(path.read_bytes())
    assert said == [
        "this database has a later version of pgkit (schema/9000_greenhouse.sql),"
        " so nothing is changed"
    ]
    assert dump_schema(project.admin) == before
    assert project.is_current(sql_copy)


def test_a_step_that_was_applied_with_another_text_is_refused(project, folder, sql_copy) -> None:
    path = supabase.export(folder)
    edited = sql_copy / "schema/0004_calls.sql"
    edited.write_text(edited.read_text() + "-- one more thought\n")
    migrations.migrate(project.dsn, sql=sql_copy)
    with pytest.raises(psycopg.Error, match=r"another text: schema/0004_calls\.sql"):
        run_at_once(project.dsn, path)
    with pytest.raises(Failure, match=r"has other texts of schema/0004_calls\.sql"):
        supabase.export(folder, sql=sql_copy)


def test_an_older_pgkit_does_not_export_beside_a_newer(folder, sql_copy) -> None:
    next_version(sql_copy)
    path = supabase.export(folder, sql=sql_copy)
    with pytest.raises(Failure, match=r"later version of pgkit: it has schema/9000_greenhouse"):
        supabase.export(folder)
    assert supabase.find_newest_export(folder) == path


def test_an_export_comes_after_all_files_of_the_folder(folder) -> None:
    (folder / "29991231235959_later.sql").write_text("select 1;\n")
    assert supabase.export(folder).name.startswith("29991231235960_pgkit_")


def test_the_folder_above_that_of_migrations_is_refused(pgkit, folder) -> None:
    refused = pgkit("export", "--supabase", folder.parent)
    assert refused.returncode == 1
    assert refused.stderr == (
        f"Error: {folder.parent} is not the folder of migrations\n"
        f"Hint: Name {folder}. Nothing was written.\n"
    )
    assert [path.name for path in folder.iterdir()] == ["20260101000000_todos.sql"]


def test_a_schema_of_somebody_else_is_refused(project, folder) -> None:
    project.run("create schema perf; create table perf.mine (y integer)")
    with pytest.raises(psycopg.Error, match=r"hold what is not of pgkit: perf\.mine"):
        run_at_once(project.dsn, supabase.export(folder))


def test_a_user_who_may_not_is_told_what_is_missing(project, folder) -> None:
    project.run("alter role authenticator createrole", project.admin)
    dsn = make_conninfo("", **parse_dsn(project.dsn, user="authenticator"))
    with pytest.raises(psycopg.Error, match="missing: CREATE on database"):
        run_at_once(dsn, supabase.export(folder))
    project.run("alter role authenticator nocreaterole", project.admin)


def test_an_upgrade_waits_for_a_session_that_holds_a_table(project, folder, sql_copy) -> None:
    run_at_once(project.dsn, supabase.export(folder))
    next_version(sql_copy)
    path = supabase.export(folder, sql=sql_copy)
    with (
        psycopg.connect(project.dsn) as changing,
        psycopg.connect(project.dsn, autocommit=True) as observer,
    ):
        changing.execute("update perf.retention set keep = '91 days' where level = 'hourly'")
        command = [binaries.find_program("psql"), "-X", "-q", "-1", "-f", str(path), project.dsn]
        upgrade = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        waiting = (
            "select from pg_stat_activity where datname = current_database()"
            " and wait_event_type = 'Lock'"
        )
        wait_for(lambda: observer.execute(waiting).fetchall())
        # A table that the upgrade could have locked before.
        changing.execute("select perf.record_call('m', 't', 1)")
        changing.commit()
        assert (upgrade.communicate(timeout=60)[1], upgrade.returncode) == ("", 0)
    assert project.is_current(sql_copy)


def test_every_statement_fits_into_the_buffer_of_the_cli(folder) -> None:
    """Before 2024 it took no statement of more than 256 kB."""
    statements = list(supabase_cli.split(supabase.export(folder).read_text()))
    assert max(len(statement.encode()) for statement in statements) < 256 * 1024


@pytest.mark.parametrize("size", [None, 1])
def test_migrate_works_as_the_role_of_a_project(pgkit, pooled, project, size) -> None:
    dsn = project.dsn if size is None else pooled(project.dsn, size)
    for command in (("migrate",), ("migrate",), ("partitions",), ("aggregate",), ("health",)):
        done = pgkit(*command, dsn=dsn)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert project.is_current()
    assert find_faults(project) == []


def test_uninstall_leaves_the_project_as_it_was(pgkit, project, dump_schema) -> None:
    before = dump_schema(project.admin)
    migrations.migrate(project.dsn)
    done = pgkit("uninstall", "--yes", dsn=project.dsn)
    assert done.returncode == 0, done.stderr
    assert dump_schema(project.admin) == before


def test_jobs_are_scheduled_as_the_role_of_a_project(new_project, folder, pgkit) -> None:
    project = new_project("with_cron")
    available = "select from pg_available_extensions where name = 'pg_cron'"
    if not project.read(available):
        pytest.skip("this server has no pg_cron")
    project.run("create extension pg_cron with schema pg_catalog", project.admin)
    run_at_once(project.dsn, supabase.export(folder))
    scheduled = project.read("select job_name from perf.schedule_jobs()")
    assert len(scheduled) == len(project.read("select from perf_internal.get_jobs()"))
    users = "select distinct username from cron.job"
    assert project.read(users) == [("postgres",)]
    assert pgkit("doctor", dsn=project.dsn).returncode == 0
    project.run("select perf.trim_job_history()")
    project.run("select perf.unschedule_jobs()")
    assert project.read("select from cron.job") == []


def test_pgtap_passes_in_a_project(project, folder) -> None:
    if not project.read("select from pg_available_extensions where name = 'pgtap'"):
        pytest.skip("this server has no pgTAP")
    run_at_once(project.dsn, supabase.export(folder))
    for name in ("pgtap", "plpgsql_check"):
        project.run(f"create extension {name} with schema extensions", project.admin)
    # Tests become other roles, which then look for the functions of pgTAP.
    project.run("grant usage on schema extensions to public", project.admin)
    project.run("grant perf_admin, perf_analyst, perf_recorder, perf_notifier to postgres")
    total = runner.Outcome()
    for file in runner.pgtap_files([]):
        becomes_another = BECOMES_ANOTHER.search(file.read_text(encoding="utf-8"))
        dsn = project.admin if becomes_another else project.dsn
        total = total.plus(runner.run_file(dsn, file))
    assert total.failures == ()
    assert total.passed > 5000


def read_blocks(language: str) -> list[str]:
    text = GUIDE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)
    return [block for written_in, block in blocks if written_in == language]


EXPORT = "pgkit export --supabase supabase/migrations"
PUSH = "supabase db push"


@pytest.mark.parametrize("left_out", [{EXPORT, PUSH}, {"pgkit migrate"}], ids=["migrate", "export"])
def test_the_guide_can_be_followed(pgkit, new_project, folder, left_out) -> None:
    project = new_project("with_cron")
    has_cron = bool(project.read("select from pg_available_extensions where name = 'pg_cron'"))
    lines = "".join(read_blocks("")).splitlines()
    commands = [line.partition(" #")[0].strip() for line in lines]
    others = [line for line in commands if not line.startswith("pgkit ") and line != PUSH]
    assert [line.split("=")[0] for line in others] == ["pip install .", "export DATABASE_URL"]
    assert {"pgkit migrate", EXPORT, PUSH, "pgkit schedule"} < {*commands}
    if has_cron:
        # The dashboard does this.
        project.run("create extension pg_cron with schema pg_catalog", project.admin)
        steps = commands
    else:
        steps = [command for command in commands if command != "pgkit schedule"]
    for command in steps:
        if command in left_out or command in others:
            continue
        if command == PUSH:
            supabase_cli.push(project.dsn, folder)
            continue
        arguments = command.replace("supabase/migrations", str(folder)).split()[1:]
        done = pgkit(*arguments, dsn=project.dsn)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    for statement in read_blocks("sql") if has_cron else []:
        project.run(statement)
    assert project.is_current()
    assert find_faults(project) == []


def test_the_guide_calls_functions_by_their_arguments(project) -> None:
    migrations.migrate(project.dsn)
    (script,) = read_blocks("js")
    calls = re.findall(r"rpc\('(\w+)', \{(.*?)\}\)", script, re.S)
    assert len(calls) >= 3
    for function, given in calls:
        while "{" in given:
            given = re.sub(r"\{[^{}]*\}", "", given)
        named = set(re.findall(r"(\w+): ", given))
        ((arguments,),) = project.read(
            f"select p.proargnames from pg_proc as p where p.oid = 'perf.{function}'::regproc"
        )
        assert named <= set(arguments), function
    for table in re.findall(r"from\('(\w+)'\)", script):
        assert project.read(f"select to_regclass('perf.{table}')") != [(None,)]


def test_no_statement_changes_all_rows_without_a_condition() -> None:
    """Supabase refuses these in requests (safeupdate), also inside of functions."""
    texts = {file.name: file.text for file in migrations.read_files(migrations.sql_folder())}
    for path in (Path(supabase.__file__).parent / "queries").glob("*.sql"):
        texts[path.name] = path.read_text(encoding="utf-8")
    found = [
        (name, " ".join(statement.split())[:60])
        for name, text in texts.items()
        for piece in read_pieces(text)
        for statement in read_changes(piece)
        if not re.search(r"\bwhere\b", statement, re.I)
    ]
    assert found == []


def read_pieces(text: str) -> list[str]:
    """Return a text without comments and quotes of one line, then these quotes."""
    text = re.sub(r"--.*", "", text)
    return [re.sub(ONE_LINE_QUOTE, "''", text), *re.findall(ONE_LINE_QUOTE, text)]


def read_changes(text: str) -> Iterator[str]:
    """Yield each update and delete, to its semicolon or to the end of the with that it is in."""
    for match in CHANGE.finditer(text):
        depth, end = 0, match.end()
        while end < len(text) and depth >= 0 and text[end] != ";":
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        yield text[match.start() : end]
