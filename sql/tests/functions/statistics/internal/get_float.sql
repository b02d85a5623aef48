begin;
select plan(9);

-- Messages show times as the session does.
set local datestyle = 'ISO';
set local timezone = 'UTC';

select is(perf_internal.get_float('0.25'), 0.25::float8, 'a number');
select is(perf_internal.get_float('-3'), -3::float8, 'of any sign');
select is(perf_internal.get_float('1e100'), 1e100::float8, 'up to 1e100');
select is(perf_internal.get_float('-1.1e100'), null, 'not beyond');
select is(perf_internal.get_float('1e131071'), null, 'not even if no double precision has it');
select is(perf_internal.get_float('1e-16000'), 0::float8, 'one too small to tell from 0 is 0');
select is(
    (
        select count(perf_internal.get_float(v))
        from unnest(
            array['"5"', 'true', 'null', '[1]', '{"a": 1}']::jsonb[]
        ) as v
    ),
    0::bigint,
    'what is no number is null'
);
select is(perf_internal.get_float(null), null, 'null of null');

set local role perf_recorder;
select throws_ok(
    $$ select perf_internal.get_float('1') $$, '42501', null, 'perf_recorder may not ask'
);

select * from finish();
rollback;
