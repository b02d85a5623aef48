begin;
select plan(12);

select results_eq(
    $$ select m.pipeline_name, m.kind, m.unit, m.better, m.has_percentiles, m.meaning
       from perf.get_metrics() as m
       where m.metric in ('response_time_ms', 'error_rate', 'cached_input_tokens')
       order by m.metric $$,
    $$ select m.pipeline, m.kind, m.unit, m.better, m.metric = 'response_time_ms', m.meaning
       from perf.metrics as m
       where m.metric in ('response_time_ms', 'error_rate', 'cached_input_tokens')
       order by m.metric $$,
    'says of each metric what the catalogue does, and whether there are percentiles'
);
select results_eq(
    'select m.metric from perf.get_metrics() as m',
    'select m.metric from perf.metrics as m order by m.pipeline, m.metric',
    'lists all, by pipeline'
);
select is_empty(
    $$ select m.metric from perf.get_metrics('jobs') as m where m.pipeline_name <> 'jobs' $$,
    'or those of one pipeline'
);
select is_empty(
    'select perf.get_metrics(with_values => true)', 'without values no metric has any'
);

create function pg_temp.list(pipeline text)
returns text
language sql
as $$
    select string_agg(m.metric, ' ' order by m.metric)
    from perf.get_metrics(list.pipeline, with_values => true) as m
$$;
create function pg_temp.end_recording()
returns void
language plpgsql
as $$
declare
    -- As if another transaction, which the last run saw in progress, had recorded the rows.
    v_id bigint := 11 + coalesce(
        (
            select max(r.transaction_id)
            from perf.performance_metrics_raw as r
            where r.transaction_id < txid_current()
        ),
        0
    );
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || v_id
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = v_id
    where r.transaction_id = txid_current();
end
$$;

-- Only failed calls, so that no successful one has a time.
select perf.record_call('acme/one', 'chat', 1, false, call_timestamp => '2020-01-06 10:00+00');
select is(
    pg_temp.list('calls'),
    'error_rate failed_response_time_ms response_time_ms success_rate',
    'those with values, of rows that no run has read'
);
select pg_temp.end_recording();
select perf.aggregate_performance_metrics();
select is(
    pg_temp.list('calls'),
    'error_rate failed_response_time_ms response_time_ms success_rate',
    'a run changes nothing'
);
select perf.record_call(
    'acme/two', 'chat', 1, output_tokens => 5, call_timestamp => '2020-02-06 10:00+00'
);
select is(
    pg_temp.list('calls'),
    'error_rate failed_response_time_ms output_tokens response_time_ms success_rate'
        || ' successful_output_tokens successful_response_time_ms',
    'each series counts with its own last week'
);
select is(pg_temp.list('jobs'), null, 'of one pipeline');

select throws_ok(
    $$ select perf.get_metrics('call') $$,
    'PT404',
    'there is no pipeline "call"',
    'refuses a pipeline that is none'
);
select throws_ok(
    'select perf.get_metrics(max_rows => 1)', '22023', null, 'refuses to leave metrics out'
);
set local role perf_recorder;
select throws_ok('select perf.get_metrics()', '42501', null, 'a recorder reads nothing');
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select perf.get_metrics()', '42501', 'this needs the role analyst', 'a stranger may not'
);

select * from finish();
rollback;
