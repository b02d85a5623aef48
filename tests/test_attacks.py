"""Attacks by real roles on a real database, as a request through PostgREST and as a login.

Each attack runs once where it must do nothing, and once where it must be seen: without that, one
that is written wrong would pass for ever. What grants of people open is in test_grants.py.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
import pytest
import test_grants
import test_messages
from pipeline import wait_for
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb
from test_grants import ACTORS, ADMIN, ANALYST, PURE, RECORDER, RECORDING, STRANGER, acting

known = test_messages.filled

# What planted code raises.
PWNED = "PWN01"
SCHEMAS = "('perf'::regnamespace, 'perf_internal'::regnamespace)"


class Call(NamedTuple):
    """A function of ours with the arguments of one call."""

    name: str
    statement: sql.Composed
    arguments: list[Any]
    is_stable: bool


def calls(connection: psycopg.Connection, known: dict[str, Any]) -> list[Call]:
    """Return a good call of each function of perf, in which every type names its schema."""
    types = dict(
        connection.execute(
            "select format_type(t.oid, null), format('%I.%I', n.nspname, t.typname)"
            " from pg_type as t join pg_namespace as n on n.oid = t.typnamespace"
        ).fetchall()
    )
    stable = {
        name
        for (name,) in connection.execute(
            "select p.proname from pg_proc as p"
            " where not exists (select from pg_class as o where o.reltype = p.proargtypes[0])"
            " and p.pronamespace = 'perf'::regnamespace and p.provolatile <> 'v'"
        )
    }
    return [
        Call(
            function.name,
            sql.SQL("select * from perf.{}({})").format(
                sql.Identifier(function.name),
                sql.SQL(", ").join(sql.SQL("%s::" + types[name]) for name in function.types),
            ),
            test_messages.good_arguments(function, known),
            function.name in stable,
        )
        for function in test_messages.functions(connection)
    ]


class Outcome(NamedTuple):
    state: str
    text: str
    rows: list[Any] | None


def run(
    connection: psycopg.Connection, call: Call, role: str, claims: str | None, before: str = ""
) -> Outcome:
    """Make a call as PostgREST does, after another statement, and undo both."""
    try:
        with acting(connection, role, claims):
            connection.execute(before.encode())
            rows = connection.execute(call.statement, call.arguments).fetchall()
            return Outcome("done", "", rows if call.is_stable else None)
    except psycopg.Error as error:
        found = error.diag
        texts = (found.message_primary, found.message_detail, found.message_hint)
        return Outcome(error.sqlstate or "?", " ".join(text for text in texts if text), None)


def token(user: str) -> str:
    return f'{{"sub": "{user}", "role": "authenticated"}}'


def copy_out(connection: psycopg.Connection, table: str) -> str:
    """Return the SQLSTATE with which copying a table ends, or its number of rows."""
    try:
        with connection.cursor() as cursor, cursor.copy(f"copy {table} to stdout".encode()) as copy:
            return f"{len(list(copy))} rows"
    except psycopg.Error as error:
        return error.sqlstate or "?"


@contextmanager
def login(
    connection: psycopg.Connection, database: str, options: str, *groups: str
) -> Iterator[psycopg.Connection]:
    """Yield a connection of a new login that is a member of groups."""
    name = f"intruder_{connection.info.dbname}"
    connection.execute(f"create role {name} login {options}".encode())
    try:
        for group in groups:
            connection.execute(f"grant {group} to {name}".encode())
        with psycopg.connect(make_conninfo(database, user=name), autocommit=True) as own:
            yield own
    finally:
        connection.execute(f"drop owned by {name} cascade".encode())
        connection.execute(f"drop role {name}".encode())


def state_of(connection: psycopg.Connection, statement: str) -> str:
    """Return the SQLSTATE with which a statement ends, or "done"; undo it."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement.encode())
    except psycopg.Error as error:
        return error.sqlstate or "?"
    return "done"


# Functions and operators of the system that name no pseudo-type, copied into a schema of the
# attacker. In places of the search_path before pg_catalog each of them is chosen.
TRAPS = f"""
do $do$
declare
    v_body text := '$$ begin raise exception using errcode = ''{PWNED}''; end $$';
    v_item record;
begin
    create schema trap;
    set local check_function_bodies = off;
    create temporary table words as
    select distinct regexp_split_to_table(f.prosrc, '\\W+') as word
    from pg_proc as f
    where f.pronamespace in {SCHEMAS};
    grant usage on schema trap to public;
    for v_item in
        select distinct on (p.proname, p.proargtypes)
            p.proname, p.prorettype::regtype as result, p.proretset,
            array_to_string(array(
                select format('%s', t.id::regtype) from unnest(p.proargtypes) as t (id)
            ), ', ') as arguments
        from pg_proc as p
        join pg_type as r on r.oid = p.prorettype
        where p.pronamespace = 'pg_catalog'::regnamespace
            and p.prokind = 'f'
            and p.provariadic = 0
            and r.typtype in ('b', 'r')
            and not exists (
                select from unnest(p.proargtypes) as t (id) join pg_type as y on y.oid = t.id
                where y.typtype not in ('b', 'r')
            )
            and p.proname in (select w.word from words as w)
    loop
        execute format(
            'create function trap.%I(%s) returns %s %s language plpgsql as %s',
            v_item.proname, v_item.arguments, case when v_item.proretset then 'setof' else '' end,
            v_item.result, v_body
        );
    end loop;
    for v_item in
        select o.oid, o.oprname, o.oprleft::regtype as l, o.oprright::regtype as r,
            o.oprresult::regtype as result
        from pg_operator as o
        where o.oprnamespace = 'pg_catalog'::regnamespace
            and o.oprkind = 'b'
            and o.oprname <> '<>'
            and not exists (
                select from pg_type as y
                where y.oid in (o.oprleft, o.oprright, o.oprresult) and y.typtype <> 'b'
            )
    loop
        execute format(
            'create function trap.%I(%s, %s) returns %s language plpgsql as %s',
            'operator_' || v_item.oid, v_item.l, v_item.r, v_item.result, v_body
        );
        execute format(
            'create operator trap.%s (leftarg = %s, rightarg = %s, function = trap.%I)',
            v_item.oprname, v_item.l, v_item.r, 'operator_' || v_item.oid
        );
    end loop;
end
$do$
"""
# Types and tables are found in pg_temp before everything, unless a search_path puts it last.
NAMES = f"""
select distinct format('create domain %s.%I as integer check (value <> value)', s.name, t.typname)
from (values ('trap'), ('pg_temp')) as s (name)
cross join pg_type as t
where t.typnamespace = 'pg_catalog'::regnamespace
    and t.typtype = 'b'
    and t.typname !~ '^_'
    and t.typname in (select w.word from words as w)
    and not exists (
        select from pg_class as c where c.relname = t.typname and c.relnamespace in {SCHEMAS}
    )
union all
select distinct format('create table %s.%I (planted integer)', s.name, c.relname)
from (values ('trap'), ('pg_temp')) as s (name)
cross join pg_class as c
where c.relkind in ('r', 'p', 'v')
    and (
        c.relnamespace in {SCHEMAS}
        or c.relname in ('pg_class', 'pg_namespace', 'pg_proc', 'pg_roles', 'pg_settings')
    )
"""
HIDING = "set local search_path = trap, pg_temp, pg_catalog"


@pytest.fixture
def filled(connection: psycopg.Connection) -> psycopg.Connection:
    """A connection to a database that is filled as that of test_grants is."""
    test_grants.fill(connection)
    connection.execute("select set_config('request.jwt.claims', '', false)")
    return connection


@pytest.fixture
def trapped(connection: psycopg.Connection, known: dict[str, Any]) -> psycopg.Connection:
    """A database with users, in which names of the system lead to planted code."""
    for user, role in ((ADMIN, "admin"), (ANALYST, "analyst"), (RECORDER, "recorder")):
        connection.execute("select perf.grant_role(%s, %s::perf.app_role)", [user, role])
    connection.execute(TRAPS.encode())
    for (statement,) in connection.execute(NAMES.encode()).fetchall():
        connection.execute(statement.encode())
    return connection


PLAIN = "set search_path = pg_catalog, pg_temp"


def test_nothing_on_the_search_path_of_the_caller_hides_what_we_use(
    trapped: psycopg.Connection, known: dict[str, Any]
) -> None:
    trapped.execute(PLAIN.encode())
    ours = calls(trapped, known)
    changed = []
    for role, claims in (
        ("authenticated", token(ADMIN)),
        ("service_role", None),
        ("perf_admin", None),
    ):
        for call in ours:
            plain = run(trapped, call, role, claims)
            hidden = run(trapped, call, role, claims, HIDING)
            if plain != hidden:
                changed.append((call.name, plain, hidden))
    assert changed == []
    assert len(ours) > 150
    # The same traps catch a function that pins nothing.
    for body in ("length('a')", "1 + 1", "'a'::text"):
        trapped.execute(
            "create or replace function perf.planted() returns pg_catalog.text language sql"
            f" set search_path from current as $$ select ({body})::pg_catalog.text $$".encode()
        )
        trapped.execute("alter function perf.planted() reset search_path")
        with trapped.transaction(force_rollback=True):
            trapped.execute(HIDING.encode())
            assert state_of(trapped, "select perf.planted()") != "done", body


def test_procedures_and_inlined_functions_name_all_that_they_use(
    trapped: psycopg.Connection, database: str
) -> None:
    trapped.execute(PLAIN.encode())
    inlined = (
        "select perf_internal.get_last_bin(1), perf_internal.get_sketch_unit(5),"
        " perf_internal.get_zone_bucket('2020-01-06 10:00+00'::pg_catalog.timestamptz, 'weekly',"
        " 'Asia/Kolkata')"
    )
    plain = trapped.execute(inlined.encode()).fetchall()
    jobs = trapped.execute("select j.command from perf_internal.get_jobs() as j").fetchall()
    with login(trapped, database, "", "perf_admin") as own:
        own.execute("alter role current_user set search_path = trap, pg_temp, pg_catalog")
        with psycopg.connect(make_conninfo(database, user=own.info.user), autocommit=True) as later:
            assert later.execute("show search_path").fetchone() == ("trap, pg_temp, pg_catalog",)
            for name in ("text", "int8", "interval", "bool"):
                later.execute(f"create domain pg_temp.{name} as integer check (false)".encode())
            assert state_of(later, "select length('a'::pg_catalog.text)") == PWNED
            assert later.execute(inlined.encode()).fetchall() == plain
            later.execute("call perf.keep_aggregated('0 seconds', 1)")
            for (command,) in jobs:
                try:
                    later.execute(command.encode())
                except psycopg.Error as error:
                    # There is no pg_cron, whose history could be trimmed.
                    assert "trim" in command, error
                    assert error.sqlstate == "PT409", error
            assert len(jobs) > 5


# Each ends a literal or a name in another way, and calls what raises an error of its own.
SQL_TEXTS = [
    "x'; select public.pwn(); --",
    "x'||public.pwn()||'",
    "x$$||public.pwn()||$$",
    'x"; select public.pwn(); --"',
    "x\\'||public.pwn()||\\'",
    "%s %I %L %1$s %n {0} ${x}",
    "\u02bc\u2019\uff07; select public.pwn() --",
]
# By type, of what an argument can be an expression in other languages.
HARMLESS = {"done", "22023", "22P02", "23502", "23503", "23514", "42501", "PT404", "PT409"}


@pytest.fixture
def armed(connection: psycopg.Connection) -> psycopg.Connection:
    connection.execute(
        "create function public.pwn() returns text language plpgsql"
        f" as $$ begin raise exception using errcode = '{PWNED}'; end $$"
    )
    connection.execute("grant execute on function public.pwn() to public")
    return connection


@pytest.mark.once
def test_no_text_is_run_as_sql(
    armed: psycopg.Connection, known: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_messages, "HOSTILE", SQL_TEXTS)
    found = set()
    count = 0
    for function in test_messages.functions(armed):
        for arguments in test_messages.hostile_calls(function, known):
            count += 1
            for said in test_messages.call(armed, function, arguments):
                found.add((said.split(" ")[0], function.name))
    assert sorted(entry for entry in found if entry[0] not in HARMLESS) == []
    assert count > 5000


def test_a_text_that_is_run_as_sql_is_seen(armed: psycopg.Connection) -> None:
    armed.execute(
        "create function perf.planted(model_name text) returns text language plpgsql as $$"
        " declare v text; begin"
        " execute 'select ''' || planted.model_name || '''' into v; return v; end $$"
    )
    [function] = [f for f in test_messages.functions(armed) if f.name == "planted"]
    said = {
        text[:5] for hostile in SQL_TEXTS for text in test_messages.call(armed, function, [hostile])
    }
    assert PWNED in said
    assert said - HARMLESS


@pytest.mark.parametrize("text", SQL_TEXTS)
def test_a_text_comes_back_as_it_was_given(connection: psycopg.Connection, text: str) -> None:
    short = text[:20].strip()  # A model type is no longer.
    call = {"model_name": text, "tool_name": text, "response_time_ms": 1, "provider": text}
    connection.execute(
        "select perf.record_calls(%s)",
        [Jsonb([{**call, "error_type": text, "parameters": {text: text, "temperature": text}}])],
    )
    connection.execute(
        "select perf.record_job_metrics(%(t)s, %(t)s, total_gpu_time_ms => 1, model_type => %(s)s,"
        " external_id => %(t)s, project_name => %(t)s, parameters => %(j)s)",
        {"t": text, "s": short, "j": Jsonb({text: text})},
    )
    connection.execute(
        "select perf.save_model_config(%(s)s, %(t)s, %(j)s)",
        {"t": text, "s": short, "j": Jsonb({text: text})},
    )
    connection.execute("select perf.aggregate_performance_metrics()")
    for read, wanted in (
        ("select m.name, m.provider from perf.models as m", [(text, text)]),
        ("select t.name from perf.tools as t", [(text,)]),
        (
            "select c.parameters ->> %(t)s, c.parameters ->> 'temperature'"
            " from perf.model_tool_configs as c",
            [(text, text)],
        ),
        ("select r.error_type from perf.performance_metrics_raw as r", [(text,)]),
        ("select w.name from perf.workflows as w", [(text,)]),
        ("select w.name from perf.workers as w", [(text,)]),
        ("select p.name from perf.projects as p", [(text,)]),
        (
            "select j.external_id, j.model_type, j.parameters ->> %(t)s from perf.jobs as j",
            [(text, short, text)],
        ),
        (
            "select c.model_type, c.config_name, c.config_data ->> %(t)s"
            " from perf.model_config_history as c",
            [(short, text, text)],
        ),
        (
            "select q.group_labels ->> 'model' from perf.query_metrics('response_time_ms',"
            " now() - interval '1 day', now() + interval '1 day',"
            " jsonb_build_object('model', %(t)s::text), '{model}') as q",
            [(text,)],
        ),
        (
            "select b.error_type from perf.get_error_breakdown("
            " now() - interval '1 day', now() + interval '1 day', %(t)s, %(t)s) as b",
            [(text,)],
        ),
    ):
        assert connection.execute(read.encode(), {"t": text}).fetchall() == wanted, read


DEFINERS = """
select p.proname, p.prorettype = 'trigger'::regtype, array(
    select format_type(t.id, null)
    from unnest(p.proargtypes) with ordinality as t (id, number)
    order by t.number
)
from pg_proc as p
where p.pronamespace = 'perf_internal'::regnamespace and p.prosecdef
order by 1
"""
# What answers a question about the caller alone.
ANSWERING = {"has_any_role", "has_role", "get_token_roles"}


def definer_calls(connection: psycopg.Connection) -> Iterator[tuple[str, str]]:
    for name, is_trigger, types in connection.execute(DEFINERS.encode()).fetchall():
        if is_trigger:
            continue
        values = {**test_grants.VALUES, "perf.app_role[]": "'{admin,analyst,recorder}'"}
        arguments = ", ".join(f"{values.get(type_, 'null')}::{type_}" for type_ in types)
        prefix = "variadic " if name == "has_any_role" else ""
        yield name, f"select * from perf_internal.{name}({prefix}{arguments})"


@pytest.mark.parametrize("actor", ACTORS)
def test_whatever_is_granted_a_function_with_rights_of_the_owner_asks_for_the_role(
    filled: psycopg.Connection, actor: str
) -> None:
    role, claims = ACTORS[actor]
    allowed = ANSWERING | (RECORDING | {"get_own_calls"} if "recorder" in actor else set())
    opened = {
        (name, outcome)
        for name, statement in definer_calls(filled)
        if (outcome := test_grants.attempt(filled, role, claims, statement)[0]) != "42501"
    }
    assert {(name, outcome) for name, outcome in opened if name not in allowed} == set()
    answers = {
        filled.execute(statement.encode()).fetchone()
        for name, statement in definer_calls(filled)
        if name == "has_role"
    }
    assert answers
    with acting(filled, role, claims):
        for user in (ADMIN, ANALYST):
            for asked in ("admin", "analyst", "recorder"):
                assert filled.execute(
                    "select perf.has_role(%s, %s::perf.app_role)", [user, asked]
                ).fetchone() == (False,)


def test_a_function_with_rights_of_the_owner_that_does_not_ask_is_found(
    filled: psycopg.Connection,
) -> None:
    filled.execute(
        "create function perf_internal.planted(model text) returns bigint language sql"
        " security definer as 'select count(*) from perf.models'"
    )
    [planted] = [statement for name, statement in definer_calls(filled) if name == "planted"]
    assert test_grants.attempt(filled, "anon", None, planted) == ("done", 1)


@pytest.mark.parametrize("is_granted", [False, True], ids=["by default", "after grant all"])
def test_our_trigger_functions_write_nothing_for_a_table_of_somebody_else(
    connection: psycopg.Connection, database: str, is_granted: bool
) -> None:
    names = [name for name, is_trigger, _ in connection.execute(DEFINERS.encode()) if is_trigger]
    assert "queue_audit_entry" in names
    written = "select count(*) from perf_internal.audit_queue"
    with login(connection, database, "", "authenticated") as own:
        if is_granted:
            connection.execute(
                "grant execute on all routines in schema perf_internal to authenticated"
            )
        for name in names:
            own.execute(b"create temporary table bait (id uuid, kind text)")
            planted = state_of(
                own,
                "create trigger bait after insert on pg_temp.bait for each row"
                f" execute function perf_internal.{name}('id');"
                f" insert into pg_temp.bait values ('{ADMIN}', 'admin')",
            )
            assert planted == "42501", name
            own.execute("drop table pg_temp.bait")
    assert connection.execute(written.encode()).fetchone() == (0,)


UNKNOWN: dict[str, Any] = {
    "text": "nobody knows this",
    "character varying": "nobody",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "bigint": 2**62,
    "integer": 2**30,
    "bigint[]": [2**62],
    "text[]": ["nobody knows this"],
    "jsonb": Jsonb({"nobody": "knows this"}),
}


def telling_functions(
    connection: psycopg.Connection,
    known: dict[str, Any],
    role: str,
    claims: str | None,
    allowed: set[str],
) -> set[str]:
    """Return functions that answer otherwise than with one refusal, whatever they are given."""
    telling = set()
    functions = {function.name: function for function in test_messages.functions(connection)}
    for call in calls(connection, known):
        if call.name in allowed | {"get_own_calls", "get_subject_id"}:
            continue
        types = functions[call.name].types
        unknown = [
            UNKNOWN.get(type_, value) for type_, value in zip(types, call.arguments, strict=True)
        ]
        there, absent, nulls = (
            run(connection, call._replace(arguments=arguments), role, claims)
            for arguments in (call.arguments, unknown, [None] * len(types))
        )
        if not (there.state == "42501" and there == absent == nulls):
            telling.add(call.name)
    return telling


@pytest.mark.parametrize(
    "role, user, allowed",
    [
        ("authenticated", STRANGER, PURE),
        ("authenticated", RECORDER, PURE | RECORDING),
        ("perf_recorder", None, PURE | RECORDING),
    ],
    ids=["nobody", "a recorder by token", "a recorder by login"],
)
def test_a_refusal_is_the_same_for_what_exists_and_what_does_not(
    connection: psycopg.Connection,
    known: dict[str, Any],
    role: str,
    user: str | None,
    allowed: set[str],
) -> None:
    connection.execute("select perf.grant_role(%s, 'recorder')", [RECORDER])
    claims = token(user) if user else None
    assert telling_functions(connection, known, role, claims, allowed) == set()
    connection.execute(
        "create function perf.planted(model_name text) returns boolean language plpgsql"
        " security definer as $$ begin"
        " if not exists (select from perf.models as m where m.name = planted.model_name)"
        " then raise exception using errcode = 'PT404'; end if;"
        " return perf_internal.require_role('admin'); end $$"
    )
    assert telling_functions(connection, known, role, claims, allowed) == {"planted"}


WRITABLE = """
select c.oid::regclass::text, array(
    select quote_ident(t.attname)
    from pg_attribute as t
    where t.attrelid = c.oid and t.attnum > 0 and t.attgenerated = '' and not t.attisdropped
    order by t.attnum
)
from pg_class as c
where c.relnamespace = 'perf'::regnamespace
    and c.relkind in ('r', 'p')
    and has_table_privilege('authenticated', c.oid, 'insert')
order by 1
"""


def telling_tables(connection: psycopg.Connection, conflict: str) -> set[str]:
    """Return tables that refuse a caller without role a row that is there in another way."""
    told = set()
    for table, columns in connection.execute(WRITABLE.encode()).fetchall():
        names = ", ".join(columns)
        rows = connection.execute(f"select row_to_json(t)::text from {table} as t limit 1".encode())
        for (there,) in rows.fetchall():
            statement = sql.SQL(
                f"insert into {table} ({names}) overriding system value"
                f" select {names} from json_populate_record(null::{table}, {{}}){conflict}"
            ).format(there)
            for user in (STRANGER, RECORDER):
                try:
                    with acting(connection, "authenticated", token(user)):
                        connection.execute(statement)
                    told.add(table)
                except psycopg.Error as error:
                    if error.sqlstate != "42501" or error.diag.message_detail:
                        told.add(table)
    return told


@pytest.mark.parametrize("conflict", ["", " on conflict do nothing"])
def test_a_caller_without_role_does_not_learn_from_an_error_what_is_there(
    connection: psycopg.Connection, known: dict[str, Any], conflict: str
) -> None:
    """Policies refuse a row before its keys are compared with those that are there."""
    connection.execute("select perf.grant_role(%s, 'recorder')", [RECORDER])
    assert telling_tables(connection, conflict) == set()
    connection.execute("alter policy workers_insert_admin on perf.workers with check (true)")
    assert telling_tables(connection, conflict) == {"perf.workers"}


TEXTS = """
select c.oid::regclass::text, min(quote_ident(t.attname))
from pg_class as c
join pg_attribute as t on t.attrelid = c.oid and t.attnum > 0 and t.atttypid = 'text'::regtype
where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
    and c.relkind in ('r', 'p', 'v')
    and has_table_privilege('authenticated', c.oid, 'select')
group by c.oid
order by 1
"""


def leaked_rows(connection: psycopg.Connection, claims: str) -> set[str]:
    """Return the relations whose rows a function in a where clause was given."""
    relations = connection.execute(TEXTS.encode()).fetchall()
    given: list[str] = []
    handler = lambda notice: given.append(str(notice.message_primary))  # noqa: E731
    connection.add_notice_handler(handler)
    leaking = set()
    try:
        for relation, column in relations:
            given.clear()
            with acting(connection, "authenticated", claims):
                connection.execute(
                    "create function pg_temp.leak(value text) returns boolean language plpgsql"
                    " cost 0.0000001 as $$ begin raise notice 'row %', value; return true; end $$"
                )
                connection.execute(
                    f"select from {relation} as r where pg_temp.leak(r.{column})".encode()
                )
            if given:
                leaking.add(relation)
    finally:
        connection.remove_notice_handler(handler)
    return leaking


def test_a_cheap_function_in_a_where_clause_is_given_no_row(filled: psycopg.Connection) -> None:
    assert leaked_rows(filled, token(STRANGER)) == set()
    # Recorders see who they are, and as what.
    assert leaked_rows(filled, token(RECORDER)) <= {"perf.profiles"}
    assert len(leaked_rows(filled, token(ANALYST))) > 10


def test_a_policy_that_would_leak_is_seen(filled: psycopg.Connection) -> None:
    filled.execute("alter policy models_select_reader on perf.models using (true)")
    assert leaked_rows(filled, token(STRANGER)) == {"perf.models"}


def test_a_view_or_function_of_a_reader_shows_others_nothing(
    filled: psycopg.Connection, database: str
) -> None:
    """The policies ask who makes the request, not whose view it is."""
    filled.execute("create schema theirs")
    filled.execute("grant all on schema theirs to public")
    with login(filled, database, "", "perf_analyst") as own:
        own.execute("create view theirs.models as select m.name from perf.models as m")
        own.execute(
            "create function theirs.get_models() returns setof text language sql security definer"
            " as 'select m.name from perf.models as m'"
        )
        own.execute(
            "create function theirs.grant_me() returns boolean language sql security definer"
            f" as $$ select perf.grant_role('{STRANGER}', 'admin') $$"
        )
        own.execute(
            "create function theirs.get_trends() returns bigint language sql security definer"
            " as 'select count(*) from perf.get_performance_overview()'"
        )
        own.execute("grant select on theirs.models to public")
        asked = ("select * from theirs.models", "select * from theirs.get_models()")
        for statement in asked:
            assert own.execute(statement.encode()).fetchall(), statement
        for role, claims in (("authenticated", token(STRANGER)), ("perf_recorder", None)):
            for statement in asked:
                with acting(filled, role, claims):
                    assert filled.execute(statement.encode()).fetchall() == [], statement
            assert run_text(filled, role, claims, "select theirs.grant_me()") == "42501"
            assert run_text(filled, role, claims, "select theirs.get_trends()") == "42501"
        # An admin who uses a view of a stranger lends it nothing.
    with login(filled, database, "") as own:
        own.execute("set check_function_bodies = off")
        own.execute(
            "create function theirs.peek() returns bigint language sql security definer"
            " as 'select count(*) from perf.models'"
        )
        assert run_text(filled, "perf_admin", None, "select theirs.peek()") == "42501"


def run_text(connection: psycopg.Connection, role: str, claims: str | None, statement: str) -> str:
    return test_grants.attempt(connection, role, claims, statement)[0]


def test_a_plan_made_for_one_role_shows_another_nothing(filled: psycopg.Connection) -> None:
    count = "select count(*) from perf.models"
    filled.execute("set plan_cache_mode = force_generic_plan")
    filled.execute(f"prepare counted as {count}".encode())
    filled.execute(
        f"create function public.counted() returns bigint language plpgsql as"
        f" $$ begin return ({count}); end $$".encode()
    )
    filled.execute("grant execute on function public.counted() to public")
    for ask in ("execute counted", "select public.counted()"):
        for role, claims, wanted in (
            (None, None, (1,)),
            ("authenticated", token(STRANGER), (0,)),
            ("authenticated", token(ANALYST), (1,)),
            ("authenticated", token(RECORDER), (0,)),
            ("perf_analyst", None, (1,)),
            ("service_role", None, (1,)),
            ("authenticated", None, (0,)),
        ):
            if role is None:
                assert filled.execute(ask.encode()).fetchone() == wanted
                continue
            with acting(filled, role, claims):
                assert filled.execute(ask.encode()).fetchone() == wanted, (ask, role, claims)
    # The same, where the claims change within a transaction.
    with acting(filled, "authenticated", token(ANALYST)):
        assert filled.execute("execute counted").fetchone() == (1,)
        filled.execute("select set_config('request.jwt.claims', %s, true)", [token(STRANGER)])
        assert filled.execute("execute counted").fetchone() == (0,)


def test_statistics_of_columns_are_shown_to_no_api_role(filled: psycopg.Connection) -> None:
    filled.execute("analyze")
    views = ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs")
    for role, claims in (
        ("anon", None),
        ("authenticated", token(STRANGER)),
        ("authenticated", token(RECORDER)),
        ("perf_recorder", None),
    ):
        for view in views:
            with acting(filled, role, claims):
                assert (
                    filled.execute(
                        f"select s.tablename from {view} as s"
                        " where s.schemaname in ('perf', 'perf_internal')"
                        # A materialized view, whose rows say nothing about anybody.
                        " and s.tablename <> 'origin'".encode()
                    ).fetchall()
                    == []
                ), (role, view)
    assert filled.execute(
        "select count(*) > 100 from pg_stats where schemaname in ('perf', 'perf_internal')"
    ).fetchone() == (True,)


@pytest.mark.parametrize("groups", [[], ["authenticated"], ["perf_recorder"], ["perf_admin"]])
def test_no_login_copies_locks_or_hooks_what_it_may_not_read(
    connection: psycopg.Connection, database: str, groups: list[str]
) -> None:
    connection.execute(
        "select perf.record_call('m', 't', 1, call_timestamp => '2020-01-06 10:00Z')"
    )
    connection.execute("select perf.ensure_partitions('2020-01-06', 0)")
    tables = [
        (name, is_partition)
        for (name, is_partition) in connection.execute(
            "select c.oid::regclass::text, c.relispartition from pg_class as c"
            f" where c.relnamespace in {SCHEMAS} and c.relkind in ('r', 'p')"
        )
    ]
    assert sum(is_partition for _, is_partition in tables) > 5
    sequences = [
        name
        for (name,) in connection.execute(
            "select c.oid::regclass::text from pg_class as c"
            f" where c.relnamespace in {SCHEMAS} and c.relkind = 'S'"
        )
    ]
    assert sequences
    done = []
    with login(connection, database, "", *groups) as own:
        own.execute(
            "create function pg_temp.hook() returns trigger language plpgsql"
            " as 'begin return new; end'"
        )
        for table, is_partition in tables:
            for statement in (
                f"truncate {table}",
                f"create trigger hook before insert on {table} for each row"
                " execute function pg_temp.hook()",
                f"create temporary table spy (id uuid references {table})",
                f"create rule hook as on insert to {table} do nothing",
                f"create policy hook on {table} using (true)",
                f"alter table {table} disable row level security",
                f"alter table {table} owner to current_user",
                f"create index on {table} ((1))",
                f"comment on table {table} is 'x'",
                f"copy {table} from program 'true'",
            ):
                if state_of(own, statement) not in ("42501", "42P16", "42809"):
                    done.append(statement)
            if is_partition:
                for statement in (
                    f"table {table}",
                    f"delete from {table}",
                    f"lock table {table} in access share mode",
                    f"create view pg_temp.v as select * from {table}; select * from pg_temp.v",
                    f"create temporary table child () inherits ({table})",
                ):
                    # Nobody may inherit from a partition.
                    if state_of(own, statement) not in ("42501", "42P16", "42809"):
                        done.append(statement)
            # Whoever may read it gets the rows that the policies show, here none.
            if copy_out(own, table) not in ("42501", "0 rows") and groups != ["perf_admin"]:
                done.append(f"copy {table}")
        for sequence in sequences:
            for statement in (
                f"select nextval('{sequence}')",
                f"select setval('{sequence}', 1)",
                f"select last_value from {sequence}",
            ):
                if state_of(own, statement) != "42501":
                    done.append(statement)
    assert done == []


@pytest.mark.parametrize("groups", [[], ["anon"], ["authenticated"], ["perf_recorder"]])
def test_no_session_becomes_who_it_is_not(
    filled: psycopg.Connection, database: str, groups: list[str]
) -> None:
    others = {"service_role", "perf_admin", "perf_analyst", "authenticated", "perf_notifier"}
    with login(filled, database, "", *groups) as own:
        filled.execute(f"grant create on schema public to {own.info.user}".encode())
        own.execute("set check_function_bodies = off")
        for role in sorted(others - set(groups)):
            for statement in (
                f"set role {role}",
                f"set local role {role}",
                f"select set_config('role', '{role}', true)",
                f"set session authorization {role}",
                f"select set_config('session_authorization', '{role}', true)",
                f"do $$ begin set local role {role}; end $$",
                f"grant {role} to current_user",
            ):
                assert state_of(own, statement) in ("42501", "0LP01"), statement
            # A function brings its setting along, but its owner may not be that role.
            own.execute(
                "create or replace function public.climb() returns bigint language sql"
                " as 'select count(*) from perf.models'"
            )
            assert state_of(
                own, f"alter function public.climb() set role = '{role}'; select public.climb()"
            ) in ("42501", "42704", "22023")
        assert state_of(
            own, "set session authorization default; select count(*) from perf.models"
        ) in (
            "42501",
            "done",
        )


def test_the_gate_has_no_rights_until_it_takes_a_role(
    connection: psycopg.Connection, database: str
) -> None:
    """PostgREST's login is a member of three roles, and inherits nothing from them."""
    connection.execute("select perf.grant_role(%s, 'admin')", [ADMIN])
    with login(connection, database, "noinherit", "anon", "authenticated", "service_role") as gate:
        claims = f"select set_config('request.jwt.claims', '{token(ADMIN)}', true); "
        read = "select count(*) from perf.models"
        admin = "select perf.set_own_calls_readable(true)"
        assert state_of(gate, claims + admin) == "42501"
        assert state_of(gate, claims + read) == "42501"
        assert state_of(gate, f"set local role anon; {claims + admin}") == "42501"
        assert state_of(gate, f"set local role anon; {claims + read}") == "42501"
        stranger = f"select set_config('request.jwt.claims', '{token(STRANGER)}', true); "
        assert state_of(gate, f"set local role authenticated; {stranger + admin}") == "42501"
        assert state_of(gate, f"set local role authenticated; {claims + admin}") == "done"
        assert state_of(gate, f"set local role service_role; {admin}") == "done"
        # After the request nothing of its role is left.
        with gate.transaction():
            gate.execute("set local role service_role")
        assert state_of(gate, admin) == "42501"


GUCS = re.compile(r"current_setting\('+(perf\.\w+)'+")


def test_no_setting_of_ours_lets_a_caller_do_more(
    filled: psycopg.Connection, database: str
) -> None:
    names = {
        name
        for (source,) in filled.execute(
            f"select p.prosrc from pg_proc as p where p.pronamespace in {SCHEMAS}"
            " union all select pg_get_triggerdef(t.oid) from pg_trigger as t"
        )
        for name in GUCS.findall(source)
    }
    assert names == {
        "perf.models_are_recorded",
        "perf.notify_alerts",
        "perf.notify_jobs",
        "perf.notify_trainings",
        "perf.rows_are_checked",
        "perf.workflows_are_recorded",
    }
    on = "".join(f"set local {name} = 'on'; " for name in sorted(names))
    audited = "select count(*) from perf_internal.audit_queue"
    for role, claims, statement, wanted in (
        ("authenticated", token(STRANGER), "select perf.record_call('m', 't', 1)", "42501"),
        (
            "authenticated",
            token(RECORDER),
            "select count(*) from perf.get_performance_overview()",
            "42501",
        ),
        (
            "perf_admin",
            None,
            "insert into perf.performance_metrics_raw select * from perf.performance_metrics_raw",
            "42501",
        ),
        ("perf_recorder", None, "select perf.register_model('m')", "42501"),
    ):
        assert run_text(filled, role, claims, on + statement) == wanted, statement
    with login(filled, database, "", "perf_admin") as own:
        for statement in (
            "insert into perf.workflows (name) values ('planted')",
            "update perf.workers set name = name || '2'",
            "select perf.register_model('new')",
            "select perf.register_workflow('new')",
            "select perf.register_worker('new')",
            f"select perf.grant_role('{STRANGER}', 'analyst')",
            "update perf.retention set keep = '400 days' where level = 'hourly'",
        ):
            before = filled.execute(audited.encode()).fetchone()
            logged = filled.execute("select count(*) from perf.audit_log").fetchone()
            with own.transaction():
                own.execute(on.encode())
                own.execute(statement.encode())
            after = filled.execute(audited.encode()).fetchone()
            then = filled.execute("select count(*) from perf.audit_log").fetchone()
            assert (before, logged) != (after, then), statement


def test_notifications_hold_ids_and_names_but_nothing_that_was_measured(
    filled: psycopg.Connection, database: str
) -> None:
    """PostgreSQL lets every login listen to every channel."""
    channels = {"perf_alerts", "perf_config", "perf_job_completed", "perf_trainings"}
    heard: dict[str, str] = {}
    with login(filled, database, "") as own:
        own.add_notify_handler(lambda note: heard.update({note.channel: note.payload}))
        for channel in channels:
            own.execute(f"listen {channel}".encode())
        filled.execute(
            "select perf.record_job_metrics('w', 'g', total_gpu_time_ms => 123456,"
            ' parameters => \'{"secret": "hidden"}\', quality_scores => \'{"likeness": 0.123456}\')'
        )
        filled.execute(
            "select perf.save_model_config('k', 'n', '{\"secret\": 1}', activate => true)"
        )
        filled.execute(
            "select perf_internal.raise_alert('drift', 'critical', 'wan', null, 'hidden')"
        )
        filled.execute("select perf.trigger_retraining('wan')")
        wait_for(lambda: own.execute("select 1") and channels == heard.keys())
    for payload in heard.values():
        assert not re.search("123456|secret|hidden", payload), payload


@pytest.mark.parametrize("text", SQL_TEXTS)
def test_a_name_of_a_metric_is_a_text_in_every_query_that_is_put_together(
    armed: psycopg.Connection, text: str
) -> None:
    """Recorders name scores and outcomes, and the engine writes these names into its queries."""
    armed.execute(
        "select perf.record_job_metrics('w', 'g', total_gpu_time_ms => 1, quality_scores => %s,"
        " completed_at => '2020-01-06 10:00+00')",
        [Jsonb({text: 0.5})],
    )
    armed.execute(
        "select perf.record_model_metrics('wan', '2020-01-06 10:00+00', metrics => %s)",
        [Jsonb({text: 0.5})],
    )
    metrics = [
        name for (name,) in armed.execute("select m.metric from perf.metrics as m") if text in name
    ]
    assert len(metrics) >= 2
    read = (
        "select sum(q.count) from perf.query_metrics(%s, '2020-01-06', '2020-01-13',"
        " granularity => 'daily') as q"
    )
    for _ in ("pending", "rolled up"):
        for metric in metrics:
            # Nothing failed.
            count = None if metric.startswith("failed_") else 1
            assert armed.execute(read, [metric]).fetchone() == (count,), metric
        armed.execute("select perf.aggregate_performance_metrics()")
    for pipeline in ("jobs", "evaluations"):
        assert (
            armed.execute(
                "select * from perf.verify_performance_metrics('2020-01-06', '2020-01-07', %s)",
                [pipeline],
            ).fetchall()
            == []
        )
    for zone in ("UTC", "Asia/Kolkata"):
        armed.execute(
            "select * from perf.query_metrics(%s, '2020-01-06', '2020-01-13',"
            " granularity => 'daily', time_zone => %s)",
            [metrics[0], zone],
        )
    for column in ("time_zone", "granularity", "metric"):
        with pytest.raises(psycopg.Error) as refused:
            armed.execute(
                sql.SQL(
                    "select * from perf.query_metrics(start_time => '2020-01-06',"
                    " end_time => '2020-01-13', {} => %s)"
                ).format(
                    sql.SQL(
                        "metric => 'response_time_ms', {}" if column != "metric" else "{}"
                    ).format(sql.Identifier(column))
                ),
                [text],
            )
        assert refused.value.sqlstate in HARMLESS
