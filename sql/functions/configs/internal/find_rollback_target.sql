create or replace function perf_internal.find_rollback_target(
    model_type text,
    steps integer,
    to_id uuid
)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive path as (
        select a.previous_id as id, 1 as step
        from perf.model_config_activations as a
        where a.model_type = find_rollback_target.model_type
            and a.active_until is null
        union all
        select a.previous_id, p.step + 1
        from path as p
        join perf.model_config_activations as a on a.id = p.id
        where p.step < find_rollback_target.steps
    )
    select p.id
    from path as p
    where p.step = find_rollback_target.steps
        and find_rollback_target.to_id is null
    union all
    (
        select a.id
        from perf.model_config_activations as a
        where a.model_type = find_rollback_target.model_type
            and a.config_id = find_rollback_target.to_id
        order by a.active_from desc
        limit 1
    );
$$;

comment on function perf_internal.find_rollback_target is
    'The activation that a rollback brings back: so many steps along previous_id, or the latest of a version; null for none.';

revoke execute on function perf_internal.find_rollback_target from public;
