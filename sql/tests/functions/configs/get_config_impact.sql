begin;
select plan(24);

create function pg_temp.end_recording()
returns void
language plpgsql
as $$
declare
    -- As if another transaction, which the last run saw in progress, had recorded the rows.
    v_id bigint := 10
        + (select count(distinct r.transaction_id) from perf.performance_metrics_raw as r);
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || v_id
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = v_id
    where r.transaction_id = txid_current();
end
$$;

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n))
from generate_series(1, 2) as n;
-- At fixed times, which the triggers would not allow.
alter table perf.model_config_activations disable trigger user;
insert into perf.model_config_activations
    (model_type, config_id, active_from, active_until, kind, activated_by_role,
        activated_by_login, notes)
select
    'sdxl',
    perf.find_model_config('sdxl@' || v.version),
    v.active_from,
    v.active_until,
    'activate',
    'perf_admin',
    'ada',
    v.notes
from (values
    (1, 1, '2020-01-06 00:00+00'::timestamptz, '2020-01-08 12:30+00'::timestamptz, 'start'),
    (2, 2, '2020-01-08 12:30+00'::timestamptz, '2020-01-10 00:00+00'::timestamptz, 'try'),
    (3, 1, '2020-01-10 00:00+00'::timestamptz, null, 'back')
) as v (position, version, active_from, active_until, notes)
order by v.position;
alter table perf.model_config_activations enable trigger user;
update perf.model_config_history set is_active = true where version = 1;
select perf.register_model('x/m', model_type => 'sdxl');
-- A call a minute for a day on either side of the change; after it a fifth slower, one in 10
-- fails instead of one in 20, and answers have one token more.
select perf.record_call(
    'x/m',
    'chat',
    (1000 + (n + 1440) * 37 % 500) * case when n >= 0 then 1.2 else 1 end,
    n % case when n >= 0 then 10 else 20 end <> 0,
    input_tokens => 100 + (n + 1440) % 7,
    output_tokens => 50 + abs(n) / 60 % 3 + case when n >= 0 then 10 else 0 end,
    call_timestamp => '2020-01-08 12:30+00'::timestamptz + n * interval '1 minute'
)
from generate_series(-1440, 1439) as n;

create temporary table impact as
select * from perf.get_config_impact('sdxl', '2020-01-09', as_of => '2020-01-20');

select results_eq(
    'select source, metric, unit, before_count, after_count, verdict from impact',
    $$ values
        ('calls', 'p50_response_time', 'ms', 1440::bigint, 1440::bigint, 'worse'),
        ('calls', 'p95_response_time', 'ms', 1440, 1440, 'worse'),
        ('calls', 'p99_response_time', 'ms', 1440, 1440, 'worse'),
        ('calls', 'error_rate', 'share', 1440, 1440, 'worse'),
        ('calls', 'avg_input_tokens', 'tokens', 1440, 1440, 'no_clear_change'),
        ('calls', 'avg_output_tokens', 'tokens', 1440, 1440, 'higher') $$,
    'judges each metric by its interval'
);

select set_eq(
    'select range_start, range_end from impact',
    $$ values ('2020-01-06 00:00+00'::timestamptz, '2020-01-10 00:00+00'::timestamptz) $$,
    'says which time was counted, before and after'
);

select results_eq(
    $$ select o.outcome, i.metric, i.before_count, i.after_count
       from unnest('{success,error}'::text[]) with ordinality as o (outcome, number)
       cross join lateral perf.get_config_impact(
           'sdxl', '2020-01-09', as_of => '2020-01-20', outcome => o.outcome
       ) with ordinality as i
       where i.metric not like 'p9%'
       order by o.number, i.ordinality $$,
    $$ values
        ('success', 'p50_response_time', 1368::bigint, 1296::bigint),
        ('success', 'error_rate', 1440, 1440),
        ('success', 'avg_input_tokens', 1368, 1296),
        ('success', 'avg_output_tokens', 1368, 1296),
        ('error', 'p50_response_time', 72, 144),
        ('error', 'error_rate', 1440, 1440),
        ('error', 'avg_input_tokens', 72, 144),
        ('error', 'avg_output_tokens', 72, 144) $$,
    'an outcome chooses the calls of times and tokens, never of the error rate'
);

select ok(
    (select percent between 18.8 and 21.2 and percent_low between 15 and 20 and percent_high between 20 and 25
     from impact where metric = 'p50_response_time'),
    'a fifth slower is about 20 %'
);

-- 72 of 1440 and 144 of 1440 by Newcombe's method 10, worked out apart.
select results_eq(
    $$ select before_value, after_value, round(difference::numeric, 6), round(difference_low::numeric, 5),
           round(difference_high::numeric, 5), round(percent::numeric, 6)
       from impact where metric = 'error_rate' $$,
    $$ values (0.05::float8, 0.1::float8, 0.05, 0.03089, 0.06941, 100.000000) $$,
    'the interval of the error rate is that of the literature'
);

-- The same two rates as a ratio: roots of the two equations of MOVER-R, worked out apart.
select results_eq(
    $$ select round(percent_low::numeric, 2), round(percent_high::numeric, 2)
       from impact where metric = 'error_rate' $$,
    $$ values (52.21, 162.59) $$,
    'in percent it has the interval of the ratio'
);

select ok(
    (select bool_and(note like 'Observed before and after the change, not an experiment%')
    from impact),
    'says in words what it is'
);

select pg_temp.end_recording();
select perf.aggregate_performance_metrics();

select results_eq(
    $$ select * from perf.get_config_impact('sdxl', '2020-01-09', as_of => '2020-01-20') $$,
    'select * from impact',
    'is the same after calls are rolled up'
);

select results_eq(
    $$ select distinct verdict
       from perf.get_config_impact('sdxl', '2020-01-09', min_calls => 1441) $$,
    $$ values ('insufficient_data') $$,
    'too few calls have no verdict'
);

select results_eq(
    $$ select verdict from perf.get_config_impact(
           activation_id => (select id from perf.model_config_activations where notes = 'try'),
           time_window => '5 hours'
       ) where metric in ('p50_response_time', 'p99_response_time') $$,
    $$ values ('worse'), ('insufficient_data') $$,
    'nor has a percentile beyond what 300 calls can tell'
);

insert into perf.workflows (name) values ('upscale');
insert into perf_internal.job_kinds (workflow_id, model_type)
select f.id, 'sdxl'
from perf.workflows as f;
select perf_internal.add_named_metrics('jobs', '{quality.likeness}');

create function pg_temp.add_job(
    ended_at timestamptz,
    likeness double precision,
    frame_ms real default null,
    has_failed boolean default false
)
returns void
language sql
as $$
    insert into perf.performance_metrics (
        series_id, created_at, job_id, workflow_id, time_per_frame_ms, failed, model_type,
        quality_scores_json
    )
    select k.id, ended_at, 1, k.workflow_id, frame_ms, has_failed, k.model_type,
        jsonb_build_object('likeness', likeness)
    from perf_internal.job_kinds as k;
$$;

-- A job a minute for 200 minutes on either side; after the change twice as slow and of half the
-- score, and one in 10 fails instead of one in 20.
select pg_temp.add_job(
    '2020-01-08 12:30+00'::timestamptz + n * interval '1 minute',
    (0.8 + (n + 200) % 5 / 100.0) * case when n >= 0 then 0.5 else 1 end,
    (100 + (n + 200) * 37 % 50) * case when n >= 0 then 2 else 1 end,
    n % case when n >= 0 then 10 else 20 end = 0
)
from generate_series(-200, 199) as n;

select results_eq(
    $$ select metric, unit, before_count, after_count, verdict
       from perf.get_config_impact('sdxl', '2020-01-09', as_of => '2020-01-20')
       where source = 'jobs' $$,
    $$ values
        ('p50_time_per_frame_ms', 'ms', 190::bigint, 180::bigint, 'worse'),
        ('p95_time_per_frame_ms', 'ms', 190, 180, 'worse'),
        ('failure_rate', 'share', 200, 200, 'no_clear_change'),
        ('quality_rating', 'score', 190, 180, 'worse'),
        ('quality.likeness', 'score', 190, 180, 'worse') $$,
    'jobs of the type join, with what they have; a lower score is worse'
);

select results_eq(
    $$ select verdict
       from perf.get_config_impact('sdxl', '2020-01-09', min_calls => 181, as_of => '2020-01-20')
       where metric in ('quality.likeness', 'p50_response_time') $$,
    $$ values ('worse'), ('insufficient_data') $$,
    'min_calls counts jobs where jobs are compared'
);

select is(
    (
        select string_agg(i.metric || ' ' || i.before_count, ', ')
        from perf.get_config_impact(
            'sdxl', '2020-01-09', as_of => '2020-01-20', outcome => 'error'
        ) as i
        where i.source = 'jobs'
            and i.metric like 'q%'
    ),
    'quality_rating 190, quality.likeness 190',
    'an outcome is of calls only'
);

insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count, bytes) values
    ('calls', '2020-01-08 00:00+00', '2020-01-09 00:00+00', 0, 0);

select results_eq(
    $$ select before_count, after_count, note ~ 'Calls from 2020-01-08 12:00 to 2020-01-08 13:00 UTC are left out'
       from perf.get_config_impact('sdxl', '2020-01-09', as_of => '2020-01-20')
       where metric = 'error_rate' $$,
    $$ values (1410::bigint, 1410::bigint, true) $$,
    'without raw calls the hour of the change is left out, and the note says so'
);

select set_eq(
    $$ select before_count, after_count, note ~ 'left out'
       from perf.get_config_impact('sdxl', '2020-01-09', as_of => '2020-01-20')
       where metric = 'failure_rate' $$,
    'values (200::bigint, 200::bigint, false)',
    'jobs of that hour are there as long as raw jobs are'
);

delete from perf_internal.rollups where granularity = 'hourly';
update perf.retention
set deleted_before = '2020-02-01'
where pipeline = 'calls' and level = 'hourly';

select results_eq(
    $$ select before_count, after_count, verdict
       from perf.get_config_impact('sdxl', '2020-01-09', as_of => '2020-01-20')
       where metric = 'error_rate' $$,
    $$ values (690::bigint, 750::bigint, 'worse') $$,
    'without hours whole days are compared'
);

select throws_ok(
    $$ select perf.get_config_impact('wan') $$,
    'PT404',
    'no activation of model type "wan"',
    'refuses a type without activations'
);

select throws_ok(
    $$ select perf.get_config_impact('sdxl', confidence => 1) $$,
    '22023',
    'min_calls must be at least 1 and confidence between 0 and 1, got 50 and 1',
    'refuses full confidence'
);

select throws_ok(
    $$ select perf.get_config_impact('sdxl', min_calls => 0) $$,
    '22023',
    null,
    'refuses no calls'
);

select throws_ok(
    $$ select perf.get_config_impact('sdxl', outcome => 'failed') $$,
    '22023',
    'outcome must be all, success or error, got "failed"',
    'refuses an unknown outcome'
);

select throws_ok(
    $$ select perf.get_config_impact('sdxl', time_window => '0') $$,
    '22023',
    null,
    'refuses no window'
);

select throws_ok(
    $$ select perf.get_config_impact('sdxl', as_of => null) $$,
    '22023',
    'as_of must be a point in time, got null',
    'refuses a null as_of'
);

set local role perf_recorder;

select throws_ok(
    $$ select perf.get_config_impact('sdxl') $$,
    '42501',
    null,
    'a recorder reads nothing'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_config_impact('nothing') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
