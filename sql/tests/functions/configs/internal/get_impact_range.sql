begin;
select plan(9);

set local timezone = 'UTC';

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n))
from generate_series(1, 2) as n;
select perf.save_model_config('wan', 'n', '{}');
-- At fixed times, which the triggers would not allow.
alter table perf.model_config_activations disable trigger user;
insert into perf.model_config_activations
    (model_type, config_id, active_during, kind, activated_by_login, notes)
select
    v.model_type,
    perf.find_model_config(v.model_type || '@' || v.version),
    v.active_during,
    'activate',
    'ada',
    v.notes
from (values
    (1, 'sdxl', 1, tstzrange('2020-01-06', '2020-01-08 12:30'), 'start'),
    (2, 'sdxl', 2, tstzrange('2020-01-08 12:30', '2020-01-10'), 'try'),
    (3, 'sdxl', 1, tstzrange('2020-01-10', null), 'back'),
    (4, 'wan', 1, tstzrange('2020-01-08', null), 'other')
) as v (position, model_type, version, active_during, notes)
order by v.position;

create function pg_temp.around(activation text, time_window interval, as_of timestamptz)
returns table (before_from text, after_until text)
language sql
as $$
    select to_char(r.before_from, 'MM-DD HH24:MI'), to_char(r.after_until, 'MM-DD HH24:MI')
    from perf.model_config_activations as a
    cross join lateral perf_internal.get_impact_range(a, time_window, as_of) as r
    where a.notes = activation
$$;

select results_eq(
    $$ select * from pg_temp.around('try', '7 days', '2020-01-20') $$,
    $$ values ('01-06 00:00', '01-10 00:00') $$,
    'before is the time under the activation before, after that until the next one'
);

select results_eq(
    $$ select * from pg_temp.around('try', '1 day', '2020-01-20') $$,
    $$ values ('01-07 12:30', '01-09 12:30') $$,
    'neither is longer than the window'
);

select results_eq(
    $$ select * from pg_temp.around('back', '7 days', '2020-01-11 12:00') $$,
    $$ values ('01-08 12:30', '01-11 12:00') $$,
    'after ends at as_of, and before is of one activation only'
);

select results_eq(
    $$ select * from pg_temp.around('start', '7 days', '2020-01-20') $$,
    $$ values ('12-30 00:00', '01-08 12:30') $$,
    'before the first activation is the whole window'
);

select results_eq(
    $$ select * from pg_temp.around('back', '7 days', '2020-01-09') $$,
    $$ values ('01-08 12:30', '01-10 00:00') $$,
    'as of a time before the activation there is no time after'
);

select throws_ok(
    $$ select * from pg_temp.around('try', '-1 day', '2020-01-20') $$,
    '22023',
    'time_window must be between 1 minute and 10 years, got -1 days',
    'refuses a negative window'
);
select throws_ok(
    $$ select * from pg_temp.around('try', '59 seconds', '2020-01-20') $$,
    '22023',
    'time_window must be between 1 minute and 10 years, got 00:00:59',
    'refuses a window under a minute'
);
select throws_ok(
    $$ select * from pg_temp.around('try', '10 years 1 second', '2020-01-20') $$,
    '22023',
    null,
    'refuses one over ten years'
);
select throws_ok(
    $$ select * from pg_temp.around('try', null, '2020-01-20') $$,
    '22023',
    'time_window must be between 1 minute and 10 years, got null',
    'refuses none'
);

select * from finish();
rollback;
