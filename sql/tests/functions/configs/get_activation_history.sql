begin;
select plan(7);

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
    'select version, kind, active_from, active_until, activator_name, notes
     from perf.get_activation_history()',
    $$ values
        (1, 'activate', '2020-01-10 00:00+00'::timestamptz, null::timestamptz, 'ada', 'back'),
        (2, 'activate', '2020-01-08 12:30+00', '2020-01-10 00:00+00', 'ada', 'try'),
        (1, 'activate', '2020-01-06 00:00+00', '2020-01-08 12:30+00', 'ada', 'start') $$,
    'gives all activations, newest first'
);

select results_eq(
    $$ select notes
       from perf.get_activation_history('sdxl', '2020-01-08 12:30+00', '2020-01-10 00:00+00') $$,
    $$ values ('try') $$,
    'gives those in force in a range, whose end is not in it'
);

select is(
    (select notes from perf.get_activation_history('sdxl', max_rows => 1)),
    'back',
    'no more than asked for'
);

select is_empty($$ select * from perf.get_activation_history('wan') $$, 'none of an unknown type');

select throws_ok(
    'select * from perf.get_activation_history(max_rows => 10001)',
    '22023',
    'max_rows must be between 1 and 10000, got 10001',
    'refuses more than 10,000 rows'
);

set local role service_role;
select perf.rollback_model_config('sdxl', to_id => perf.find_model_config('sdxl@2'));

select is(
    (select activator_name from perf.get_activation_history(max_rows => 1)),
    'service_role',
    'the service key is named as such, not as the login that everybody has'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_activation_history('nothing') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
