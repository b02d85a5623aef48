-- Type by type, because a type's versions are in an index in this order.
create or replace function perf.get_config_history(
    model_type text default null,
    since timestamptz default '-infinity',
    until timestamptz default 'infinity',
    created_by uuid default null,
    max_rows integer default 100
)
returns table (
    id uuid,
    model_type varchar(20),
    version integer,
    config_name varchar(100),
    config_data jsonb,
    is_active boolean,
    created_at timestamptz,
    created_by uuid,
    creator_name text,
    notes text,
    activations bigint,
    last_active_from timestamptz,
    last_active_until timestamptz
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_history_range(
        get_config_history.since, get_config_history.until, get_config_history.max_rows
    );
    select
        c.id,
        c.model_type,
        c.version,
        c.config_name,
        c.config_data,
        c.is_active,
        c.created_at,
        c.created_by,
        p.username,
        c.notes,
        a.activations,
        a.last_active_from,
        case when not c.is_active then a.last_active_until end
    from (
        select c.*
        from perf.model_config_types as t
        cross join lateral (
            select c.*
            from perf.model_config_history as c
            where c.model_type = t.model_type
                and c.created_at >= get_config_history.since
                and c.created_at < get_config_history.until
                and (
                    get_config_history.created_by is null
                    or c.created_by = get_config_history.created_by
                )
            order by c.created_at desc, c.version desc
            limit get_config_history.max_rows
        ) as c
        where get_config_history.model_type is null
            or t.model_type = get_config_history.model_type
        order by c.created_at desc, c.version desc
        limit get_config_history.max_rows
    ) as c
    left join perf.profiles as p on p.id = c.created_by
    cross join lateral (
        select
            count(*) as activations,
            max(a.active_from) as last_active_from,
            max(a.active_until) as last_active_until
        from perf.model_config_activations as a
        where a.config_id = c.id
            and a.model_type = c.model_type
    ) as a
    order by c.created_at desc, c.version desc;
$$;

comment on function perf.get_config_history is
    'Versions, newest first: of one model type or all, saved in a range of time, by one person or all; who saved them, and when they were last in force. At most max_rows, 1 to 10000. Errors: 22023, 42501 not an analyst.';

revoke execute on function perf.get_config_history from public;
grant execute on function perf.get_config_history
    to authenticated, service_role, perf_admin, perf_analyst;
