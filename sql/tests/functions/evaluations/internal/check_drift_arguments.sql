begin;
select plan(8);

set local datestyle = 'ISO';
set local timezone = 'UTC';

create function pg_temp.check_arguments(
    end_time timestamptz default '2020-02-02',
    method text default 'auto',
    alpha double precision default 0.05,
    minimum_sample bigint default 100,
    correction text default 'holm'
)
returns void
language sql
as $$
    select perf_internal.check_drift_arguments(
        '2020-02-01', end_time, method, alpha, minimum_sample, correction
    );
$$;

select lives_ok(
    $$ select pg_temp.check_arguments(method => m, correction => c)
       from unnest(
           '{auto,kolmogorov_smirnov,psi,jensen_shannon,wasserstein,chi_square}'::text[]
       ) as m
       cross join unnest('{holm,benjamini_hochberg,none}'::text[]) as c $$,
    'takes each method and correction'
);
select lives_ok(
    $$ select pg_temp.check_arguments(alpha => 1e-9, minimum_sample => 10);
       select pg_temp.check_arguments(alpha => 0.2, minimum_sample => 1000000000) $$,
    'takes the smallest and the largest alpha and minimum_sample'
);
select throws_ok(
    $$ select pg_temp.check_arguments('2020-02-01') $$,
    '22023',
    'start_time must be before end_time, got 2020-02-01 00:00:00+00 for both',
    'refuses an empty range'
);
select throws_ok(
    $$ select pg_temp.check_arguments('2020-01-01') $$,
    '22023',
    'end_time must not be before start_time, got 2020-02-01 00:00:00+00 and 2020-01-01 00:00:00+00',
    'refuses a range that ends before it starts'
);
select throws_ok(
    $$ select pg_temp.check_arguments(method => 'ks') $$,
    '22023',
    'method must be auto, kolmogorov_smirnov, psi, jensen_shannon, wasserstein or chi_square,'
        || ' got "ks"',
    'refuses an unknown method'
);
select throws_ok(
    $$ select pg_temp.check_arguments(alpha => 'NaN') $$,
    '22023',
    'alpha must be between 1e-9 and 0.2, got NaN',
    'refuses an alpha that is no probability'
);
select throws_ok(
    $$ select pg_temp.check_arguments(minimum_sample => 9) $$,
    '22023',
    'minimum_sample must be between 10 and 1000000000, got 9',
    'refuses a minimum_sample below 10'
);
select throws_ok(
    $$ select pg_temp.check_arguments(correction => null) $$,
    '22023',
    'correction must be holm, benjamini_hochberg or none, got null',
    'refuses a correction that is null'
);

select * from finish();
rollback;
