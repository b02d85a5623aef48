-- security definer: no API role may write requests; the caller is checked first. A type that needs
-- no approval takes requests too: a person may want a second opinion without the rule.
create or replace function perf_internal.request_activation(
    id uuid,
    notes text,
    guard jsonb
)
returns perf.model_config_requests
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_config perf.model_config_history;
    v_problem text;
    v_request perf.model_config_requests;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.add_own_profile();
    v_config := perf_internal.get_model_config(request_activation.id);
    v_problem := perf_internal.get_guard_problem(request_activation.guard);
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    insert into perf.model_config_requests as r (
        model_type,
        config_id,
        notes,
        guard,
        requested_by,
        requested_by_role,
        requested_by_login
    )
    values (
        v_config.model_type,
        v_config.id,
        request_activation.notes,
        request_activation.guard,
        perf_internal.get_profile_id(),
        perf_internal.get_caller(),
        session_user
    )
    returning r.* into v_request;
    return v_request;
end
$$;

comment on function perf_internal.request_activation is 'Does the work of perf.request_activation().';

revoke execute on function perf_internal.request_activation from public;
grant execute on function perf_internal.request_activation to authenticated, service_role, perf_admin;
