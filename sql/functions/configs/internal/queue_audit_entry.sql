-- security definer: the session that makes the change may not write the queue. Caller, role and
-- time are those of the change, so they are taken now; the place in the chain is given at commit.
-- Claims count only for the roles of PostgREST's tokens, because any other session can set them to
-- name anybody. UTC, because times become text here.
create or replace function perf_internal.queue_audit_entry()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set intervalstyle = 'postgres'
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
declare
    v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    v_row_id text := array_to_string(
        array(
            select coalesce(v_new, v_old) ->> k.column_name
            from unnest(tg_argv) with ordinality as k (column_name, position)
            order by k.position
        ),
        '/'
    );
begin
    perform perf_internal.check_trigger_table(tg_table_schema);
    if tg_op = 'UPDATE' then
        -- Only values that changed.
        select jsonb_object_agg(n.key, v_old -> n.key), jsonb_object_agg(n.key, n.value)
        into v_old, v_new
        from jsonb_each(v_new) as n
        where n.value is distinct from v_old -> n.key;
        if v_new is null then
            return null;
        end if;
    end if;
    insert into perf_internal.audit_queue (
        logged_at,
        table_name,
        row_id,
        action,
        caller,
        caller_role,
        caller_login,
        old_values,
        new_values
    )
    values (
        clock_timestamp(),
        tg_table_name,
        v_row_id,
        lower(tg_op),
        case
            when pg_has_role(perf_internal.get_caller(), 'authenticated', 'member')
                or pg_has_role(perf_internal.get_caller(), 'service_role', 'member')
                then (select perf_internal.get_user_id())
        end,
        perf_internal.get_caller(),
        session_user,
        v_old,
        v_new
    );
    return null;
end
$$;

comment on function perf_internal.queue_audit_entry is
    'Trigger: notes a change for the audit log. Its arguments name the columns that identify the row; a truncate has none.';

revoke execute on function perf_internal.queue_audit_entry from public;

create or replace trigger queue_audit_entry
    after insert or update or delete on perf.model_config_history
    for each row execute function perf_internal.queue_audit_entry('id');

create or replace trigger queue_audit_entry
    after insert or update or delete on perf.model_config_activations
    for each row execute function perf_internal.queue_audit_entry('id');

create or replace trigger queue_audit_entry
    after insert or update or delete on perf.model_config_requests
    for each row execute function perf_internal.queue_audit_entry('id');

create or replace trigger queue_audit_entry
    after insert or update or delete on perf.model_config_types
    for each row execute function perf_internal.queue_audit_entry('model_type');

create or replace trigger queue_audit_entry
    after insert or update or delete on perf.access_settings
    for each row execute function perf_internal.queue_audit_entry('id');

create or replace trigger queue_audit_entry
    after insert or update or delete on perf.profiles
    for each row execute function perf_internal.queue_audit_entry('id');

create or replace trigger queue_audit_entry
    after insert or update or delete on perf.user_roles
    for each row execute function perf_internal.queue_audit_entry('user_id', 'role');

-- Not for the rows that a migration inserts, and not for deleted_before, which every cleanup
-- changes.
create or replace trigger queue_audit_entry
    after update of keep or delete on perf.retention
    for each row execute function perf_internal.queue_audit_entry('pipeline', 'level');

-- Not for a model that recording adds: no person decided that, and with an entry a new model would
-- take twice as long to record and would wait for others that commit. Only the owner of the table
-- can use the setting to change a model without an entry: perf.register_model turns it off.
create or replace trigger queue_audit_entry
    after insert or update or delete on perf.models
    for each row
    when (current_setting('perf.models_are_recorded', true) is distinct from 'on')
    execute function perf_internal.queue_audit_entry('id');

-- Not for those that recording adds, either. An admin may write these tables, and set the setting
-- too, so it counts only where the owner writes, as in recording functions: nobody else may write the
-- queue.
create or replace trigger queue_audit_entry
    after insert or update or delete on perf.workflows
    for each row
    when (
        current_setting('perf.workflows_are_recorded', true) is distinct from 'on'
        or not has_table_privilege('perf_internal.audit_queue', 'insert')
    )
    execute function perf_internal.queue_audit_entry('id');

create or replace trigger queue_audit_entry
    after insert or update or delete on perf.workers
    for each row
    when (
        current_setting('perf.workflows_are_recorded', true) is distinct from 'on'
        or not has_table_privilege('perf_internal.audit_queue', 'insert')
    )
    execute function perf_internal.queue_audit_entry('id');

-- All other tables here are referred to by one that cannot be truncated.
create or replace trigger queue_truncate_entry
    after truncate on perf.access_settings
    for each statement execute function perf_internal.queue_audit_entry();

create or replace trigger queue_truncate_entry
    after truncate on perf.user_roles
    for each statement execute function perf_internal.queue_audit_entry();

create or replace trigger queue_truncate_entry
    after truncate on perf.retention
    for each statement execute function perf_internal.queue_audit_entry();

create or replace trigger queue_truncate_entry
    after truncate on perf.model_config_requests
    for each statement execute function perf_internal.queue_audit_entry();
