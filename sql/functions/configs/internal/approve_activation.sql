-- security definer: no API role may write requests or activations; the caller is checked first.
create or replace function perf_internal.approve_activation(request_id bigint, notes text)
returns perf.model_config_activations
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_request perf.model_config_requests;
    v_activation perf.model_config_activations;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.add_own_profile();
    v_request := perf_internal.lock_open_request(approve_activation.request_id);
    if perf_internal.is_requester(v_request) then
        raise exception using
            errcode = 'insufficient_privilege',
            message = case
                when v_request.requested_by = perf_internal.get_profile_id()
                    then 'a request is approved by somebody else than who made it'
                when perf_internal.get_caller() = 'service_role' then format(
                    'the service key names nobody, so it does not approve request %s, which came through the same login',
                    v_request.id
                )
                else format(
                    'request %s came through the same login %s, and no token says who made it or who approves it',
                    v_request.id, perf_internal.quote_value(session_user)
                )
            end,
            hint = 'Another admin approves it with a token, or with a database login of their own.';
    end if;
    v_activation := perf_internal.add_activation(
        v_request.config_id, v_request.notes, v_request.guard
    );
    update perf.model_config_requests as r
    set status = 'approved',
        decided_by = perf_internal.get_profile_id(),
        decided_by_role = perf_internal.get_caller(),
        decided_by_login = session_user,
        decided_at = now(),
        decision_notes = approve_activation.notes,
        activation_id = v_activation.id
    where r.id = v_request.id;
    return v_activation;
end
$$;

comment on function perf_internal.approve_activation is 'Does the work of perf.approve_activation().';

revoke execute on function perf_internal.approve_activation from public;
grant execute on function perf_internal.approve_activation to authenticated, service_role, perf_admin;
