begin;
select plan(7);

-- rmse 1 to 5, then 6 to 10: all of the second are above all of the first.
do $$
begin
    perform perf.record_model_metrics(
        'demand', '2020-01-06 00:00+00'::timestamptz + n * interval '1 hour', rmse => n,
        r_squared => n / 10.0, mae => case when n < 5 then n end, metrics => '{"auc": 0.5}'
    )
    from generate_series(1, 5) as n;
    perform perf.record_model_metrics(
        'demand', '2020-02-03 00:00+00'::timestamptz + n * interval '1 hour', rmse => n,
        r_squared => n / 10.0, mae => n, metrics => '{"auc": 0.5}'
    )
    from generate_series(6, 10) as n;
end
$$;

create function pg_temp.run(reference_start timestamptz default '2020-01-06')
returns setof perf_internal.drift_test
language sql
as $$
    select t.*
    from perf_internal.trained_models as m
    cross join lateral perf_internal.test_metrics(
        m.id, reference_start, '2020-01-07', '2020-02-03', '2020-02-04'
    ) as t;
$$;

select results_eq(
    $$ select kind, method, statistic, round(p_value::numeric, 4), effect, n_reference, n_current,
           reference_value, current_value, counts, note
       from pg_temp.run() where name = 'rmse' $$,
    $$ values ('metric', 'mann_whitney', 25::float8, 0.0079, 1::float8, 5::bigint, 5::bigint,
        3::float8, 8::float8, true, null) $$,
    'five above five: 2 of 252 orders, and worse, because rmse is better when lower'
);

select results_eq(
    $$ select round(p_value::numeric, 4), effect, counts, note
       from pg_temp.run() where name = 'r_squared' $$,
    $$ values (0.0079, 1::float8, false, 'A change for the better.') $$,
    'r_squared is better when higher, so this does not count'
);

select results_eq(
    $$ select name, p_value, effect, counts from pg_temp.run() where name like 'evaluation.%' $$,
    $$ values ('evaluation.auc', 1::float8, 0::float8, true) $$,
    'further metrics are tested too; nobody said what is better'
);

select results_eq(
    $$ select p_value, n_reference, n_current, note from pg_temp.run() where name = 'mae' $$,
    $$ values (null::float8, 4::bigint, 5::bigint,
        'Evaluations: 4 in the reference and 5 in the window. It takes 5.') $$,
    'four evaluations are too few'
);

select results_eq(
    $$ select name, n_reference from pg_temp.run('2020-01-06 02:00+00') where name = 'rmse' $$,
    $$ values ('rmse', 4::bigint) $$,
    'the reference starts at its start'
);

select is(
    (select min(note) from pg_temp.run('-infinity') where name = 'rmse'),
    null,
    'a reference without start has all before its end'
);

select is_empty(
    $$ select perf_internal.test_metrics(
           gen_random_uuid(), '2020-01-06', '2020-01-07', '2020-02-03', '2020-02-04'
       ) $$,
    'a model without evaluations has no test'
);

select * from finish();
rollback;
