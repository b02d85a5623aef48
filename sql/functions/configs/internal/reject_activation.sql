-- security definer: no API role may write requests; the caller is checked first.
create or replace function perf_internal.reject_activation(request_id bigint, notes text)
returns perf.model_config_requests
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_request perf.model_config_requests;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.add_own_profile();
    v_request := perf_internal.lock_open_request(reject_activation.request_id);
    update perf.model_config_requests as r
    set status = case
            when v_request.requested_by is not distinct from perf_internal.get_profile_id()
                and (
                    v_request.requested_by is not null
                    or v_request.requested_by_login = session_user
                )
                then 'withdrawn'
            else 'rejected'
        end,
        decided_by = perf_internal.get_profile_id(),
        decided_by_role = perf_internal.get_caller(),
        decided_by_login = session_user,
        decided_at = now(),
        decision_notes = reject_activation.notes
    where r.id = v_request.id
    returning r.* into v_request;
    return v_request;
end
$$;

comment on function perf_internal.reject_activation is 'Does the work of perf.reject_activation().';

revoke execute on function perf_internal.reject_activation from public;
grant execute on function perf_internal.reject_activation to authenticated, service_role, perf_admin;
