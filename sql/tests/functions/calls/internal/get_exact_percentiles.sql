begin;
select plan(8);

-- Messages show times as the session does.
set local datestyle = 'ISO';

set local timezone = 'UTC';

create temporary table recorded as
select perf.record_call(
    'acme/one', 'chat', c.ms, error_type => c.error_type, first_token_ms => c.first_token_ms,
    call_timestamp => c.called_at
)
from (
    values
        (100, null, null, timestamptz '2020-01-06 10:00'),
        (200, null, 40, '2020-01-06 11:00'),
        (400, 'timeout', 60, '2020-01-06 12:00')
) as c (ms, error_type, first_token_ms, called_at);

create function pg_temp.exact(
    start_time timestamptz,
    end_time timestamptz,
    outcome text default 'all',
    measure text default 'response_time'
)
returns table (percentile float8, value_ms float8, calls bigint)
language sql
as $$
    select p.percentile, p.value_ms, x.count
    from perf_internal.get_config_groups(group_by => '{model}') as g
    cross join lateral perf_internal.get_exact_percentiles(
        g.config_ids, g.group_numbers, start_time, end_time, '{0.5,1}', outcome, measure
    ) as x
    cross join lateral unnest('{0.5,1}'::float8[], x.percentile_values) as p (percentile, value_ms)
$$;

select results_eq(
    $$ select * from pg_temp.exact('2020-01-06', '2020-01-07') $$,
    'values (0.5::float8, 200::float8, 3::bigint), (1, 400, 3)',
    'gives percentiles as percentile_cont does'
);
select results_eq(
    $$ select * from pg_temp.exact('2020-01-06 10:00', '2020-01-06 12:00') $$,
    'values (0.5::float8, 150::float8, 2::bigint), (1, 200, 2)',
    'start_time is in the range, end_time is not'
);
select results_eq(
    $$ select * from pg_temp.exact('2020-01-06', '2020-01-07', 'error') $$,
    'values (0.5::float8, 400::float8, 1::bigint), (1, 400, 1)',
    'of failed calls'
);
select results_eq(
    $$ select * from pg_temp.exact('2020-01-06', '2020-01-07', measure => 'first_token') $$,
    'values (0.5::float8, 50::float8, 2::bigint), (1, 60, 2)',
    'of first tokens, over the calls that reported one'
);
select is_empty(
    $$ select * from pg_temp.exact('2020-01-06', '2020-01-06') $$,
    'an empty range has none'
);

insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count, bytes) values
    ('calls', '2020-01-07', '2020-01-08', 1, 1);

select throws_ok(
    $$ select * from pg_temp.exact('2020-01-06', '2020-01-07 00:00:00.000001') $$,
    '22023',
    'exact needs raw calls, and those of 2020-01-07 are gone',
    'refuses a range with a day that retention has dropped'
);
select throws_ok(
    $$ select * from pg_temp.exact('2020-01-07 23:59:59.999999', '2020-01-08') $$,
    '22023',
    'exact needs raw calls, and those of 2020-01-07 are gone',
    'also with its last microsecond'
);
select is(
    (select count(*) from pg_temp.exact('2020-01-06', '2020-01-07')),
    2::bigint,
    'a range that ends with the start of that day is fine'
);

select * from finish();
rollback;
