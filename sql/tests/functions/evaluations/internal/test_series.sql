begin;
select plan(9);

-- Of 100 calls ten fail, then twenty. What succeeds takes 1 ms or 2 ms: half, then a fifth. What
-- fails takes an hour.
create function pg_temp.add_calls(at timestamptz, failed integer, fast integer)
returns void
language sql
as $$
    select perf.record_call(
        'x/wan', 'chat',
        case when n <= failed then 3600000 when n <= failed + fast then 1 else 2 end,
        call_timestamp => at, success => n > failed,
        error_type => case when n <= failed then 'timeout' end, input_tokens => 7
    )
    from generate_series(1, 100) as n;
$$;
do $$
begin
    perform pg_temp.add_calls('2020-01-06 10:00+00', 10, 45);
    perform pg_temp.add_calls('2020-02-03 10:00+00', 20, 16);
    update perf.models set model_type = 'wan';
    perform perf.record_job_metrics(
        'upscale', 'gpu-1', total_gpu_time_ms => 1, time_per_frame_ms => 10,
        model_type => 'wan', completed_at => '2020-01-06 10:00+00'::timestamptz
            + (n / 100) * interval '28 days'
    )
    from generate_series(0, 199) as n;
end
$$;

create function pg_temp.run(
    pipeline text,
    model_type text default 'wan',
    reference_start timestamptz default '2020-01-06',
    minimum_sample bigint default 80
)
returns setof perf_internal.drift_test
language sql
as $$
    select t.*
    from perf_internal.test_series(
        pipeline, model_type, reference_start, '2020-01-07', '2020-02-03', '2020-02-04', 'auto',
        0.05, minimum_sample
    ) as t;
$$;

select results_eq(
    $$ select kind, method, round(statistic::numeric, 4), round(p_value::numeric, 4),
           round(effect::numeric, 4), n_reference, n_current, reference_value, current_value,
           counts, note
       from pg_temp.run('calls') where name = 'error_rate' $$,
    $$ values ('calls', 'two_proportion', 1.9803, 0.0477, 0.1, 100::bigint, 100::bigint,
        0.1::float8, 0.2::float8, true, null) $$,
    'the error rate rose from 10 to 20 of 100'
);

select results_eq(
    $$ select method, round(statistic::numeric, 4), p_value < 0.001, n_reference, n_current,
           reference_value, current_value, counts, note
       from pg_temp.run('calls') where name = 'response_time_ms' $$,
    $$ values ('kolmogorov_smirnov', 0.3, true, 90::bigint, 80::bigint, 1.5::float8, 1.8::float8,
        true, null) $$,
    'response times are of calls that succeeded: half at 1 ms, then a fifth'
);

select results_eq(
    $$ select name, p_value, effect from pg_temp.run('calls')
       where name in ('input_tokens', 'first_token_ms', 'output_tokens') $$,
    $$ values ('input_tokens', 1::float8, 0::float8) $$,
    'what no call has is not there'
);

select results_eq(
    $$ select name, method, p_value, counts, note from pg_temp.run('jobs') order by 1 $$,
    $$ values
        ('failure_rate', 'binomial', 1::float8, false, 'Too small to matter: less than 0.01.'),
        ('time_per_frame_ms', 'kolmogorov_smirnov', 1, true, null) $$,
    'jobs that are the same'
);

select results_eq(
    $$ select name, note from perf_internal.test_series(
           'calls', 'wan', '2020-02-03', '2020-02-04', '2020-01-06', '2020-01-07', 'auto', 0.05, 80
       ) where not counts $$,
    $$ values ('error_rate', 'A change for the better.'),
        ('response_time_ms', 'A change for the better.') $$,
    'the other way round it is better, and does not count'
);

select is(
    (select note from pg_temp.run('calls', minimum_sample => 81) where name = 'response_time_ms'),
    'Values: 90 in the reference and 80 in the window. minimum_sample is 81.',
    'a side with fewer values than minimum_sample is not tested'
);

do $$
begin
    perform perf.record_call(
        'x/new', 'chat', 5, call_timestamp => '2020-02-03 10:00+00', success => n > 10,
        error_type => case when n <= 10 then 'timeout' end
    )
    from generate_series(1, 100) as n;
    update perf.models set model_type = 'new' where name = 'x/new';
end
$$;

select results_eq(
    $$ select name, method, p_value, n_reference, n_current, note
       from pg_temp.run('calls', 'new') order by name $$,
    $$ values
        ('error_rate', null, null::float8, 0::bigint, 100::bigint,
            'Values: 0 in the reference and 100 in the window. minimum_sample is 80.'),
        ('response_time_ms', null, null, 0, 90,
            'Values: 0 in the reference and 90 in the window. minimum_sample is 80.') $$,
    'what only one side has is not tested'
);

select results_eq(
    $$ select kind, name, p_value, note from pg_temp.run('jobs', reference_start => null) $$,
    $$ values ('jobs', null, null::float8,
        'The reference is a profile, which has no time range.') $$,
    'there is nothing to compare with where the reference is a profile'
);

select is_empty(
    $$ select pg_temp.run(p, 'demand') from unnest('{calls,jobs}'::text[]) as p $$,
    'a model type without calls and jobs has no test'
);

select * from finish();
rollback;
