-- security definer: no API role may write requests; the caller is checked first.
create or replace function perf.reject_activation(request_id bigint, notes text default null)
returns perf.model_config_requests
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_request perf.model_config_requests;
begin
    perform perf_internal.require_role('admin');
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

comment on function perf.reject_activation is
    'Closes a request without an activation: rejected, or withdrawn when the requester does it. Errors: 42501 not an admin, PT404 unknown request, PT409 not open.';

revoke execute on function perf.reject_activation from public;
grant execute on function perf.reject_activation to authenticated, service_role, perf_admin;
