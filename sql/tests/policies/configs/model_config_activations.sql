begin;
select plan(13);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder');
select perf.save_model_config('sdxl', 'one', '{}', activate => true);
select perf.request_activation(perf.find_model_config('sdxl@1'));

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(
    (select count(*) from perf.model_config_activations),
    1::bigint,
    'an admin reads'
);

select throws_ok(
    'delete from perf.model_config_activations',
    '42501',
    null,
    'an admin does not write but by functions'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select is(
    (select count(*) from perf.model_config_activations),
    1::bigint,
    'an analyst reads'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select is_empty('select * from perf.model_config_activations', 'a recorder reads nothing');

set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';

select is_empty('select * from perf.model_config_activations', 'a stranger reads nothing');

set local role perf_analyst;

select is(
    (select count(*) from perf.model_config_activations),
    1::bigint,
    'perf_analyst reads'
);

select throws_ok(
    'delete from perf.model_config_activations',
    '42501',
    null,
    'perf_analyst does not write'
);

set local role perf_admin;

select is(
    (select count(*) from perf.model_config_activations),
    1::bigint,
    'perf_admin reads'
);

select throws_ok(
    'delete from perf.model_config_activations',
    '42501',
    null,
    'perf_admin does not write but by functions'
);

set local role service_role;

select is(
    (select count(*) from perf.model_config_activations),
    1::bigint,
    'service_role reads'
);

select throws_ok(
    'delete from perf.model_config_activations',
    '42501',
    null,
    'nor does service_role'
);

set local role perf_recorder;

select throws_ok(
    'select * from perf.model_config_activations',
    '42501',
    null,
    'perf_recorder reads nothing'
);

set local role anon;

select throws_ok(
    'select * from perf.model_config_activations',
    '42501',
    null,
    'anon reads nothing'
);

select * from finish();
rollback;
