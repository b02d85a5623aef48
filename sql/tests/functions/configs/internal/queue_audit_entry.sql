begin;
select plan(20);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');

select results_eq(
    $$ select table_name, action, row_id, new_values - 'created_at' - 'granted_at'
       from perf_internal.audit_queue order by id $$,
    $$ values
        ('profiles', 'insert', 'a0000000-0000-4000-8000-000000000000',
            '{"id": "a0000000-0000-4000-8000-000000000000", "subject": null, "username": "ada"}'::jsonb),
        ('user_roles', 'insert', 'a0000000-0000-4000-8000-000000000000/admin',
            '{"user_id": "a0000000-0000-4000-8000-000000000000", "role": "admin"}') $$,
    'a role that is granted, with its profile; a key of two columns is joined'
);

delete from perf_internal.audit_queue;
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

delete from perf_internal.audit_queue;
update perf.model_config_types set needs_approval = needs_approval;

select is_empty('select * from perf_internal.audit_queue', 'an update that changes nothing is none');

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada lovelace');
select perf.revoke_role('a0000000-0000-4000-8000-000000000000', 'admin');

select results_eq(
    $$ select table_name, action, row_id, old_values ->> 'username', new_values ->> 'username'
       from perf_internal.audit_queue order by id $$,
    $$ values
        ('profiles', 'update', 'a0000000-0000-4000-8000-000000000000', 'ada', 'ada lovelace'),
        ('user_roles', 'delete', 'a0000000-0000-4000-8000-000000000000/admin', null, null) $$,
    'another name and a role that is taken'
);

insert into perf.profiles (id, username) values ('b0000000-0000-4000-8000-000000000000', 'ben');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst');
delete from perf_internal.audit_queue;
delete from perf.profiles where username = 'ben';

select results_eq(
    'select table_name, action from perf_internal.audit_queue order by table_name',
    $$ values ('profiles', 'delete'), ('user_roles', 'delete') $$,
    'a profile that is deleted, and the roles that go with it'
);

delete from perf_internal.audit_queue;
truncate perf.user_roles;

select results_eq(
    'select table_name, action, row_id from perf_internal.audit_queue',
    $$ values ('user_roles', 'truncate', '') $$,
    'all roles gone at once'
);

delete from perf_internal.audit_queue;
update perf.retention set keep = '8 days' where pipeline = 'calls' and level = 'raw';
update perf.retention set deleted_before = '2020-01-06 00:00+00' where pipeline = 'calls';
delete from perf.retention where pipeline = 'calls' and level = 'weekly';

select results_eq(
    $$ select action, row_id, old_values ->> 'keep', new_values ->> 'keep'
       from perf_internal.audit_queue where table_name = 'retention' order by id $$,
    $$ values
        ('update', 'calls/raw', '7 days', '8 days'),
        ('delete', 'calls/weekly', null, null) $$,
    'how long calls are kept, but not what cleanup says is gone'
);

delete from perf_internal.audit_queue;
set local perf.models_are_recorded = 'on';
select perf.register_model('x/m');
select perf.register_model('x/m', model_type => 'sdxl');

select results_eq(
    $$ select table_name, action, new_values ->> 'name', new_values ->> 'model_type'
       from perf_internal.audit_queue order by id $$,
    $$ values ('models', 'insert', 'x/m', null), ('models', 'update', null, 'sdxl') $$,
    'a model that is registered or changed, whatever setting the caller makes'
);

delete from perf_internal.audit_queue;
select perf.record_call('one', 'chat', 1);
select perf.record_call('one', 'chat', 1, provider => 'x');
select perf.record_calls(
    '[{"model_name": "two", "tool_name": "chat", "response_time_ms": 1}]'
);
select perf.record_calls(
    '[{"model_name": "two", "tool_name": "chat", "response_time_ms": 1, "provider": "x"}]'
);

select is_empty(
    'select * from perf_internal.audit_queue',
    'but no model that recording adds or learns the provider of'
);

delete from perf_internal.audit_queue;
insert into perf.workflows (name) values ('portrait');
update perf.workflows set retired_at = '2020-01-06 00:00+00';
delete from perf.workflows;
insert into perf.workers (name) values ('gpu-1');
update perf.workers set vram_mb = 24000;
delete from perf.workers;
select results_eq(
    $$ select table_name, action,
           old_values ->> 'name', new_values ->> 'name', new_values ->> 'vram_mb'
       from perf_internal.audit_queue order by id $$,
    $$ values
        ('workflows', 'insert', null, 'portrait', null),
        ('workflows', 'update', null, null, null),
        ('workflows', 'delete', 'portrait', null, null),
        ('workers', 'insert', null, 'gpu-1', null),
        ('workers', 'update', null, null, '24000'),
        ('workers', 'delete', 'gpu-1', null, null) $$,
    'workflows and workers that people write'
);

delete from perf_internal.audit_queue;
set local perf.workflows_are_recorded = 'on';
set local role perf_admin;
insert into perf.workflows (name) values ('portrait');
select perf.register_worker('gpu-1', 'RTX 4090');
select perf.retire_workflow((select f.id from perf.workflows as f));
set local perf.workflows_are_recorded = 'on';
select perf.retire_worker((select w.id from perf.workers as w));
set local perf.workflows_are_recorded = 'on';
select perf.register_workflow('portrait', 'Faces.');
reset role;
select results_eq(
    $$ select table_name, action, new_values - 'id' - 'created_at' - 'retired_at',
           new_values ? 'retired_at'
       from perf_internal.audit_queue
       where table_name in ('workflows', 'workers')
       order by id $$,
    $$ values
        ('workflows', 'insert', '{"name": "portrait", "description": null}'::jsonb, true),
        ('workers', 'insert', '{"name": "gpu-1", "hardware": "RTX 4090", "vram_mb": null}', true),
        ('workflows', 'update', '{}', true),
        ('workers', 'update', '{}', true),
        ('workflows', 'update', '{"description": "Faces."}', false) $$,
    'and what an admin does to them, whatever setting the admin makes'
);

delete from perf_internal.audit_queue;
set local role perf_recorder;
select perf.record_job_metrics('landscape', 'gpu-2');
select perf.create_job('poster');
select perf.set_worker_available('gpu-3', true);
select perf.record_job_metrics_batch('[{"workflow_name": "sketch", "worker_name": "gpu-4"}]');
reset role;
select is_empty(
    'select * from perf_internal.audit_queue', 'but not those that recording adds'
);
select is(
    (select count(*) from perf.workflows) + (select count(*) from perf.workers),
    8::bigint,
    'which are there'
);

insert into perf.workflows (name) values ('collage');
select is(
    (select new_values ->> 'name' from perf_internal.audit_queue),
    'collage',
    'after which others are logged again'
);
delete from perf_internal.audit_queue;

update perf.models set provider = 'y' where name = 'one';
delete from perf.models where name = 'x/m';

select results_eq(
    $$ select action, old_values ->> 'provider' from perf_internal.audit_queue order by id $$,
    $$ values ('update', 'x'), ('delete', 'x') $$,
    'after recording, what the owner does by hand is noted again'
);

delete from perf_internal.audit_queue;
create role perf_test_admin login;
grant perf_admin to perf_test_admin;
set local session authorization perf_test_admin;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select perf.register_model('x/n');
reset session authorization;

select results_eq(
    'select caller, caller_role, caller_login from perf_internal.audit_queue',
    $$ values (null::uuid, 'perf_test_admin'::name, 'perf_test_admin'::name) $$,
    'a database login that makes up claims is not taken for the person in them'
);

select * from finish();
rollback;
