-- security definer: no API role may write types; the caller is checked first.
create or replace function perf_internal.set_config_approval(
    model_type text,
    needs_approval boolean
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform perf_internal.require_role('admin');
    if set_config_approval.needs_approval is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'needs_approval must not be null';
    end if;
    if perf_internal.lock_config_type(set_config_approval.model_type) is null then
        raise exception using
            errcode = 'PT404',
            message = 'no configurations of model type '
                || perf_internal.quote_value(set_config_approval.model_type),
            hint = 'perf.save_model_config() saves the first.';
    end if;
    update perf.model_config_types as t
    set needs_approval = set_config_approval.needs_approval
    where t.model_type = set_config_approval.model_type
        and t.needs_approval <> set_config_approval.needs_approval;
    return found;
end
$$;

comment on function perf_internal.set_config_approval is 'Does the work of perf.set_config_approval().';

revoke execute on function perf_internal.set_config_approval from public;
grant execute on function perf_internal.set_config_approval to authenticated, service_role, perf_admin;
