-- Type by type, because a type's activations are in an index in this order.
create or replace function perf.get_activation_history(
    model_type text default null,
    since timestamptz default '-infinity',
    until timestamptz default 'infinity',
    max_rows integer default 100
)
returns table (
    activation_id bigint,
    model_type varchar(20),
    config_id uuid,
    version integer,
    config_name varchar(100),
    kind text,
    active_from timestamptz,
    active_until timestamptz,
    activated_by uuid,
    activator_name text,
    notes text,
    guard jsonb,
    guard_status text
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_history_range(
        get_activation_history.since, get_activation_history.until, get_activation_history.max_rows
    );
    select
        a.id,
        a.model_type,
        a.config_id,
        c.version,
        c.config_name,
        a.kind,
        a.active_from,
        a.active_until,
        a.activated_by,
        perf_internal.get_actor_name(p.username, a.activated_by_role, a.activated_by_login),
        a.notes,
        a.guard,
        a.guard_status
    from perf.model_config_types as t
    cross join lateral (
        select a.*
        from perf.model_config_activations as a
        where a.model_type = t.model_type
            and a.active_from < get_activation_history.until
            and (a.active_until is null or a.active_until > get_activation_history.since)
        order by a.active_from desc
        limit get_activation_history.max_rows
    ) as a
    join perf.model_config_history as c on c.id = a.config_id
    left join perf.profiles as p on p.id = a.activated_by
    where get_activation_history.model_type is null
        or t.model_type = get_activation_history.model_type
    order by a.active_from desc, a.id desc
    limit get_activation_history.max_rows;
$$;

comment on function perf.get_activation_history is
    'Activations in force at some time of a range, newest first, of one model type or all: what, when, by whom (or which login, or the service key) and why. At most max_rows, 1 to 10000. Errors: 22023, 42501 not an analyst.';

revoke execute on function perf.get_activation_history from public;
grant execute on function perf.get_activation_history
    to authenticated, service_role, perf_admin, perf_analyst;
