begin;
select plan(10);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

create temporary table made as
select perf_internal.add_config('acme/one', 'chat', null, '{}') as id;

create function pg_temp.insert_call(config_id uuid, called_at timestamptz)
returns void
language sql
as $$
    insert into perf.performance_metrics_raw
        (model_tool_config_id, call_timestamp, response_time_ms, success)
    values (config_id, called_at, 1, true)
$$;

select lives_ok(
    $$ select pg_temp.insert_call(id, '2020-01-06') from made $$,
    'a call of a known configuration is kept'
);

select throws_ok(
    $$ select pg_temp.insert_call('30000000-0000-4000-8000-000000000000', '2020-01-06') $$,
    '23503',
    'model_tool_config_id 30000000-0000-4000-8000-000000000000 does not exist',
    'a call of an unknown configuration is refused'
);

select lives_ok(
    $$ select pg_temp.insert_call(id, '1970-01-01') from made $$,
    'the start of 1970 is a possible time'
);

select throws_ok(
    $$ select pg_temp.insert_call(id, '1969-12-31 23:59:59.999999') from made $$,
    '22023',
    'call_timestamp must be between 1970 and tomorrow, got 1969-12-31 23:59:59.999999+00',
    'a microsecond earlier is not'
);

select lives_ok(
    $$ select pg_temp.insert_call(id, now() + interval '1 day') from made $$,
    'a day from now is a possible time'
);

select throws_ok(
    $$ select pg_temp.insert_call(id, now() + interval '1 day 1 microsecond') from made $$,
    '22023',
    format(
        'call_timestamp must be between 1970 and tomorrow, got %s',
        now() + interval '1 day 1 microsecond'
    ),
    'a microsecond later is not'
);

select throws_ok(
    $$ select pg_temp.insert_call(id, 'infinity') from made $$,
    '22023',
    'call_timestamp must be between 1970 and tomorrow, got infinity',
    'infinity is not'
);

select throws_ok(
    $$ insert into perf.performance_metrics_raw
           (model_tool_config_id, call_timestamp, response_time_ms, success)
       select coalesce(x.id, '30000000-0000-4000-8000-000000000000'), '2020-01-06', 1, true
       from (select id from made union all select null) as x $$,
    '23503',
    'model_tool_config_id 30000000-0000-4000-8000-000000000000 does not exist',
    'one bad call refuses the statement'
);

select is(
    (select count(*) from perf.performance_metrics_raw),
    3::bigint,
    'what is refused is not kept'
);

-- Named metrics.
update perf_internal.pipelines as p
set measures = 'array[row(''ms.'' || r.success, r.response_time_ms)::perf_internal.measure]'
where p.pipeline = 'calls';
select perf_internal.add_metric_family('calls', 'ms.', 'ms', null, 'Time.');
select pg_temp.insert_call(id, '2020-01-06') from made;
select results_eq(
    $$ select m.metric from perf.metrics as m where m.metric like '%ms.%' order by 1 $$,
    $$ values ('failed_ms.true'), ('ms.true'), ('successful_ms.true') $$,
    'names that rows bring are added to the metrics'
);

select * from finish();
rollback;
