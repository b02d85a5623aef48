create or replace function perf.get_active_configs(
    model_type text default null,
    max_rows integer default 1000
)
returns table (
    model_type varchar(20),
    id uuid,
    version integer,
    config_name varchar(100),
    config_data jsonb,
    created_at timestamptz,
    created_by uuid,
    creator_name text,
    active_from timestamptz,
    activated_by uuid,
    activator_name text,
    activation_notes text
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_max_rows(
        get_active_configs.max_rows,
        (
            select count(*)
            from perf.model_config_activations as a
            where a.active_until is null
                and (
                    get_active_configs.model_type is null
                    or a.model_type = get_active_configs.model_type
                )
        )
    );
    select
        c.model_type,
        c.id,
        c.version,
        c.config_name,
        c.config_data,
        c.created_at,
        c.created_by,
        p.username,
        a.active_from,
        a.activated_by,
        perf_internal.get_actor_name(q.username, a.activated_by_role, a.activated_by_login),
        a.notes
    from perf.model_config_history as c
    join perf.model_config_activations as a
        on a.model_type = c.model_type
        and a.active_until is null
    left join perf.profiles as p on p.id = c.created_by
    left join perf.profiles as q on q.id = a.activated_by
    where c.is_active
        and (
            get_active_configs.model_type is null
            or c.model_type = get_active_configs.model_type
        )
    order by c.model_type;
$$;

comment on function perf.get_active_configs is
    'The version in force of every model type, or of one. Errors: 22023 more than max_rows rows, 42501 not an analyst.';

revoke execute on function perf.get_active_configs from public;
grant execute on function perf.get_active_configs
    to authenticated, service_role, perf_admin, perf_analyst;
