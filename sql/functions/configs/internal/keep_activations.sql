-- An activation ends only where the next one begins. Only the insert of that one may change its
-- end, so no change can make a gap or rewrite the past.
create or replace function perf_internal.keep_activations()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'UPDATE' then
        if to_jsonb(new) - '{active_until,guard_status}'::text[]
            = to_jsonb(old) - '{active_until,guard_status}'::text[]
            and (new.active_until is not distinct from old.active_until or pg_trigger_depth() > 1)
            and (new.guard_status is not distinct from old.guard_status
                or old.guard_status = 'watching')
        then
            return new;
        end if;
    end if;
    raise exception using
        errcode = 'restrict_violation',
        message = 'activations are history: they cannot be changed or deleted',
        hint = 'perf.rollback_model_config() brings an earlier version back.';
end
$$;

comment on function perf_internal.keep_activations is
    'Trigger: refuses every change of an activation but its end and the end of its guard.';

revoke execute on function perf_internal.keep_activations from public;

create or replace trigger keep_activations
    before update or delete on perf.model_config_activations
    for each row execute function perf_internal.keep_activations();

create or replace trigger keep_all_activations
    before truncate on perf.model_config_activations
    for each statement execute function perf_internal.keep_activations();
