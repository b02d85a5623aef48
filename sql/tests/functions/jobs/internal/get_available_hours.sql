begin;
select plan(7);

insert into perf.workers (name) values ('gpu-1'), ('gpu-2'), ('gpu-3');

create function pg_temp.ids() returns bigint[] language sql as
    'select array_agg(w.id) from perf.workers as w';

insert into perf.worker_availability (worker_id, available_from, available_until)
select w.id, a.available_from, a.available_until
from (
    values
        ('gpu-1', timestamptz '2020-01-05 12:00+00', timestamptz '2020-01-06 06:00+00'),
        ('gpu-1', '2020-01-06 12:00+00', '2020-01-06 13:30+00'),
        ('gpu-1', '2020-01-07 00:00+00', '2020-01-07 01:00+00'),
        ('gpu-2', '2020-01-06 18:00+00', null)
) as a (worker, available_from, available_until)
join perf.workers as w on w.name = a.worker;

create function pg_temp.hours(timestamptz, timestamptz, timestamptz)
returns table (worker text, hours float8)
language sql
as
    'select w.name, a.available_hours
    from perf_internal.get_available_hours(pg_temp.ids(), $1, $2, $3) as a
    join perf.workers as w on w.id = a.worker_id
    order by 1';

select results_eq(
    $$ select *
       from pg_temp.hours('2020-01-06 00:00+00', '2020-01-07 00:00+00', '2021-01-01 00:00+00') $$,
    $$ values ('gpu-1', 7.5::float8), ('gpu-2', 6) $$,
    'times are cut to the range, and one that lasts ends with it'
);
select results_eq(
    $$ select *
       from pg_temp.hours('2020-01-06 00:00+00', '2020-01-07 00:00+00', '2020-01-06 20:00+00') $$,
    $$ values ('gpu-1', 7.5::float8), ('gpu-2', 2) $$,
    'a time that lasts ends with as_of'
);
select results_eq(
    $$ select *
       from pg_temp.hours('2020-01-06 00:00+00', '2020-01-07 00:00+00', '2020-01-06 13:00+00') $$,
    $$ values ('gpu-1', 7::float8) $$,
    'so do all others'
);
select is_empty(
    $$ select *
       from pg_temp.hours('2020-01-06 06:00+00', '2020-01-06 12:00+00', '2021-01-01 00:00+00') $$,
    'no row where times only touch the range'
);
select is_empty(
    $$ select *
       from pg_temp.hours('2020-01-06 00:00+00', '2020-01-07 00:00+00', '2019-01-01 00:00+00') $$,
    'nor before the range begins'
);
select is_empty(
    $$ select from perf_internal.get_available_hours(
           '{}', '2020-01-06', '2020-01-07', '2021-01-01'
       ) $$,
    'nor for no workers'
);

set local role perf_recorder;
select throws_ok(
    $$ select from perf_internal.get_available_hours('{1}', '2020-01-06', '2020-01-07', now()) $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;
