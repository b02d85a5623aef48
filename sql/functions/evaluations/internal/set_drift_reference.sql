-- security definer: callers may not write references themselves; their role is checked first.
create or replace function perf_internal.set_drift_reference(
    model_type text,
    machine_id uuid,
    start_time timestamptz,
    end_time timestamptz
)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_trained_model_id uuid;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_time_range(
        set_drift_reference.start_time, set_drift_reference.end_time
    );
    if set_drift_reference.start_time = set_drift_reference.end_time then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'end_time must be after start_time, got %s and %s',
                set_drift_reference.start_time, set_drift_reference.end_time
            );
    end if;
    v_trained_model_id := perf_internal.get_trained_model(
        set_drift_reference.model_type, set_drift_reference.machine_id
    );
    -- A model may have calls or jobs only. A typo has neither.
    if v_trained_model_id is null
        and exists (
            select
            from unnest(array['calls', 'jobs']) as p (pipeline)
            cross join lateral perf_internal.get_series(
                p.pipeline,
                jsonb_build_object('model_type', btrim(set_drift_reference.model_type))
            ) as s
        )
    then
        v_trained_model_id := perf_internal.add_trained_model(
            set_drift_reference.model_type, set_drift_reference.machine_id
        );
    end if;
    if v_trained_model_id is null then
        raise exception using
            errcode = 'PT404',
            message = format(
                'there is no trained model %s with machine_id %s',
                perf_internal.quote_value(set_drift_reference.model_type),
                coalesce(set_drift_reference.machine_id::text, 'null')
            ),
            hint = 'The first recorded feature or evaluation adds it. So does this function, where calls or jobs have the model type.';
    end if;
    insert into perf.drift_references as d (
        trained_model_id, kind, start_time, end_time, set_by
    )
    values (
        v_trained_model_id,
        'window',
        set_drift_reference.start_time,
        set_drift_reference.end_time,
        perf_internal.get_caller_name()
    )
    on conflict on constraint drift_references_pkey do update
    set kind = excluded.kind,
        start_time = excluded.start_time,
        end_time = excluded.end_time,
        set_at = excluded.set_at,
        set_by = excluded.set_by
    where (d.kind, d.start_time, d.end_time)
        is distinct from (excluded.kind, excluded.start_time, excluded.end_time);
    return found;
end
$$;

comment on function perf_internal.set_drift_reference is
    'As perf.set_drift_reference(), which calls it.';

revoke execute on function perf_internal.set_drift_reference from public;
grant execute on function perf_internal.set_drift_reference
    to authenticated, service_role, perf_admin;
