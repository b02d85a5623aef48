begin;
select plan(5);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select perf.save_model_config('sdxl', 'one', '{"n": 1}', activate => true);
reset role;

select results_eq(
    $$ select table_name, action from perf_internal.audit_queue order by table_name, action $$,
    $$ values ('model_config_activations', 'insert'), ('model_config_history', 'insert'),
        ('model_config_history', 'update'), ('model_config_types', 'insert') $$,
    'notes every change of the transaction'
);

select is(
    (
        select string_agg(distinct concat_ws(' ', caller, caller_role, caller_login), ', ')
        from perf_internal.audit_queue
    ),
    concat_ws(' ', 'a0000000-0000-4000-8000-000000000000', 'authenticated', session_user),
    'with person, role and login at the time of the change'
);

select results_eq(
    $$ select old_values, new_values from perf_internal.audit_queue
       where action = 'update' and table_name = 'model_config_history' $$,
    $$ values ('{"is_active": false}'::jsonb, '{"is_active": true}'::jsonb) $$,
    'an update with what changed'
);

select results_eq(
    $$ select row_id, old_values, new_values -> 'config_data' from perf_internal.audit_queue
       where action = 'insert' and table_name = 'model_config_history' $$,
    $$ values (perf.find_model_config('sdxl@1')::text, null::jsonb, '{"n": 1}'::jsonb) $$,
    'an insert with the row'
);

select perf.request_activation(perf.find_model_config('sdxl@1'));
select perf.set_config_approval('sdxl', true);

select results_eq(
    $$ select table_name, action, row_id = 'sdxl'
       from perf_internal.audit_queue order by id desc limit 2 $$,
    $$ values ('model_config_types', 'update', true), ('model_config_requests', 'insert', false) $$,
    'requests and the rule of approval too'
);

select * from finish();
rollback;
