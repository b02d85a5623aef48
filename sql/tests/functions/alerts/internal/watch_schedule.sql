begin;
select plan(27);

-- At a time of 6 January 2090; the server has run since the day before.
create function pg_temp.watch(at text, server_start timestamptz default '2090-01-05 00:00+00')
returns boolean
language sql as $$
    select perf_internal.watch_schedule(('2090-01-06 ' || at || '+00')::timestamptz, server_start);
$$;
create function pg_temp.run(pipelines text, at text) returns void
language sql as $$
    update perf_internal.rollup_state as s
    set last_run_at = ('2090-01-06 ' || at || '+00')::timestamptz
    where s.pipeline like pipelines;
$$;
create function pg_temp.evaluate(at text) returns void
language sql as $$
    update perf_internal.alert_runs set last_run_at = ('2090-01-06 ' || at || '+00')::timestamptz;
$$;

select ok(not pg_temp.watch('12:00'), 'in a new database nothing is late');

select pg_temp.run('%', '10:00');
select pg_temp.evaluate('10:00');

select ok(not pg_temp.watch('12:00'), 'without rows and rules nothing is late, however long ago');

select perf.record_call('acme/one', 'chat', 5, call_timestamp => '2020-01-06 09:00+00');

select ok(not pg_temp.watch('10:05'), 'rows that wait for five minutes are not late');
select is_empty('select * from perf.model_alerts', 'and are no alert');
select ok(
    not pg_temp.watch('12:00', '2090-01-06 11:56+00'), 'a server that has just started has time, too'
);
select ok(pg_temp.watch('10:05:01'), 'rows that wait for longer are late');
select results_eq(
    $$ select a.alert_type, a.severity, a.model_type, a.labels, a.alert_message, a.alert_details,
           a.alert_timestamp
       from perf.model_alerts as a $$,
    $$ values (
        'schedule_late', 'critical', null::text, '{}'::jsonb,
        'The schedule is late. Rollups of calls: last run 2090-01-06 10:00:00 UTC.',
        '{"late": [{"what": "rollups of calls", "last_run_at": "2090-01-06T10:00:00+00:00",
                    "late_since": "2090-01-06T10:00:00+00:00"}]}'::jsonb,
        '2090-01-06 10:05:01+00'::timestamptz
    ) $$,
    'that is an alert, which says what is late since when'
);
select ok(pg_temp.watch('10:05:30'), 'half a minute later they still are');
select is((select a.repeat_count from perf.model_alerts as a), 0::bigint, 'which writes nothing');

insert into perf.slo_objectives (objective_name, metric_name, target, created_at) values
    ('works', 'success_rate', 0.99, '2090-01-06 09:50+00');
select ok(pg_temp.watch('10:06:01'), 'given a rule that nobody evaluates');
select results_eq(
    $$ select a.alert_message, a.repeat_count, a.last_seen_at from perf.model_alerts as a $$,
    $$ values (
        'The schedule is late. Evaluation of rules: last run 2090-01-06 10:00:00 UTC. Rollups of calls: last run 2090-01-06 10:00:00 UTC.',
        1::bigint, '2090-01-06 10:06:01+00'::timestamptz
    ) $$,
    'the same alert says all that is late'
);

select pg_temp.run('%', '10:07');

select ok(pg_temp.watch('10:08'), 'given that rollups go on');
select is(
    (select a.alert_message from perf.model_alerts as a),
    'The schedule is late. Evaluation of rules: last run 2090-01-06 10:00:00 UTC.',
    'what is not late any more is left out'
);

select pg_temp.evaluate('10:09');

select ok(not pg_temp.watch('10:09'), 'once all goes on nothing is late');
select pg_temp.run('%', '10:12');
select pg_temp.evaluate('10:12');

select ok(not pg_temp.watch('10:12:59'), 'and for five minutes');
select is(
    (select a.is_resolved from perf.model_alerts as a), false, 'the alert stays open, so it does not flap'
);
select ok(not pg_temp.watch('10:13'), 'then');
select results_eq(
    $$ select a.is_resolved, a.resolved_timestamp, a.resolved_by, a.resolution_note
       from perf.model_alerts as a $$,
    $$ values (
        true, '2090-01-06 10:13+00'::timestamptz, null::text, 'Nothing was late for five minutes.'
    ) $$,
    'it clears by itself'
);
select is(
    (select count(*) from perf.alert_events), 2::bigint, 'of which people are told twice in all'
);

-- As if the rows were rolled up.
update perf.performance_metrics_raw set transaction_id = 1;
update perf_internal.rollup_state set snapshot_xmax = 2;
select pg_temp.run('%', '11:00');
select pg_temp.evaluate('12:00');

select ok(not pg_temp.watch('12:00'), 'with no row that waits the run of rollups may be long ago');

update perf_internal.rollup_state set last_run_at = null, snapshot_xmax = 0;
select pg_temp.evaluate('12:20');

select ok(not pg_temp.watch('12:20'), 'of a pipeline without runs and partitions nothing is known');

insert into perf_internal.raw_partitions (
    partition_name, pipeline, range_start, range_end, created_at
)
values ('x', 'calls', '2090-01-06', '2090-01-07', '2090-01-06 10:00+00');

select ok(pg_temp.watch('12:20'), 'one with partitions should have run since then');
select is(
    (select v.alert_message from perf.v_unresolved_model_alerts as v),
    'The schedule is late. Rollups of calls: last run never.',
    'and never did'
);

set local role perf_admin;
select throws_ok(
    'select perf_internal.watch_schedule()', '42501', null, 'only our functions call it'
);
-- As if somebody had granted it.
reset role;
grant execute on function perf_internal.watch_schedule to perf_analyst, perf_notifier, perf_admin;
set local role perf_analyst;
select throws_ok(
    'select perf_internal.watch_schedule()',
    '42501',
    'this needs the role admin',
    'it refuses an analyst who was granted it'
);
set local role perf_notifier;
select lives_ok('select perf_internal.watch_schedule()', 'but not who delivers');
set local role perf_admin;
select lives_ok('select perf_internal.watch_schedule()', 'nor an admin');

select * from finish();
rollback;
