-- What keeps the big tables fit to be spread over several machines by the series, as Citus does.
-- Each query names what breaks a rule.
begin;
select plan(12);

create temporary table run as select * from perf.ensure_partitions('2020-01-06 12:00+00', 0);

create view pg_temp.big_tables as
select 'perf_internal.rollups'::regclass as id, 'series_id' as series_column
union all
select t.relid, p.series_column
from perf_internal.pipelines as p
cross join lateral pg_partition_tree(p.raw_table) as t;

-- Their row types, the arrays of those, and domains over either.
create temporary table row_types as
with recursive types as (
    select c.reltype as id
    from pg_class as c
    join pg_temp.big_tables as b on b.id = c.oid
    union
    select d.oid
    from types as t
    join pg_type as d on d.typelem = t.id or d.typbasetype = t.id
)
select t.id from types as t;

-- Big tables, and the views that read them.
create temporary table big_relations as
with recursive relations as (
    select b.id from pg_temp.big_tables as b
    union
    select w.ev_class
    from relations as r
    join pg_depend as d on d.refclassid = 'pg_class'::regclass and d.refobjid = r.id
    join pg_rewrite as w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
    where w.ev_type = '1'
)
select c.oid as id, c.relname, format('%I.%I', n.nspname, c.relname) as name
from relations as r
join pg_class as c on c.oid = r.id
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('perf', 'perf_internal');

-- Without the relationships, which take a row of a table: only PostgREST calls them, for rows that it
-- reads itself. What runs and reads execute does not hold them, see below.
create temporary table functions as
select
    p.oid,
    p.pronamespace,
    p.proname,
    p.prolang,
    p.prosrc,
    p.prorettype,
    p.provariadic,
    p.proargtypes,
    p.proallargtypes
from pg_proc as p
where p.pronamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
    and not (
        p.pronargs = 1
        and p.proretset
        and p.proargtypes[0] in (select c.reltype from pg_class as c)
    );

select set_eq(
    'select b.id::text, b.series_column from pg_temp.big_tables as b',
    $$ values
        ('perf.ab_outcomes', 'series_id'),
        ('perf_internal.feature_summaries', 'series_id'),
        ('perf.model_performance_metrics', 'series_id'),
        ('perf.performance_metrics', 'series_id'),
        ('perf.performance_metrics_raw', 'model_tool_config_id'),
        ('perf_internal.ab_outcomes_20200106', 'series_id'),
        ('perf_internal.ab_outcomes_default', 'series_id'),
        ('perf_internal.feature_summaries_20200106', 'series_id'),
        ('perf_internal.feature_summaries_default', 'series_id'),
        ('perf_internal.otlp_summaries', 'series_id'),
        ('perf_internal.otlp_summaries_20200106', 'series_id'),
        ('perf_internal.otlp_summaries_default', 'series_id'),
        ('perf_internal.model_performance_metrics_20200101', 'series_id'),
        ('perf_internal.model_performance_metrics_default', 'series_id'),
        ('perf_internal.performance_metrics_20200101', 'series_id'),
        ('perf_internal.performance_metrics_default', 'series_id'),
        ('perf_internal.performance_metrics_raw_20200106', 'model_tool_config_id'),
        ('perf_internal.performance_metrics_raw_default', 'model_tool_config_id'),
        ('perf_internal.rollups', 'series_id') $$,
    'the big tables are the rollups, and raw tables with their partitions'
);

select is_empty(
    $$ select k.conname, k.conrelid::regclass
       from pg_constraint as k
       join pg_temp.big_tables as b on b.id in (k.conrelid, k.confrelid)
       where k.contype = 'f' $$,
    'no foreign key leads from a big table, or to one'
);

select is_empty(
    $$ select i.indexrelid::regclass
       from pg_temp.big_tables as b
       join pg_index as i on i.indrelid = b.id and (i.indisunique or i.indisexclusion)
       where not exists (
           select 1
           from pg_attribute as a
           where a.attrelid = b.id
               and a.attname = b.series_column
               and a.attnum = any((i.indkey::smallint[])[0:i.indnkeyatts - 1])
       ) $$,
    'every unique index holds the series'
);

select is_empty(
    $$ select f.oid::regprocedure
       from pg_temp.functions as f
       left join pg_aggregate as g on g.aggfnoid = f.oid
       where exists (
           select 1
           from pg_temp.row_types as t
           where t.id = any(
               array[f.prorettype, f.provariadic, g.aggtranstype, g.aggmtranstype]
               || f.proargtypes::oid[]
               || f.proallargtypes
           )
       ) $$,
    'no function or aggregate takes, keeps or returns their rows'
);

select is_empty(
    $$ select f.oid::regprocedure, p.proname
       from pg_temp.functions as f
       -- A space stands before the columns of an insert.
       cross join lateral regexp_matches(f.prosrc, '\mperf\.(\w+)\(', 'g') as m (match)
       join pg_proc as p
           on p.pronamespace = 'perf'::regnamespace
           and p.proname = m.match[1]
       where p.pronargs = 1
           and p.proretset
           and p.proargtypes[0] in (select c.reltype from pg_class as c) $$,
    'no function of ours uses a relationship'
);

select is_empty(
    $$ select f.oid::regprocedure, r.name
       from pg_temp.functions as f
       join pg_temp.big_relations as r
           -- Most functions do not name it, which is found faster than by the pattern.
           on f.prosrc ilike '%' || r.relname || '%'
           and f.prosrc ~* format(
               '(::\s*|\mv_\w+\s+(constant\s+)?)%1$s\M|\m%1$s\s*%%\s*rowtype',
               replace(r.name, '.', '\s*\.\s*')
           ) $$,
    'no variable holds one'
);

select is_empty(
    $$ select f.oid::regprocedure, r.name
       from pg_temp.functions as f
       join pg_language as l on l.oid = f.prolang and l.lanname = 'sql'
       join pg_temp.big_relations as r
           on f.prosrc ~* format('\m%s\M', replace(r.name, '.', '\s*\.\s*'))
           or exists (
               select 1
               from pg_depend as d
               where d.classid = 'pg_proc'::regclass
                   and d.objid = f.oid
                   and d.refclassid = 'pg_class'::regclass
                   and d.refobjid = r.id
           ) $$,
    'no SQL function reads one, also not through a view'
);

-- The statements that write rollups, from where they are executed.
create temporary table statements (sql text);

create function pg_temp.note_statement()
returns trigger
language plpgsql
as $$
declare
    v_context text;
    v_sql text;
begin
    get diagnostics v_context = pg_context;
    v_sql := substring(v_context from 'SQL statement "(.*?)"\nPL/pgSQL function');
    -- An insert with on conflict do update comes here twice.
    if not exists (select 1 from pg_temp.statements as s where s.sql = v_sql) then
        insert into pg_temp.statements values (v_sql);
    end if;
    return null;
end
$$;

create trigger note_statement
    before insert or update or delete on perf_internal.rollups
    for each statement execute function pg_temp.note_statement();

-- As if another transaction, which the last run saw in progress, had recorded the call.
create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-01-06 10:00+00');
update perf_internal.rollup_state set in_progress = in_progress || 10::bigint;
update perf.performance_metrics_raw set transaction_id = 10;

select is(perf_internal.roll_up('calls'), 1::bigint, 'a run counts a call');

select results_eq(
    $$ select s.sql ~ '^insert into perf_internal.rollups ', r.granularities
       from pg_temp.statements as s
       cross join (
           select string_agg(distinct r.granularity, ' ') as granularities
           from perf_internal.rollups as r
       ) as r $$,
    $$ values (true, 'daily hourly weekly') $$,
    'one statement of it writes all levels'
);

-- And those of every other pipeline, without rows.
select perf_internal.add_to_rollups(perf_internal.get_levels_query(
    perf_internal.get_summary_query(p.pipeline, perf_internal.get_pending_condition(p.pipeline))
))
from perf_internal.pipelines as p
where p.pipeline <> 'calls';

-- The functions that ours call stand in their bodies.
create temporary table function_calls as
select f.oid as caller, c.oid as callee
from pg_temp.functions as f
cross join lateral regexp_matches(
    f.prosrc, '\m(perf|perf_internal)\.(\w+)\(', 'g'
) as m (match)
join pg_temp.functions as c
    on c.pronamespace = to_regnamespace(m.match[1])
    and c.proname = m.match[2];

-- A function whose body is the statement shows how PostgreSQL reads it: with the numbers of all
-- functions in it, those of operators, casts and aggregates included.
create function pg_temp.get_functions(statement text)
returns setof regprocedure
language plpgsql
as $$
begin
    execute format(
        'create or replace function pg_temp.run_statement()
        returns void
        begin atomic
            %s;
        end',
        get_functions.statement
    );
    return query
    with recursive used as (
        select (m.match)[1]::oid as id
        from pg_proc as p
        cross join lateral regexp_matches(
            p.prosqlbody::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g'
        ) as m (match)
        where p.oid = 'pg_temp.run_statement()'::regprocedure
        union
        select c.callee
        from used as u
        join pg_temp.function_calls as c on c.caller = u.id
    )
    select u.id::regprocedure from used as u;
end
$$;

select is_empty(
    $$ select u.id
       from pg_temp.statements as s
       cross join lateral pg_temp.get_functions(s.sql) as u (id)
       join pg_proc as p on p.oid = u.id
       where p.provolatile <> 'i' $$,
    'all functions in it, and those they call, are immutable'
);

select isnt_empty(
    $$ select u.id
       from pg_temp.statements as s
       cross join lateral pg_temp.get_functions(s.sql) as u (id)
       where u.id = 'perf_internal.check_percentiles(double precision[])'::regprocedure $$,
    'which it knows of what they call too'
);

select is_empty(
    $$ select f.oid::regprocedure
       from pg_temp.functions as f
       join pg_aggregate as g on g.aggfnoid = f.oid
       join pg_type as t on t.oid = g.aggtranstype
       left join pg_type as e on e.oid = t.typelem and t.typelem <> 0
       where g.aggcombinefn = 0
           or t.typtype <> 'b'
           or e.typtype <> 'b' $$,
    'every aggregate can be computed in parts, with a state that another machine understands'
);

select * from finish();
rollback;
