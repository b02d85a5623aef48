create or replace function perf_internal.get_trained_model(model_type text, machine_id uuid)
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select m.id
    from perf_internal.trained_models as m
    where m.model_type = (select btrim(get_trained_model.model_type))
        -- The key finds each side of "or", and not "is not distinct from".
        and (
            m.machine_id = get_trained_model.machine_id
            or (m.machine_id is null and get_trained_model.machine_id is null)
        );
$$;

comment on function perf_internal.get_trained_model is
    'Key of the model type on this machine, or on none; null if it is unknown.';

revoke execute on function perf_internal.get_trained_model from public;
grant execute on function perf_internal.get_trained_model
    to authenticated, service_role, perf_admin, perf_analyst;
