begin;
select plan(10);

insert into perf.model_ab_tests (
    id, test_name, model_type, model_a_version, model_b_version, test_start
) values
    (
        'e0000000-0000-4000-8000-000000000000', 'one', 'llm', 'v1', 'v2', '2020-01-06 00:00+00'
    );
insert into perf.ab_test_metrics (test_id, metric, role, better, minimum_effect) values
    ('e0000000-0000-4000-8000-000000000000', 'success', 'primary', 'higher', 0.01);
insert into perf_internal.ab_series (test_id, metric, variant)
select m.test_id, m.metric, v.variant
from perf.ab_test_metrics as m
cross join (values ('a'), ('b')) as v (variant);

create function pg_temp.record(is_of_calls boolean, observed_at timestamptz, outcomes jsonb, id text)
returns bigint
language sql
as $$
    select perf_internal.record_outcomes(
        array[
            row(
                'e0000000-0000-4000-8000-000000000000', 'u1', outcomes, id, observed_at, null
            )::perf_internal.ab_outcome
        ],
        is_of_calls
    )
$$;
select is(
    perf_internal.record_outcomes('{}'), 0::bigint, 'no outcomes are none'
);
select is(
    pg_temp.record(true, '2020-01-06 10:00+00', '{"success": true, "first_token_ms": 5}', 'c1'),
    1::bigint,
    'of a call counts what the test has'
);
select throws_ok(
    $$ select pg_temp.record(
           false, '2020-01-06 10:00+00', '{"success": true, "first_token_ms": 5}', 'c1'
       ) $$,
    '22023',
    null,
    'given directly all must be of the test'
);
select is(
    pg_temp.record(true, '2020-01-06 10:00+00', '{"first_token_ms": 5}', 'c2'),
    0::bigint,
    'a call that says nothing of the test is none'
);
select is(
    pg_temp.record(true, '2020-01-05 10:00+00', '{"success": true}', 'c3'),
    0::bigint,
    'nor is one before its start'
);
select is(
    pg_temp.record(true, '2020-01-06 10:00+00', '{"success": 1e-150}', 'c4'),
    1::bigint,
    'a number too small to store'
);
select is(
    (select o.value from perf.ab_outcomes as o order by o.id desc limit 1),
    0::float8,
    'is 0'
);
select is(
    (select count(*) from pg_locks as l where l.locktype = 'advisory' and l.mode = 'ShareLock' and l.pid = pg_backend_pid()),
    1::bigint,
    'the test is locked in shared mode until this transaction ends'
);
select is(
    current_setting('perf.rows_are_checked'), 'off', 'direct writes are checked again afterwards'
);
update perf.model_ab_tests
set test_status = 'completed', test_end = '2020-01-07 00:00+00', winner_model = 'a',
    winner_metrics = '{}';
select is(
    pg_temp.record(true, '2020-01-06 10:00+00', '{"success": true}', 'c5'),
    0::bigint,
    'nor is one of a completed test'
);

select * from finish();
rollback;
