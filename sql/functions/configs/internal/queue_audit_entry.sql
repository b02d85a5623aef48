-- security definer: whoever makes the change may not write the queue. Caller, role and time are
-- those of the change, so they are taken now; the place in the chain is given at commit. UTC,
-- because times become text here.
create or replace function perf_internal.queue_audit_entry()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
declare
    v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    v_row_id text := coalesce(v_new, v_old) ->> tg_argv[0];
begin
    if tg_op = 'UPDATE' then
        -- Only what changed.
        select jsonb_object_agg(n.key, v_old -> n.key), jsonb_object_agg(n.key, n.value)
        into v_old, v_new
        from jsonb_each(v_new) as n
        where n.value is distinct from v_old -> n.key;
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
        (select perf_internal.get_user_id()),
        perf_internal.get_caller(),
        session_user,
        v_old,
        v_new
    );
    return null;
end
$$;

comment on function perf_internal.queue_audit_entry is
    'Trigger: notes a change for the audit log; its argument names the column that identifies the row.';

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
