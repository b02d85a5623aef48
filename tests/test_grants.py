"""Two locks on every door: grants that people make open nothing, are named, and are taken away."""

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from pipeline import wait_for
from psycopg.conninfo import make_conninfo

from pgkit import binaries, doctor, migrations, runner
from pgkit.database import Failure, parse_dsn

ADMIN = "a0000000-0000-4000-8000-000000000000"
ANALYST = "b0000000-0000-4000-8000-000000000000"
RECORDER = "c0000000-0000-4000-8000-000000000000"
STRANGER = "d0000000-0000-4000-8000-000000000000"
# Part of the address of a receiver, and of its headers.
SECRET = "qN7vT2xK9pLw"
SEVEN = [
    "anon",
    "authenticated",
    "service_role",
    "perf_admin",
    "perf_analyst",
    "perf_recorder",
    "perf_notifier",
]

# What Supabase's guide on custom schemas has people run. The role of the last three is theirs.
GUIDE = """
grant usage on schema {schema} to anon, authenticated, service_role;
grant all on all tables in schema {schema} to anon, authenticated, service_role;
grant all on all routines in schema {schema} to anon, authenticated, service_role;
grant all on all sequences in schema {schema} to anon, authenticated, service_role;
alter default privileges for role current_user in schema {schema}
    grant all on tables to anon, authenticated, service_role;
alter default privileges for role current_user in schema {schema}
    grant all on routines to anon, authenticated, service_role;
alter default privileges for role current_user in schema {schema}
    grant all on sequences to anon, authenticated, service_role;
"""

# What needs no role: these read no table, or tell a caller nothing that is not theirs.
PURE = {
    "get_ab_sample_size",
    "get_always_valid_interval",
    "get_always_valid_probability",
    "get_benjamini_hochberg_adjusted",
    "get_beta_probability",
    "get_beta_quantile",
    "get_call_id",
    "get_chi_square_probability",
    "get_chi_square_quantile",
    "get_chi_square_test",
    "get_difference_interval",
    "get_f_probability",
    "get_f_quantile",
    "get_holm_adjusted",
    "get_jensen_shannon_distance",
    "get_kolmogorov_smirnov_probability",
    "get_kolmogorov_smirnov_test",
    "get_mann_kendall_test",
    "get_mann_whitney_test",
    "get_mean_interval",
    "get_normal_probability",
    "get_normal_quantile",
    "get_performance_affecting_parameters",
    "get_population_stability_index",
    "get_proportion_test",
    "get_rank_interval",
    "get_sample_ratio_probability",
    "get_student_t_probability",
    "get_student_t_quantile",
    "get_subject_id",
    "get_theil_sen_slope",
    "get_wasserstein_distance",
    "get_welch_test",
    "get_wilson_interval",
    "has_role",
}
RECORDING = {
    "assign_ab_variant",
    "cancel_job",
    "claim_training",
    "complete_job",
    "complete_training",
    "create_job",
    "fail_job",
    "fail_training",
    "get_own_calls",
    "heartbeat_training",
    "record_ab_outcome",
    "record_ab_outcomes",
    "record_call",
    "record_calls",
    "record_feature_batches",
    "record_feature_values",
    "record_job_metrics",
    "record_job_metrics_batch",
    "record_model_metrics",
    "record_model_metrics_batch",
    "record_otlp",
    "record_worker_availability",
    "save_feature_profile",
    "set_worker_available",
    "start_job",
    "trigger_retraining",
}

# One plausible value of each type; of any other type null.
VALUES = {
    "text": "'x'",
    "uuid": "'d0000000-0000-4000-8000-000000000000'",
    "jsonb": "'[]'",
    "json": "'[]'",
    "boolean": "true",
    "interval": "'1 day'",
    "timestamp with time zone": "'2020-01-06 00:00+00'",
    "integer": "1",
    "bigint": "1",
    "double precision": "0.5",
    "text[]": "'{}'",
    "double precision[]": "'{0.5}'",
    "bigint[]": "'{1}'",
    "perf.app_role": "'admin'",
}
ROUTINES = """
select
    p.proname,
    p.prokind,
    p.oid::regproc::text,
    array(
        select format_type(t.id, null)
        from unnest(p.proargtypes) with ordinality as t (id, number)
        order by t.number
    )
from pg_proc as p
where p.pronamespace = 'perf'::regnamespace
    and not exists (select from pg_class as o where o.reltype = p.proargtypes[0])
order by 1
"""
TABLES = """
select
    c.oid::regclass::text,
    c.relkind in ('v', 'm'),
    (
        select quote_ident(t.attname)
        from pg_attribute as t
        where t.attrelid = c.oid and t.attnum > 0 and t.attgenerated = '' and t.attidentity = ''
        order by t.attnum
        limit 1
    )
from pg_class as c
where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
    and c.relkind in ('r', 'p', 'v', 'f')
order by 1
"""
ACTORS = {
    "anon": ("anon", None),
    "anon with the claims of an admin": ("anon", f'{{"sub": "{ADMIN}"}}'),
    "authenticated without a token": ("authenticated", None),
    "authenticated without a role": ("authenticated", f'{{"sub": "{STRANGER}"}}'),
    "a recorder by token": ("authenticated", f'{{"sub": "{RECORDER}"}}'),
    "perf_recorder": ("perf_recorder", f'{{"sub": "{ADMIN}"}}'),
}
ODD_CLAIMS = [
    '{"sub": "auth0|64b1"}',
    '{"sub": "user_2NNEqL2nrIRdJ194ndJqAHwEfxC"}',
    '{"sub": "Zb1nOpqRsTUvWxYz0123456789ab"}',
    '{"sub": ""}',
    '{"sub": 5}',
    '{"sub": {"id": "a0000000-0000-4000-8000-000000000000"}}',
    "[]",
    "no JSON",
]


def fill(connection: psycopg.Connection) -> None:
    """Put something into every table that people write, and grant what the guide grants."""
    for user_id, role in ((ADMIN, "admin"), (ANALYST, "analyst"), (RECORDER, "recorder")):
        connection.execute("select perf.grant_role(%s, %s::perf.app_role)", [user_id, role])
    connection.execute("select perf.set_own_calls_readable(true)")
    connection.execute("select perf.record_call('m', 't', 1)")
    connection.execute(
        "select perf.record_job_metrics('w', 'g', total_gpu_time_ms => 1, project_name => 'p',"
        " character_name => 'c', scene_name => 's', completed_at => '2020-01-06 10:00+00')"
    )
    connection.execute("select perf.set_worker_available('g', true)")
    connection.execute("select perf.create_alert_threshold('response_time_ms', 1, 2)")
    connection.execute("select perf.record_model_metrics('x', '2020-01-06 10:00+00', rmse => 1)")
    connection.execute(
        "insert into perf.model_performance_logs (model_type, date) values ('sdxl', '2020-01-06')"
    )
    connection.execute("select perf.ensure_partitions('2020-01-06', 0)")
    connection.execute("select perf.aggregate_performance_metrics()")
    connection.execute("select perf.save_model_config('kind', 'name', '{}', activate => true)")
    connection.execute(
        "select perf.request_activation((select c.id from perf.model_config_history as c))"
    )
    connection.execute(
        "select perf.record_ab_outcome(perf.start_ab_test('t', 'm', 'v1', 'v2',"
        ' \'[{"metric": "x", "role": "primary", "better": "higher", "minimum_effect": 1}]\'),'
        " 'u', '{\"x\": 1}', 'i')"
    )
    connection.execute("select perf.set_slo_objective('works', 'success_rate', 0.9)")
    connection.execute("select perf.set_model_price('m', 1, 2)")
    connection.execute("select perf.set_budget('all', 100)")
    connection.execute(
        "select perf.set_alert_receiver('ops', 'webhook', %s, headers => %s::jsonb)",
        [f"https://hooks.example/{SECRET}", f'{{"Authorization": "Bearer {SECRET}"}}'],
    )
    connection.execute("select perf_internal.raise_alert('drift', 'critical', null, null, 'm')")
    connection.execute(
        "select perf.fail_alert_delivery(c.delivery_id, c.attempt_count, %s)"
        " from perf.claim_alert_deliveries('w') as c",
        [f"https://hooks.example/{SECRET}: Bearer {SECRET} was refused"],
    )
    for schema in ("perf", "perf_internal"):
        connection.execute(GUIDE.format(schema=schema).encode())
    connection.execute("grant all on all tables in schema perf, perf_internal to perf_recorder")
    connection.execute("grant all on all routines in schema perf, perf_internal to perf_recorder")


@pytest.fixture(scope="module")
def original(server_dsn: str, template_dsn: str) -> Iterator[str]:
    """A database that is filled once for all tests here."""
    with runner.copied_database(server_dsn, template_dsn) as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            fill(connection)
        yield dsn


@pytest.fixture
def filled(server_dsn: str, original: str) -> Iterator[psycopg.Connection]:
    """A connection to a copy of the filled database."""
    with (
        runner.copied_database(server_dsn, original) as dsn,
        psycopg.connect(dsn, autocommit=True) as connection,
    ):
        connection.execute("select set_config('request.jwt.claims', '', false)")
        yield connection


@contextmanager
def acting(connection: psycopg.Connection, role: str, claims: str | None) -> Iterator[None]:
    """Be somebody else inside the block, and undo what that one did."""
    with connection.transaction(force_rollback=True):
        connection.execute(f"set local role {role}".encode())
        connection.execute("select set_config('request.jwt.claims', %s, true)", [claims or ""])
        yield


def attempt(
    connection: psycopg.Connection, role: str, claims: str | None, statement: str
) -> tuple[str, int]:
    """Return the SQLSTATE with which a statement ended, or "done", and its number of rows."""
    try:
        with acting(connection, role, claims):
            return "done", connection.execute(statement.encode()).rowcount
    except psycopg.Error as error:
        return error.sqlstate or "?", 0


def calls_of(connection: psycopg.Connection) -> Iterator[tuple[str, str]]:
    """Yield every function of perf with calls of it: with plausible values, and with nulls."""
    for name, kind, function, types in connection.execute(ROUTINES).fetchall():
        prefix = {"p": "call", "a": "select", "f": "select * from"}[kind]
        for values in (VALUES, {}):
            arguments = ", ".join(f"{values.get(type_, 'null')}::{type_}" for type_ in types)
            yield name, f"{prefix} {function}({arguments})"


def open_functions(
    connection: psycopg.Connection, role: str, claims: str | None
) -> set[tuple[str, str]]:
    """Return the functions that do not refuse the caller, with what they did instead."""
    return {
        (name, outcome)
        for name, call in calls_of(connection)
        if (outcome := attempt(connection, role, claims, call)[0]) != "42501"
    }


@pytest.mark.parametrize("actor", ACTORS)
def test_whatever_is_granted_every_function_refuses_a_caller_without_the_role(
    filled: psycopg.Connection, actor: str
) -> None:
    allowed = PURE | (RECORDING if "recorder" in actor else set())
    opened = open_functions(filled, *ACTORS[actor])
    assert {(name, outcome) for name, outcome in opened if name not in allowed} == set()
    if actor != "anon with the claims of an admin":
        # So an empty list does not mean that nobody could call anything.
        assert allowed & {name for name, outcome in opened} == allowed


def test_a_function_that_does_not_ask_is_found(filled: psycopg.Connection) -> None:
    filled.execute(
        "create function perf.planted(model text) returns bigint language sql security definer"
        " as 'select count(*) from perf.models'"
    )
    assert ("planted", "done") in open_functions(filled, "anon", None)


@pytest.mark.parametrize("claims", ODD_CLAIMS)
def test_a_caller_whose_sub_is_no_uuid_is_one_without_role(
    filled: psycopg.Connection, claims: str
) -> None:
    opened = open_functions(filled, "authenticated", claims)
    assert {name for name, _ in opened} == PURE
    for table, *_ in filled.execute(TABLES).fetchall():
        assert attempt(filled, "authenticated", claims, f"table {table}") == ("done", 0), table


@pytest.mark.parametrize("actor", ACTORS)
def test_whatever_is_granted_nobody_reads_or_changes_a_table(
    filled: psycopg.Connection, actor: str
) -> None:
    role, claims = ACTORS[actor]
    # Everybody sees that they are known, and as what.
    own = {"perf.profiles", "perf.user_roles"} if actor == "a recorder by token" else set()
    found = []
    tried = filled.execute(TABLES).fetchall()
    for table, is_view, column in tried:
        refused = {("42501", 0)}
        # By a trigger that keeps history from its owner too, also through a view; of a view that
        # groups, or of a column whose values are always generated.
        never = {("23001", 0)} | ({("55000", 0), ("428C9", 0)} if is_view else set())
        for statement, expected in {
            f"select from {table}": {("done", 1 if table in own else 0)} | refused,
            f"insert into {table} default values": refused | never,
            f"update {table} set {column} = {column}": {("done", 0)} | refused | never,
            f"delete from {table}": {("done", 0)} | refused | never,
            f"truncate {table} cascade": refused | never | ({("42809", 0)} if is_view else set()),
        }.items():
            outcome = attempt(filled, role, claims, statement)
            if outcome not in expected:
                found.append((statement, *outcome))
    assert found == []
    assert len(tried) > 25


@pytest.mark.parametrize("role", SEVEN)
@pytest.mark.parametrize("user_id", [ADMIN, ANALYST])
def test_whatever_is_granted_no_role_is_shown_the_address_of_a_receiver(
    filled: psycopg.Connection, role: str, user_id: str
) -> None:
    for schema in ("perf", "perf_internal"):
        filled.execute(
            GUIDE.replace("service_role", ", ".join(SEVEN[2:])).format(schema=schema).encode()
        )
    statements = [f"table {table}" for table, *_ in filled.execute(TABLES).fetchall()]
    statements += [call for _, call in calls_of(filled)]
    statements += [
        "select * from perf.claim_alert_deliveries('w', as_of => now() + interval '1 day')",
        "select * from perf.get_alert_receivers()",
        "select * from perf.get_alert_deliveries()",
        "select * from perf.get_health()",
        "select * from perf.set_alert_receiver('ops', 'email')",
        "select * from perf.set_alert_receiver('ops', 'webhook', headers => '[]')",
        "select * from perf.set_alert_receiver('ops', 'webhook', timeout => '1 day')",
        "select * from perf_internal.get_receiver_states()",
        "select * from pg_stats as s where s.tablename = 'receiver_addresses'",
    ]
    filled.execute("analyze perf_internal.receiver_addresses")
    shown = []
    for statement in statements:
        try:
            with acting(filled, role, f'{{"sub": "{user_id}"}}'):
                text = str(filled.execute(statement.encode()).fetchall())
        except psycopg.Error as error:
            text = f"{error} {error.diag.message_detail} {error.diag.context}"
        if SECRET in text:
            shown.append(statement)
    # Who sends needs the address, and gets it from one function only.
    sender = [
        statement for statement in statements if "perf.claim_alert_deliveries('w'" in statement
    ]
    assert shown == (sender if role == "perf_notifier" else [])


def checks(dsn: str, *names: str) -> dict[str, list[tuple[str, str, str]]]:
    """Return what doctor says of these."""
    said: dict[str, list[tuple[str, str, str]]] = {name: [] for name in names}
    for check in doctor.examine(dsn):
        if check.check in said:
            said[check.check].append((check.result, check.message, check.next))
    return said


SILENT = {"grants": [("ok", "as pgkit migrate granted them", "")], "default privileges": []}


def test_doctor_names_what_the_guide_granted_and_migrate_takes_it_away(
    database: str, connection: psycopg.Connection
) -> None:
    assert checks(database, *SILENT) == SILENT
    before = connection.execute("table perf_internal.applied_rights order by 1, 2, 3, 4").fetchall()
    connection.execute(GUIDE.format(schema="perf").encode())
    connection.execute("grant update (name) on perf.models to public")
    connection.execute("select perf.ensure_partitions('2020-01-06', 0)")
    connection.execute(
        "grant truncate on perf_internal.performance_metrics_raw_20200106 to authenticated"
    )
    user = connection.info.user
    said = checks(database, *SILENT)
    [(result, message, advice)] = said["grants"]
    assert (result, advice) == ("fail", "pgkit migrate")
    assert message.startswith(
        "not granted by pgkit: execute on perf.acknowledge_alert to anon; execute on "
    )
    assert re.search(r"; and \d{3,} more$", message)
    assert said["default privileges"] == [
        (
            "warn",
            f"what {user} creates in perf is open to anon, authenticated, service_role",
            f"Run `pgkit migrate` as {user} or a member of it.",
        )
    ]
    migrations.migrate(database)
    assert checks(database, *SILENT) == SILENT
    after = connection.execute("table perf_internal.applied_rights order by 1, 2, 3, 4").fetchall()
    assert after == before
    assert connection.execute(
        "select count(*) from perf_internal.get_rights() as r"
        " where r.grantee in ('public', 'anon') and r.object_type <> 'schema'"
    ).fetchone() == (0,)


def test_migrate_grants_again_what_somebody_took_away(
    database: str, connection: psycopg.Connection
) -> None:
    connection.execute("revoke execute on function perf.record_call from authenticated")
    connection.execute("revoke usage on schema perf_internal from perf_analyst")
    assert checks(database, "grants")["grants"] == [
        (
            "fail",
            "missing: execute on perf.record_call to authenticated;"
            " usage on schema perf_internal to perf_analyst",
            "pgkit migrate",
        )
    ]
    migrations.migrate(database)
    assert checks(database, "grants")["grants"] == SILENT["grants"]


def test_migrate_takes_back_what_others_granted(
    database: str, connection: psycopg.Connection
) -> None:
    name = f"granter_{connection.info.dbname}"
    connection.execute(f"create role {name}".encode())
    try:
        connection.execute(f"grant usage on schema perf to {name}".encode())
        connection.execute(f"grant select on perf.models to {name} with grant option".encode())
        with connection.transaction():
            connection.execute(f"set local role {name}".encode())
            connection.execute("grant select on perf.models to anon, authenticated")
        [(result, message, _)] = checks(database, "grants")["grants"]
        assert (result, message) == (
            "fail",
            "not granted by pgkit: select on perf.models to anon;"
            " select on perf.models to authenticated",
        )
        migrations.migrate(database)
        assert checks(database, "grants")["grants"] == SILENT["grants"]
        assert connection.execute(
            "select has_table_privilege(%s, 'perf.models', 'select')", [name]
        ).fetchone() == (True,)
    finally:
        connection.execute(f"drop owned by {name}".encode())
        connection.execute(f"drop role {name}".encode())


def test_what_others_put_between_our_objects_is_named(
    database: str, connection: psycopg.Connection
) -> None:
    owners = "owners"
    assert checks(database, owners)[owners] == []
    connection.execute("grant usage, create on schema perf_internal to anon")
    connection.execute("grant trigger on perf.models to anon")
    connection.execute("create schema theirs authorization anon")
    with connection.transaction():
        connection.execute("set local role anon")
        connection.execute(
            "create function theirs.look() returns trigger language plpgsql"
            " as 'begin return new; end'"
        )
        connection.execute(
            "create trigger look before insert on perf.models"
            " for each row execute function theirs.look()"
        )
        connection.execute("create table perf_internal.theirs (id integer)")
        # A call with a text fits it better than the function of ours.
        connection.execute(
            "create function perf_internal.require_role(text) returns boolean"
            " language sql as 'select true'"
        )
    assert checks(database, owners)[owners] == [
        (
            "fail",
            "made by others, run with the rights of pgkit:"
            " function perf_internal.require_role(text) of anon;"
            " table or view perf_internal.theirs of anon;"
            " trigger look on perf.models with a function of anon",
            "drop them, then pgkit migrate",
        )
    ]
    with pytest.raises(Failure, match=r"share no name, but.* perf_internal\.require_role\(text\)"):
        migrations.migrate(database)
    connection.execute("drop function perf_internal.require_role(text)")
    connection.execute("drop table perf_internal.theirs")
    connection.execute("drop schema theirs cascade")
    migrations.migrate(database)
    assert checks(database, owners, "grants") == {owners: [], "grants": SILENT["grants"]}


def test_default_privileges_open_nothing_that_pgkit_makes(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        for objects in ("tables", "routines", "sequences"):
            connection.execute(
                f"alter default privileges grant all on {objects} to anon, authenticated".encode()
            )
        migrations.migrate(empty_database)
        assert checks(empty_database, *SILENT) == SILENT
        connection.execute("select perf.ensure_partitions('2020-01-06', 0)")
        assert checks(empty_database, *SILENT) == SILENT


def test_a_dump_without_owner_and_rights_is_mended_by_migrate(
    database: str, connection: psycopg.Connection, empty_database: str
) -> None:
    connection.execute("select perf.grant_role(%s, 'recorder')", [RECORDER])
    folder = binaries.find_server()
    dumped = subprocess.run(
        [folder / "pg_dump", "--no-owner", "--no-acl", database], capture_output=True, check=True
    )
    subprocess.run(
        [folder / "psql", "-q", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", empty_database],
        input=dumped.stdout,
        capture_output=True,
        check=True,
    )
    record = "select perf.record_call('m', 't', 1)"
    recorder = ("authenticated", f'{{"sub": "{RECORDER}"}}')
    with psycopg.connect(empty_database, autocommit=True) as restored:
        assert attempt(restored, *recorder, record) == ("42501", 0)
        open_to_public, missing = checks(empty_database, "grants")["grants"]
        assert open_to_public[:2] == (
            "fail",
            "not granted by pgkit: execute on perf.acknowledge_alert to public;"
            " execute on perf.activate_model_config to public;"
            " execute on perf.aggregate_model_performance_logs to public;"
            f" and {open_to_public[1].split()[-2]}"
            " more",
        )
        assert missing[1].startswith("missing: ")
        migrations.migrate(empty_database)
        assert checks(empty_database, "grants")["grants"] == SILENT["grants"]
        assert attempt(restored, *recorder, record) == ("done", 1)
        assert attempt(restored, "anon", None, record) == ("42501", 0)


def test_the_owner_of_a_restored_database_runs_its_jobs(empty_database: str) -> None:
    """Also where that owner is in none of our roles."""
    with psycopg.connect(empty_database, autocommit=True) as connection:
        migrations.migrate(empty_database)
        name = f"owner_{connection.info.dbname}"
        connection.execute(f"create role {name} login".encode())
        try:
            for statement in (
                "alter schema perf owner to {0}",
                "alter schema perf_internal owner to {0}",
                "grant all on all tables in schema perf, perf_internal to {0}",
                "grant all on all routines in schema perf, perf_internal to {0}",
                "grant usage on schema auth to {0}",
            ):
                connection.execute(statement.format(name).encode())
            with psycopg.connect(make_conninfo(empty_database, user=name), autocommit=True) as own:
                assert own.execute("select perf.aggregate_performance_metrics()").fetchone() == (0,)
                own.execute("select perf.ensure_partitions()")
                own.execute("select perf.cleanup_old_performance_data()")
        finally:
            connection.execute(f"reassign owned by {name} to current_user".encode())
            connection.execute(f"drop owned by {name}".encode())
            connection.execute(f"drop role {name}".encode())


def test_two_first_migrations_of_a_server_make_the_roles_once(private_server: str) -> None:
    with (
        runner.temporary_database(private_server) as dsn,
        psycopg.connect(private_server, autocommit=True) as connection,
        psycopg.connect(private_server) as other,
    ):
        connection.execute(f"drop role if exists {', '.join(SEVEN)}".encode())
        for role in SEVEN:
            other.execute(f"create role {role} nologin".encode())
        failures: list[Exception] = []

        def migrate() -> None:
            try:
                migrations.migrate(dsn)
            except Exception as error:
                failures.append(error)

        thread = threading.Thread(target=migrate)
        thread.start()
        name = parse_dsn(dsn)["dbname"]
        waiting = (
            "select from pg_stat_activity as a where a.datname = %s and a.wait_event_type = 'Lock'"
        )
        wait_for(lambda: connection.execute(waiting, [name]).fetchall())
        other.commit()
        thread.join()
        assert failures == []
        assert checks(dsn, "grants")["grants"] == SILENT["grants"]
    with psycopg.connect(private_server, autocommit=True) as connection:
        connection.execute(f"drop role {', '.join(SEVEN)}".encode())


def test_every_grant_has_the_form_that_migrate_finds() -> None:
    """A grant on an object of ours stands outside of bodies, in no schema file."""
    files = migrations.read_files(migrations.sql_folder())
    grants = migrations.read_grants(files)
    assert len(grants) > 100
    assert all(re.fullmatch(r"grant [^;$']+ on [^;$']+ to [^;$']+;", grant) for grant in grants)
    for file in files:
        bare = re.sub(r"--[^\n]*", "", re.sub(r"\$\$.*?\$\$", "", file.text, flags=re.S))
        statements = [text.strip() for text in re.sub(r"'(?:[^']|'')*'", "''", bare).split(";")]
        wanted = [f"{text};" for text in statements if re.match(r"grant\b", text, re.I)]
        assert wanted == migrations.read_grants([file]), file.name
        if file.folder in ("schema", "roles"):
            assert wanted == [], file.name
