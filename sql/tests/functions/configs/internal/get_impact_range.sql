begin;
select plan(16);

-- Messages show times as the session does.
set local datestyle = 'ISO';
set local intervalstyle = 'postgres';

set local timezone = 'UTC';

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n))
from generate_series(1, 2) as n;
select perf.save_model_config('wan', 'n', '{}');
-- At fixed times, which the triggers would not allow.
alter table perf.model_config_activations disable trigger user;
insert into perf.model_config_activations
    (model_type, config_id, active_from, active_until, kind, activated_by_role,
        activated_by_login, notes)
select
    v.model_type,
    perf.find_model_config(v.model_type || '@' || v.version),
    v.active_from,
    v.active_until,
    'activate',
    'perf_admin',
    'ada',
    v.notes
from (values
    (1, 'sdxl', 1, '2020-01-06'::timestamptz, '2020-01-08 12:30'::timestamptz, 'start'),
    (2, 'sdxl', 2, '2020-01-08 12:30'::timestamptz, '2020-01-10'::timestamptz, 'try'),
    (3, 'sdxl', 1, '2020-01-10'::timestamptz, null, 'back'),
    (4, 'wan', 1, '2020-01-08'::timestamptz, null, 'other')
) as v (position, model_type, version, active_from, active_until, notes)
order by v.position;

create function pg_temp.activation(model_type text, at timestamptz, activation_id bigint)
returns text
language sql
as $$
    select a.notes
    from perf_internal.get_impact_range(
        activation_id, at, '7 days', '2020-01-20', model_type
    ) as r
    join perf.model_config_activations as a
        on a.model_type = r.model_type
        and a.active_from = r.active_from
$$;

select is(pg_temp.activation('sdxl', null, null), 'back', 'a type alone means the active one');
select is(
    pg_temp.activation('sdxl', '2020-01-08 12:30', null),
    'try',
    'a moment means the one in force then'
);
select is(
    pg_temp.activation(null, null, (select min(id) from perf.model_config_activations)),
    'start',
    'an id means that one'
);
select throws_ok(
    $$ select pg_temp.activation('sdxl', '2020-01-05', null) $$,
    'PT404',
    'no activation of model type "sdxl" at 2020-01-05 00:00:00+00',
    'refuses a moment before the first'
);
select throws_ok(
    'select pg_temp.activation(null, null, -1)',
    'PT404',
    'no activation -1',
    'refuses an unknown id'
);
select throws_ok(
    $$ select pg_temp.activation('sdxl', null, 1) $$,
    '22023',
    'give either activation_id, or model_type and maybe at',
    'refuses both'
);
select throws_ok(
    'select pg_temp.activation(null, null, null)', '22023', null, 'refuses neither'
);

create function pg_temp.around(activation text, time_window interval, as_of timestamptz)
returns table (before_from text, after_until text)
language sql
as $$
    select to_char(r.before_from, 'MM-DD HH24:MI'), to_char(r.after_until, 'MM-DD HH24:MI')
    from perf.model_config_activations as a
    cross join lateral perf_internal.get_impact_range(a.id, null, time_window, as_of, null) as r
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
