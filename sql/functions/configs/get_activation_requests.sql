create or replace function perf.get_activation_requests(
    model_type text default null,
    max_rows integer default 100
)
returns table (
    request_id bigint,
    model_type varchar(20),
    config_id uuid,
    version integer,
    config_name varchar(100),
    status text,
    requested_at timestamptz,
    requester_name text,
    notes text,
    guard jsonb,
    decided_at timestamptz,
    decider_name text,
    decision_notes text,
    activation_id bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_max_rows(get_activation_requests.max_rows);
    select
        r.id,
        r.model_type,
        r.config_id,
        c.version,
        c.config_name,
        r.status,
        r.requested_at,
        perf_internal.get_actor_name(a.username, r.requested_by_role, r.requested_by_login),
        r.notes,
        r.guard,
        r.decided_at,
        perf_internal.get_actor_name(d.username, r.decided_by_role, r.decided_by_login),
        r.decision_notes,
        r.activation_id
    from perf.model_config_requests as r
    join perf.model_config_history as c on c.id = r.config_id
    left join perf.profiles as a on a.id = r.requested_by
    left join perf.profiles as d on d.id = r.decided_by
    where get_activation_requests.model_type is null
        or r.model_type = get_activation_requests.model_type
    order by r.status = 'open' desc, r.id desc
    limit get_activation_requests.max_rows;
$$;

comment on function perf.get_activation_requests is
    'Requests to activate a version, of one model type or all: those that wait for perf.approve_activation() or perf.reject_activation() (status open) first, then approved, rejected and withdrawn ones, the newest first. Who asked and who decided is a person, a login or the service key. At most max_rows. Errors: 22023 bad max_rows, 42501 not an analyst.';

revoke execute on function perf.get_activation_requests from public;
grant execute on function perf.get_activation_requests
    to authenticated, service_role, perf_admin, perf_analyst;
