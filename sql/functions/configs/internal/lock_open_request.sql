create or replace function perf_internal.lock_open_request(request_id bigint)
returns perf.model_config_requests
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_request perf.model_config_requests;
begin
    -- The type is locked first, as everywhere. Then the request cannot change either.
    perform perf_internal.lock_config_type(r.model_type)
    from perf.model_config_requests as r
    where r.id = lock_open_request.request_id;
    select r.*
    into v_request
    from perf.model_config_requests as r
    where r.id = lock_open_request.request_id
    for update;
    if not found then
        raise exception using
            errcode = 'PT404',
            message = 'no activation request '
                || coalesce(lock_open_request.request_id::text, 'null');
    elsif v_request.status <> 'open' then
        raise exception using
            errcode = 'PT409',
            message = format('request %s is %s already', v_request.id, v_request.status);
    end if;
    return v_request;
end
$$;

comment on function perf_internal.lock_open_request is
    'Locks the type of a request and returns the request. Errors: PT404, PT409 not open.';

revoke execute on function perf_internal.lock_open_request from public;
