begin;
select plan(14);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
insert into perf_internal.trained_models (id, model_type) values
    ('10000000-0000-4000-8000-000000000000', 'sdxl');
insert into perf.model_drift_checks (
    trained_model_id, start_time, end_time, drift_detected, drift_score, drift_details
)
values ('10000000-0000-4000-8000-000000000000', '2020-01-05', '2020-01-06', false, 0, '{}');

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.model_drift_checks), 1::bigint, 'an admin by token reads');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.model_drift_checks), 1::bigint, 'an analyst by token reads');
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.model_drift_checks), 0::bigint, 'a recorder by token reads nothing back');
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is((select count(*) from perf.model_drift_checks), 0::bigint, 'a stranger with a token reads nothing');
set local role perf_admin;
select is((select count(*) from perf.model_drift_checks), 1::bigint, 'perf_admin reads');
set local role perf_analyst;
select is((select count(*) from perf.model_drift_checks), 1::bigint, 'perf_analyst reads');
set local role service_role;
select is((select count(*) from perf.model_drift_checks), 1::bigint, 'service_role reads');
set local role perf_recorder;
select throws_ok('select * from perf.model_drift_checks', '42501', null, 'perf_recorder reads nothing');
set local role anon;
select throws_ok('select * from perf.model_drift_checks', '42501', null, 'anon reads nothing');
set local role perf_admin;
select throws_ok('delete from perf.model_drift_checks', '42501', null, 'perf_admin writes only by functions: delete');
set local role perf_admin;
select throws_ok('update perf.model_drift_checks set drift_score = drift_score', '42501', null, 'perf_admin writes only by functions: update');
set local role service_role;
select throws_ok('delete from perf.model_drift_checks', '42501', null, 'service_role writes only by functions: delete');
set local role service_role;
select throws_ok('update perf.model_drift_checks set drift_score = drift_score', '42501', null, 'service_role writes only by functions: update');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select throws_ok('delete from perf.model_drift_checks', '42501', null, 'an admin by token does so too');

select * from finish();
rollback;
