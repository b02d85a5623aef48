begin;
select plan(7);

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n))
from generate_series(1, 2) as n;
insert into perf.model_config_activations (model_type, config_id, kind)
values ('sdxl', perf.find_model_config('sdxl@1'), 'activate');

select ok(
    (select active_from > now() and active_until is null from perf.model_config_activations),
    'starts when it is made, not when the transaction began'
);

select is(
    (select activated_by_login from perf.model_config_activations),
    session_user,
    'names the login'
);

-- As if the clock had been set back by a day.
alter table perf.model_config_activations disable trigger user;
update perf.model_config_activations set active_from = now() + interval '1 day';
alter table perf.model_config_activations enable trigger user;
insert into perf.model_config_activations (model_type, config_id, kind)
values ('sdxl', perf.find_model_config('sdxl@2'), 'activate');

select results_eq(
    'select active_from - now(), active_until - active_from
     from perf.model_config_activations order by id',
    $$ values (interval '1 day', interval '1 microsecond'),
        (interval '1 day 0.000001 seconds', null) $$,
    'never starts before the one before, and leaves it a microsecond at least'
);

insert into perf.model_config_activations (model_type, config_id, active_from, active_until, kind)
values
    (
        'sdxl', perf.find_model_config('sdxl@1'), '2020-01-01 00:00+00', '2020-02-01 00:00+00',
        'activate'
    );

select results_eq(
    $$ select count(*) from perf.model_config_activations where active_from < '2021-01-01' $$,
    $$ values (0::bigint) $$,
    'no activation is made in the past'
);

insert into perf.model_config_activations (model_type, kind, restores_id)
select 'sdxl', 'rollback', min(id) from perf.model_config_activations;

select results_eq(
    $$ select config_id, previous_id from perf.model_config_activations order by id desc limit 1 $$,
    $$ values (perf.find_model_config('sdxl@1'), null::bigint) $$,
    'a rollback takes over the version and the past of what it brings back'
);

select throws_ok(
    $$ insert into perf.model_config_activations (model_type, kind, restores_id)
       values ('sdxl', 'rollback', -1) $$,
    '23502',
    null,
    'a rollback to nothing fails'
);

select throws_ok(
    $$ insert into perf.model_config_activations (model_type, config_id, kind)
       values ('wan', perf.find_model_config('sdxl@1'), 'activate') $$,
    '23503',
    null,
    'a version is not activated for another type'
);

select * from finish();
rollback;
