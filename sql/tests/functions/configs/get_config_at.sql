begin;
select plan(10);

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

select results_eq(
    $$ select version, active_from, active_until
       from perf.get_config_at('sdxl', '2020-01-07 00:00+00') $$,
    $$ values (1, '2020-01-06 00:00+00'::timestamptz, '2020-01-08 12:30+00'::timestamptz) $$,
    'gives the version in force, and from when to when'
);

select results_eq(
    $$ select c.version
       from unnest('{2020-01-06 00:00+00,2020-01-08 12:29:59.999999+00,2020-01-08 12:30+00}'::timestamptz[])
           with ordinality as m (moment, position)
       cross join lateral perf.get_config_at('sdxl', m.moment) as c
       order by m.position $$,
    'values (1), (1), (2)',
    'is exact to the microsecond, and at the change it is the new one'
);

select is_empty(
    $$ select * from perf.get_config_at('sdxl', '2020-01-05 23:59:59.999999+00') $$,
    'nothing was in force before the first activation'
);

select is((select version from perf.get_config_at('sdxl')), 1, 'now is the default');

select is((select version from perf.get_config_at('sdxl', 'infinity')), 1, 'the last one goes on');

select is_empty(
    $$ select * from perf.get_config_at('wan') $$,
    'an unknown type has nothing in force'
);

select throws_ok(
    'select * from perf.get_config_at(null)',
    '22023',
    'model_type must not be null',
    'refuses no type'
);

select throws_ok(
    $$ select * from perf.get_config_at('sdxl', null) $$,
    '22023',
    'at must not be null',
    'refuses no time'
);

set local role perf_recorder;

select throws_ok(
    $$ select perf.get_config_at('sdxl') $$,
    '42501',
    null,
    'a recorder reads nothing'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_config_at('nothing') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
