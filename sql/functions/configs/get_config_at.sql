-- One step down an index, at any number of versions and activations.
create or replace function perf.get_config_at(model_type text, at timestamptz default now())
returns table (
    id uuid,
    model_type varchar(20),
    version integer,
    config_name varchar(100),
    config_data jsonb,
    activation_id bigint,
    active_from timestamptz,
    active_until timestamptz
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.require_role('analyst');
    select perf_internal.check_given('model_type', get_config_at.model_type),
        perf_internal.check_given('at', get_config_at.at::text);
    select
        c.id,
        c.model_type,
        c.version,
        c.config_name,
        c.config_data,
        a.id,
        a.active_from,
        a.active_until
    from (
        select a.*
        from perf.model_config_activations as a
        where a.model_type = get_config_at.model_type
            and a.active_from <= get_config_at.at
        order by a.active_from desc
        limit 1
    ) as a
    join perf.model_config_history as c on c.id = a.config_id
    where a.active_until is null
        or a.active_until > get_config_at.at;
$$;

comment on function perf.get_config_at is
    'The version of a model type in force at a moment; no row before its first activation. Errors: 22023, 42501 not an analyst.';

revoke execute on function perf.get_config_at from public;
grant execute on function perf.get_config_at
    to authenticated, service_role, perf_admin, perf_analyst;
