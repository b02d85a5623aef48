begin;
select plan(7);

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n))
from generate_series(1, 2) as n;
-- At fixed times, which the triggers would not allow.
alter table perf.model_config_activations disable trigger user;
insert into perf.model_config_activations
    (model_type, config_id, active_during, kind, activated_by_login, notes)
select
    'sdxl',
    perf.find_model_config('sdxl@' || v.version),
    v.active_during,
    'activate',
    'ada',
    v.notes
from (values
    (1, 1, tstzrange('2020-01-06 00:00+00', '2020-01-08 12:30+00'), 'start'),
    (2, 2, tstzrange('2020-01-08 12:30+00', '2020-01-10 00:00+00'), 'try'),
    (3, 1, tstzrange('2020-01-10 00:00+00', null), 'back')
) as v (position, version, active_during, notes)
order by v.position;
alter table perf.model_config_activations enable trigger user;
update perf.model_config_history set is_active = true where version = 1;

select is(
    (select notes from perf_internal.get_activation('sdxl', null, null)),
    'back',
    'a type alone means the active one'
);

select is(
    (select notes from perf_internal.get_activation('sdxl', '2020-01-08 12:30+00', null)),
    'try',
    'a moment means the one in force then'
);

select is(
    (select notes
    from perf_internal.get_activation(null, null, (select min(id)
    from perf.model_config_activations))),
    'start',
    'an id means that one'
);

select throws_ok(
    $$ select perf_internal.get_activation('sdxl', '2020-01-05', null) $$,
    'PT404',
    null,
    'refuses a moment before the first'
);

select throws_ok(
    'select perf_internal.get_activation(null, null, -1)',
    'PT404',
    'no activation -1',
    'refuses an unknown id'
);

select throws_ok(
    $$ select perf_internal.get_activation('sdxl', null, 1) $$,
    '22023',
    'give either activation_id, or model_type and maybe at',
    'refuses both'
);

select throws_ok(
    'select perf_internal.get_activation(null, null, null)',
    '22023',
    null,
    'refuses neither'
);

select * from finish();
rollback;
