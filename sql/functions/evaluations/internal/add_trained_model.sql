-- Two sessions that add the same model meet at the unique key: the second waits until the first ends,
-- inserts nothing, and its next statement sees the row of the first. In a transaction with one snapshot
-- the insert is a serialization error instead.
create or replace function perf_internal.add_trained_model(model_type text, machine_id uuid)
returns uuid
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_type text := btrim(add_trained_model.model_type);
    v_problem text := perf_internal.get_name_problem('model_type', v_type, 200);
    v_id uuid;
begin
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    v_id := perf_internal.get_trained_model(v_type, add_trained_model.machine_id);
    if v_id is null then
        insert into perf_internal.trained_models (model_type, machine_id)
        values (v_type, add_trained_model.machine_id)
        on conflict do nothing;
        v_id := perf_internal.get_trained_model(v_type, add_trained_model.machine_id);
    end if;
    return v_id;
end
$$;

comment on function perf_internal.add_trained_model is
    'Key of the model type on this machine, or on none, which is added if it is new. Error 22023: no name.';

revoke execute on function perf_internal.add_trained_model from public;
