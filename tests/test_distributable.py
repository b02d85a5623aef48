"""The SQL of runs and reads runs on several machines as it is; here it is held to that on one.

Big tables are the raw tables and the rollups. Spread over machines by series, a machine can do its
part of a statement alone only if the statement keeps to some rules (measured with Citus 13).
"""

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from itertools import count

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from job_pipeline import Job, aggregate_jobs, record_job, verify_jobs
from pipeline import DISAGREEING_BUCKETS, MONDAY, aggregate, record, verify
from psycopg.types.json import Jsonb

from pgkit import migrations, runner

Lint = Callable[[str], list[str]]

BIG_TABLES = """
with recursive big (oid, series_column) as (
    select 'perf_internal.rollups'::regclass::oid, 'series_id'
    union all
    select p.raw_table::regclass, p.series_column
    from perf_internal.pipelines as p
    union all
    select i.inhrelid, b.series_column
    from big as b
    join pg_inherits as i on i.inhparent = b.oid
)
"""
# auto_explain says each statement that a function executes, and which tables it reads.
EXPLAIN = """
load 'auto_explain';
set auto_explain.log_min_duration = 0;
set auto_explain.log_nested_statements = on;
set auto_explain.log_format = json;
set auto_explain.log_level = notice
"""
WORDS = re.compile(
    r"""
    --[^\n]* | /\*.*?\*/            # comments
    | '(?:[^']|'')*'                # texts
    | "[^"]+" | \$\d+ | [\w.]+      # names, parameters, words and numbers
    | :: | \S
    """,
    re.S | re.X,
)
ENDS_FROM = {
    "where", "group", "having", "window", "union", "intersect", "except", "order", "limit",
    "offset", "fetch", "for", "returning", "on", "using", "set", "select", "values",
}  # fmt: skip
JOINS = {"join", "lateral"}


def split(statement: str) -> list[str]:
    """Return the words and signs of a statement, in lower case; a text is a quote."""
    words = (match[0].lower() for match in WORDS.finditer(statement))
    return ["'" if word[0] == "'" else word for word in words if word[:2] not in ("--", "/*")]


def find_words(statement: str, wanted: list[list[str]]) -> list[str]:
    words = split(statement)
    return [
        " ".join(sequence)
        for sequence in wanted
        for place in range(len(words))
        if words[place : place + len(sequence)] == sequence
    ]


def find_grouping_sets(statement: str) -> list[str]:
    return find_words(statement, [["grouping", "sets"], ["rollup", "("], ["cube", "("]])


def find_materialized(statement: str) -> list[str]:
    words = split(statement)
    return [
        " ".join(words[max(0, place - 2) : place + 1])
        for place, word in enumerate(words)
        if word == "materialized" and words[place - 1] != "not"
    ]


def find_ctes_used_twice(statement: str) -> list[str]:
    words = split(statement)
    names = set()
    for place, word in enumerate(words):
        if word != "as" or words[place + 1 : place + 2] not in (["("], ["not"], ["materialized"]):
            continue
        # Back over the names of its columns, to its own.
        start = place - 1
        if words[start] == ")":
            while words[start] != "(":
                start -= 1
            start -= 1
        if words[start - 1] in ("with", "recursive") or (
            words[start - 1] == "," and words[start - 2] == ")" and "with" in words[:start]
        ):
            names.add(words[start])
    return sorted(name for name in names if words.count(name) > 2)


def find_subscripts_after_do_update(statement: str) -> list[str]:
    words = split(statement)
    for place in range(len(words)):
        if words[place : place + 3] == ["do", "update", "set"]:
            return ["["] if "[" in words[place:] else []
    return []


def find_functions_in_from(statement: str) -> list[str]:
    """Return the functions that FROM clauses read from."""
    words = split(statement)
    found = []
    # For each open parenthesis: whether a FROM clause goes on in it, and whether an item begins.
    levels = [(False, False)]
    for place, word in enumerate(words):
        in_from, begins = levels[-1]
        before = words[place - 1] if place else ""
        if word == "(":
            levels[-1] = (in_from, False)
            # A join in parentheses begins with an item too, and a select ends the FROM clause.
            levels.append((begins, begins))
        elif word == ")":
            levels.pop()
        elif word == "from":
            # Neither "is distinct from" nor "extract(epoch from".
            starts = before != "distinct" and words[place - 3 : place - 1] != ["extract", "("]
            levels[-1] = (starts, starts)
        elif word in JOINS or (word == "," and in_from):
            levels[-1] = (True, True)
        elif word in ENDS_FROM:
            levels[-1] = (in_from and word in ("on", "using"), False)
        elif begins:
            if words[place + 1 : place + 2] == ["("] and word != "unnest":
                found.append(word)
            levels[-1] = (in_from, False)
    return found


RULES: dict[str, tuple[Lint, list[str], list[str]]] = {
    # What finds what breaks the rule, texts that do, and texts that do not.
    "no grouping sets": (
        find_grouping_sets,
        [
            "select 1 from t group by grouping sets ((a), (b))",
            "select 1 from t group by ROLLUP (a, b)",
            "select 1 from t group by a, cube(b, c)",
        ],
        ["select r.count from perf_internal.rollups as r -- grouping sets, rollup (a)"],
    ),
    "nothing materialized": (
        find_materialized,
        [
            "with a as materialized (select 1) select * from a",
            "with a as MATERIALIZED (select 1) select * from a",
        ],
        [
            "with a as (select 1) select * from a",
            "with a as not materialized (select 1) select 'materialized' from a",
        ],
    ),
    "no CTE twice": (
        find_ctes_used_twice,
        [
            "with a as (select 1 as n) select * from a join a as b on b.n = a.n",
            "with a (n) as (select 1), b as (select n from a) select from b union select from a",
            "with z as (select 1), a as not materialized (select 1) select from a, a as c, z",
        ],
        [
            "with a as (select 1), b as (select * from a) select * from b",
            "select * from unnest($1) with ordinality as u (value, number) order by u.number",
            "select * from (select 1) as a (n), (select 2) as b (n)",
        ],
    ),
    "no subscript after do update set": (
        find_subscripts_after_do_update,
        [
            "insert into t select 1 on conflict (a) do update set b = (excluded.c)[1]",
            "insert into t select c[1] on conflict do update set b = 2, d = array[t.d]",
        ],
        ["insert into t select c[1], array[2] on conflict (a) do update set b = excluded.b"],
    ),
    "no function in from": (
        find_functions_in_from,
        [
            "select * from perf_internal.get_pending(1) as p",
            "select * from t, generate_series(1, 2) as g",
            "select * from t join lateral f(t.a) as g on true",
            "select * from t cross join f(1)",
            "select * from (t join f(1) as g on true)",
            "select (select max(g) from generate_series(1, 2) as g)",
            "select 1 from t where exists (select from a join b on b.c = a.c, f(2))",
            "select extract(epoch from x), y from f(x)",
        ],
        [
            "select * from unnest($1, $2) as g (a, b) join (values (1, 2)) as v (c, d) on f(c) = a",
            "select * from t join (values (1, f(2)), (3, f(4))) as v (a, b) on true",
            "select f(a), extract(epoch from a) from t where b is distinct from f(a) and g(a)",
            "select * from t cross join lateral (select f(t.a) as b offset 0) as p order by g(b)",
            "insert into t (a, b) select a, f(b) from t as u (a, b) on conflict (a) do nothing",
        ],
    ),
}


@pytest.mark.parametrize(("find", "bad", "good"), RULES.values(), ids=RULES.keys())
def test_each_rule_catches_what_breaks_it_and_nothing_else(find, bad, good) -> None:
    assert [text for text in bad if not find(text)] == []
    assert [(text, find(text)) for text in good if find(text)] == []


def names_in(plan: object) -> Iterator[str]:
    """Yield the tables in a plan."""
    if isinstance(plan, dict):
        if "Relation Name" in plan:
            yield plan["Relation Name"]
        plan = list(plan.values())
    if isinstance(plan, list):
        for part in plan:
            yield from names_in(part)


def read_big_tables(connection: psycopg.Connection) -> set[str]:
    rows = connection.execute(
        BIG_TABLES + "select c.relname from big as b join pg_class as c on c.oid = b.oid"
    )
    return {name for (name,) in rows}


def execute_and_listen(connection: psycopg.Connection, call: str, tables: set[str]) -> set[str]:
    """Call a function; return the statements in it that read or write one of the tables."""
    heard: list[dict] = []

    def listen(notice: psycopg.errors.Diagnostic) -> None:
        message = notice.message_primary or ""
        if "plan:" in message:
            heard.append(json.loads(message.split("plan:", 1)[1]))

    connection.add_notice_handler(listen)
    connection.execute(EXPLAIN)
    connection.execute(call.encode())
    connection.remove_notice_handler(listen)
    connection.execute("set auto_explain.log_min_duration = -1")
    return {entry["Query Text"] for entry in heard if tables & set(names_in(entry["Plan"]))}


@pytest.fixture
def calls(connection: psycopg.Connection) -> psycopg.Connection:
    """A database in which a run has something to add, and something to add it to."""
    for _ in range(2):
        for ms in (1, 2):
            record(connection, "acme/large", ms)
        aggregate(connection)
    record(connection, "acme/large", 3)
    record(connection, "acme/small", 4)
    return connection


RUN = "select perf.aggregate_performance_metrics()"
RUN_OF_CALLS = "select perf.aggregate_performance_metrics('calls')"
SPAN = "'2020-01-05 10:30+00', '2020-01-20 11:15+00'"
READS = {
    "trends": f"select perf.get_performance_trends('acme/large', 'chat', {SPAN})",
    "daily trends": f"select perf.get_performance_trends('acme/large', 'chat', {SPAN}, 'daily')",
    "comparison": f"select perf.get_model_comparison({SPAN})",
    "percentiles": f"select perf.get_latency_percentiles({SPAN}, '{{0.9}}')",
    "errors": f"select perf.get_error_breakdown({SPAN})",
    "any metric": f"select perf.query_metrics('successful_response_time_ms', {SPAN})",
    "a share by label": f"select perf.query_metrics('error_rate', {SPAN}, group_by => '{{model}}')",
    "an exact range": f"""
        select perf_internal.read_metrics(
            'calls',
            '{{response_time_ms}}',
            array(select c.id from perf.model_tool_configs as c),
            {SPAN},
            is_exact => true
        )
    """,
}


@pytest.fixture
def jobs(connection: psycopg.Connection) -> psycopg.Connection:
    """A database in which a run has jobs to add, and something to add them to."""
    for _ in range(2):
        for ms in (1, 2):
            record_job(connection, Job("portrait", ms))
        aggregate_jobs(connection)
    record_job(connection, Job("portrait", 3))
    record_job(connection, Job("sketch", 4))
    return connection


RUN_OF_JOBS = "select perf.aggregate_performance_metrics('jobs')"
READS_OF_JOBS = {
    "any metric": f"select perf.query_metrics('successful_total_gpu_time_ms', {SPAN})",
    "a score": f"select perf.query_metrics('quality.likeness', {SPAN}, group_by => '{{workflow}}')",
    "a stage": f"select perf.query_metrics('stage.sampling', {SPAN}, granularity => 'daily')",
    "a share": f"select perf.query_metrics('failure_rate', {SPAN}, group_by => '{{worker}}')",
    "workflows": f"select perf.get_workflows({SPAN})",
}


def broken_rules(statements: set[str]) -> list[tuple[str, list[str], str]]:
    return [
        (rule, find(statement), statement)
        for rule, (find, *_) in RULES.items()
        for statement in statements
        if find(statement)
    ]


def test_the_statements_of_a_run_can_be_sent_to_other_machines(calls) -> None:
    statements = execute_and_listen(calls, RUN, read_big_tables(calls))
    writing = [text for text in statements if "insert into perf_internal.rollups" in text]
    # One statement writes all levels.
    assert len(writing) == 1
    assert all(f"'{level}'" in writing[0] for level in ("hourly", "daily", "weekly"))
    assert "perf.performance_metrics_raw" in writing[0]
    assert broken_rules(statements) == []


def test_the_statements_of_a_run_of_jobs_can_be_sent_to_other_machines(jobs) -> None:
    statements = execute_and_listen(jobs, RUN_OF_JOBS, read_big_tables(jobs))
    (writing,) = [text for text in statements if "insert into perf_internal.rollups" in text]
    assert "perf.performance_metrics as r" in writing
    assert broken_rules(statements) == []


@pytest.mark.parametrize("read", READS_OF_JOBS)
@pytest.mark.parametrize("rolled_up", [True, False])
def test_the_statements_of_reports_of_jobs_can_be_sent_to_other_machines(
    jobs, read, rolled_up
) -> None:
    if rolled_up:
        aggregate_jobs(jobs)
    statements = execute_and_listen(jobs, READS_OF_JOBS[read], {"rollups"})
    assert statements
    assert rolled_up or any("perf.performance_metrics as r" in text for text in statements)
    assert broken_rules(statements) == []


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("rolled_up", [True, False])
def test_the_statement_of_a_read_can_be_sent_to_other_machines(calls, read, rolled_up) -> None:
    """One statement reads the rollups and, where there are any, the pending rows."""
    if rolled_up:
        aggregate(calls)
    statements = execute_and_listen(calls, READS[read], {"rollups"})
    assert len(statements) == 1
    assert rolled_up or "perf.performance_metrics_raw" in min(statements)
    assert broken_rules(statements) == []


CATALOG = {
    "a unique key without the series": """
        select i.indexrelid::regclass
        from big as b
        join pg_index as i on i.indrelid = b.oid
        where i.indisunique
            and not exists (
                select
                from pg_attribute as a
                where a.attrelid = b.oid
                    and a.attname = b.series_column
                    and a.attnum = any(i.indkey)
            )
    """,
    "a foreign key from or to a big table": """
        select k.conrelid::regclass, k.conname
        from pg_constraint as k
        where k.contype = 'f'
            and (k.conrelid in (select b.oid from big as b) or k.confrelid in (table big_oids))
    """,
    "a function with the row of a big table in its signature": """
        select p.oid::regprocedure
        from pg_proc as p
        join pg_type as t
            on t.oid = any(p.proargtypes::oid[] || coalesce(p.proallargtypes, '{}') || p.prorettype)
        left join pg_type as e on e.oid = t.typelem
        where coalesce(nullif(t.typrelid, 0), e.typrelid) in (table big_oids)
            -- Relationships, which only PostgREST calls, for rows that it reads itself. No function
            -- of ours has one in a statement: sql/tests/distributable.sql.
            and not (
                p.pronamespace = 'perf'::regnamespace
                and p.pronargs = 1
                and p.proretset
                and not p.prorettype = any(array(
                    select c.reltype from pg_class as c where c.oid in (table big_oids)
                ))
            )
    """,
    "a variable with the row of a big table": """
        select p.oid::regprocedure
        from pg_proc as p
        join pg_class as c on c.oid in (table big_oids)
        where p.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
            and position(c.relname in p.prosrc) > 0
            and p.prosrc ~ format(
                '\\mv_\\w+ %s\\.%s(%%rowtype)?(\\[\\])?( :=|;)',
                c.relnamespace::regnamespace, c.relname
            )
    """,
    "a function in SQL with parameters over a big table": """
        select p.oid::regprocedure
        from pg_proc as p
        join pg_language as l on l.oid = p.prolang and l.lanname = 'sql'
        join pg_class as c on c.oid in (table big_oids union all table views)
        where p.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
            and p.pronargs > 0
            and p.prosrc ~* format(
                '\\m(from|join|into|update)\\s+%s\\.%s\\M', c.relnamespace::regnamespace, c.relname
            )
    """,
}
VIEWS = """,
big_oids as (select b.oid from big as b),
views (oid) as (
    select r.ev_class
    from pg_depend as d
    join pg_rewrite as r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass
    where d.refobjid in (table big_oids)
        or d.refobjid in (
            select w.ev_class
            from pg_depend as e
            join pg_rewrite as w on w.oid = e.objid and e.classid = 'pg_rewrite'::regclass
            where e.refobjid in (table big_oids)
        )
)
"""
BREAK_CATALOG = {
    "a unique key without the series": """
        create unique index on perf_internal.rollups (time_bucket, metric, granularity, count)
    """,
    "a foreign key from or to a big table": """
        alter table perf_internal.rollups add foreign key (metric) references perf.metrics
    """,
    "a function with the row of a big table in its signature": """
        create function perf_internal.planted(r perf_internal.rollups[]) returns integer
        language sql as 'select 1'
    """,
    "a variable with the row of a big table": """
        create function perf_internal.planted() returns void language plpgsql
        as $$ declare v_row perf.performance_metrics_raw; begin end $$
    """,
    "a function in SQL with parameters over a big table": """
        create function perf_internal.planted(integer) returns bigint language sql
        as 'select count(*) from perf.performance_metrics_daily'
    """,
}


@pytest.mark.parametrize("rule", CATALOG)
def test_the_catalog_has_nothing_that_cannot_be_distributed(connection, rule) -> None:
    query = (BIG_TABLES.rstrip() + VIEWS + CATALOG[rule]).encode()
    assert connection.execute(query).fetchall() == []
    connection.execute(BREAK_CATALOG[rule].encode())
    assert connection.execute(query).fetchall() != []


def record_many(connection: psycopg.Connection, seed: int, number: int) -> None:
    """Record calls of every kind, over three weeks, of whole milliseconds and tokens."""
    chance = random.Random(seed)
    batch = [
        {
            "model_name": f"acme/{chance.randrange(6)}",
            "tool_name": chance.choice(["chat", "search"]),
            "parameters": {"temperature": chance.randrange(3)},
            "response_time_ms": chance.choice([0, chance.randrange(1, 90_000)]),
            "first_token_ms": chance.choice([None, chance.randrange(900)]),
            "input_tokens": chance.choice([None, chance.randrange(9000)]),
            "output_tokens": chance.randrange(9000),
            "success": chance.random() < 0.8,
            "call_timestamp": (MONDAY + timedelta(hours=chance.randrange(21 * 24))).isoformat(),
        }
        for _ in range(number)
    ]
    connection.execute("select perf.record_calls(%s)", [Jsonb(batch)])


PENDING = "perf_internal.get_pending_condition('calls')"
ADD_HALF = f"""
select perf_internal.add_to_rollups(perf_internal.get_levels_query(
    perf_internal.get_summary_query(
        'calls',
        {PENDING} || ' and hashtext(r.model_tool_config_id::text) %% 2 ' || %s || ' 0'
    )
))
"""
ROLLUPS = """
select r.series_id, r.granularity, r.time_bucket, r.metric, r.count, r.sum, r.m2, r.min, r.max,
    r.p50, r.p95, r.p99, r.last_bin, r.sketch
from perf_internal.rollups as r
order by 1, 2, 3, 4
"""


def test_half_of_the_series_and_then_the_other_half_equal_one_run(
    server_dsn: str, database: str
) -> None:
    """As two machines do it, each with its series, where a run adds to buckets and makes others."""
    with psycopg.connect(database, autocommit=True) as connection:
        record_many(connection, 1, 1500)
        assert aggregate(connection) == 1500
        record_many(connection, 2, 1500)
    with (
        runner.copied_database(server_dsn, database) as copy,
        psycopg.connect(copy, autocommit=True) as connection,
    ):
        before = connection.execute(ROLLUPS).fetchall()
        assert aggregate(connection) == 1500
        whole = connection.execute(ROLLUPS).fetchall()
        assert verify(connection) == []
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(ADD_HALF, ["="])
        half = connection.execute(ROLLUPS).fetchall()
        connection.execute(ADD_HALF, ["<>"])
        parts = connection.execute(ROLLUPS).fetchall()
    assert len(before) < len(half) < len(whole)
    assert parts == whole


def record_many_jobs(connection: psycopg.Connection, seed: int, number: int) -> None:
    """Record jobs of every kind, over three weeks, of whole numbers, with scores and stages."""
    chance = random.Random(seed)
    batch = [
        {
            "workflow_name": f"workflow {chance.randrange(6)}",
            "worker_name": f"worker {chance.randrange(4)}",
            "resolution_tier": chance.choice([None, "720p", "1080p"]),
            "total_gpu_time_ms": chance.choice([None, 0, chance.randrange(1, 90_000)]),
            "vram_peak_mb": chance.randrange(24_000),
            "frame_count": chance.randrange(100),
            "quality_scores": {"likeness": chance.randrange(-9, 9), "motion": chance.randrange(9)},
            "pipeline_stages": [{"name": "sampling", "duration_ms": chance.randrange(9000)}],
            "success": chance.random() < 0.8,
            "completed_at": (MONDAY + timedelta(hours=chance.randrange(21 * 24))).isoformat(),
        }
        for _ in range(number)
    ]
    connection.execute("select perf.record_job_metrics_batch(%s)", [Jsonb(batch)])


ADD_HALF_OF_JOBS = ADD_HALF.replace("'calls'", "'jobs'").replace(
    "model_tool_config_id", "series_id"
)


def test_half_of_the_series_of_jobs_and_then_the_other_half_equal_one_run(
    server_dsn: str, database: str
) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        record_many_jobs(connection, 1, 600)
        assert aggregate_jobs(connection) == 600
        record_many_jobs(connection, 2, 600)
    with (
        runner.copied_database(server_dsn, database) as copy,
        psycopg.connect(copy, autocommit=True) as connection,
    ):
        before = connection.execute(ROLLUPS).fetchall()
        assert aggregate_jobs(connection) == 600
        whole = connection.execute(ROLLUPS).fetchall()
        assert verify_jobs(connection) == []
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(ADD_HALF_OF_JOBS, ["="])
        half = connection.execute(ROLLUPS).fetchall()
        connection.execute(ADD_HALF_OF_JOBS, ["<>"])
        parts = connection.execute(ROLLUPS).fetchall()
    assert len(before) < len(half) < len(whole)
    assert parts == whole


# What a transaction of a cluster goes through. It begins and ends on the node that numbers it. Its
# row on another node appears there, before or after that end. While it is prepared on a node, it is
# unsettled.
FATES = {
    "one node, over there first": ["begin", "appear", "commit"],
    "one node, rolled back here only": ["begin", "appear", "roll back"],
    "one node, rolled back": ["begin", "roll back"],
    "two nodes": ["begin", "prepare", "commit", "appear", "settle"],
    "two nodes, rolled back": ["begin", "prepare", "roll back", "settle"],
    "this node": ["begin", "record", "commit"],
    "this node, rolled back": ["begin", "record", "roll back"],
}
# A run asks what is unsettled after it has taken its snapshot. A row that appears then is of a
# transaction that began and ended since, with the next id.
STUB = """
create table public.unsettled (id bigint primary key);
create table public.appearing (model text);
create or replace function perf_internal.get_unsettled() returns bigint[] language plpgsql as $$
begin
    insert into perf.performance_metrics_raw (
        model_tool_config_id, call_timestamp, response_time_ms, success, transaction_id
    )
    select c.id, '2020-01-06', 1, true, txid_current() + 1
    from public.appearing as a
    join perf.models as m on m.name = a.model
    join perf.model_tool_configs as c on c.model_id = m.id;
    return array(select u.id from public.unsettled as u);
end
$$
"""
RUNS = ["over at once", "while a row appears", "not over everywhere"]
OPEN_AT_ONCE = 5
INSERT = """
insert into perf.performance_metrics_raw (
    model_tool_config_id, call_timestamp, response_time_ms, success, transaction_id
)
select c.id, %s, 1, true, %s
from perf.model_tool_configs as c
join perf.models as m on m.id = c.model_id
where m.name = %s
"""
COUNT = """
select coalesce(sum(q.count), 0)::integer
from perf.query_metrics(
    'response_time_ms', '2020-01-06 00:00+00', '2020-01-13 00:00+00',
    jsonb_build_object('model', %s::text)
) as q
"""


class Transaction:
    """One that is open, or over here and not yet everywhere."""

    def __init__(self, session: psycopg.Connection, fate: str) -> None:
        self.session = session
        self.steps = list(FATES[fate])
        self.has_recorded = False
        self.id = 0


class Cluster:
    """Transactions of several nodes, played on one server; rows are of one model."""

    def __init__(
        self, connection: psycopg.Connection, sessions: list[psycopg.Connection], model: str
    ) -> None:
        self.connection = connection
        self.free = list(sessions)
        self.model = model
        self.open: list[Transaction] = []
        self.visible = 0
        self.counted = 0
        self.unsettled_run: int | None = None
        connection.execute("select perf_internal.add_config(%s, 'chat', null, '{}')", [model])

    def start(self, fate: str) -> None:
        if self.free:
            self.open.append(Transaction(self.free.pop(), fate))
            self.go_on(len(self.open) - 1)

    def go_on(self, number: int) -> None:
        """Let a transaction take its next step."""
        if not self.open:
            return
        one = self.open[number % len(self.open)]
        match one.steps.pop(0):
            case "begin":
                one.id = one.session.execute("select txid_current()").fetchone()[0]
            case "record":
                record(one.session, self.model, 1)
                one.has_recorded = True
            case "appear":
                self.connection.execute(INSERT, [MONDAY, one.id, self.model])
                self.visible += 1
            case "prepare":
                self.connection.execute("insert into public.unsettled values (%s)", [one.id])
            case "settle":
                self.connection.execute("delete from public.unsettled where id = %s", [one.id])
            case "commit":
                one.session.commit()
                self.visible += one.has_recorded
            case "roll back":
                one.session.rollback()
        if not one.steps:
            self.open.remove(one)
            self.free.append(one.session)

    def run(self, how: str) -> None:
        """Run the aggregation; after a run that is not over everywhere the next is refused."""
        if self.unsettled_run is not None:
            with pytest.raises(psycopg.DatabaseError, match="the last run"):
                self.connection.execute(RUN_OF_CALLS)
            self.connection.execute(
                "delete from public.unsettled where id = %s", [self.unsettled_run]
            )
            self.unsettled_run = None
        if how == RUNS[1]:
            self.connection.execute("insert into public.appearing values (%s)", [self.model])
        self.counted += self.connection.execute(RUN_OF_CALLS).fetchone()[0]
        if how == RUNS[1]:
            self.visible += 1
            self.connection.execute("delete from public.appearing")
            # The next id is that of the row, and no longer open.
            self.connection.execute("select txid_current()")
        if how == RUNS[2]:
            row = self.connection.execute(
                "select run_id from perf_internal.rollup_state where pipeline = 'calls'"
            )
            self.unsettled_run = row.fetchone()[0]
            self.connection.execute(
                "insert into public.unsettled values (%s)", [self.unsettled_run]
            )

    def assert_that_reads_are_fresh(self) -> None:
        row = self.connection.execute(COUNT, [self.model]).fetchone()
        assert row == (self.visible,)

    def assert_counted_once(self) -> None:
        """Let all transactions end, and compare every level with what is there."""
        while self.open:
            self.go_on(0)
        self.run(RUNS[0])
        assert self.counted == self.visible
        assert aggregate(self.connection) == 0
        self.assert_that_reads_are_fresh()
        assert self.connection.execute(DISAGREEING_BUCKETS).fetchall() == []
        assert verify(self.connection) == []


@pytest.fixture(scope="module")
def nodes() -> Iterator[list[psycopg.Connection]]:
    """A database with a list of unsettled ids: a connection that commits, and sessions.

    On a server of its own, because transaction ids are of the whole server, and the tests must know
    who has which.
    """
    with runner.temporary_server() as dsn, ExitStack() as stack:
        migrations.migrate(dsn)
        opened = [
            stack.enter_context(closing(psycopg.connect(dsn))) for _ in range(OPEN_AT_ONCE + 1)
        ]
        opened[0].autocommit = True
        opened[0].execute(STUB)
        yield opened


models = (f"acme/{number}" for number in count())


@pytest.mark.once
@settings(max_examples=120)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("start"), st.sampled_from(sorted(FATES))),
            st.tuples(st.just("go on"), st.integers(0, OPEN_AT_ONCE - 1)),
            st.tuples(st.just("run"), st.sampled_from(RUNS)),
        ),
        min_size=4,
        max_size=40,
    )
)
def test_rows_that_appear_in_any_order_are_counted_once(nodes, steps) -> None:
    """Before or after the commit of their transaction, with runs between all of it."""
    cluster = Cluster(nodes[0], nodes[1:], next(models))
    try:
        for step, choice in steps:
            match step:
                case "start":
                    cluster.start(choice)
                case "go on":
                    cluster.go_on(choice)
                case "run":
                    cluster.run(choice)
            cluster.assert_that_reads_are_fresh()
        cluster.assert_counted_once()
    finally:
        for session in nodes[1:]:
            session.rollback()
        nodes[0].execute("truncate public.unsettled, public.appearing")
