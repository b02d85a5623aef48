-- security definer: as record_model_metrics. All or nothing: one statement inserts.
create or replace function perf_internal.record_model_metrics_batch(evaluations jsonb)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_body alias for evaluations;
    -- Clients that name the argument send an object.
    v_given jsonb := case
        when jsonb_typeof(v_body) = 'object'
            and v_body ? 'evaluations'
            and v_body - 'evaluations' = '{}'
        then v_body -> 'evaluations'
        else v_body
    end;
    v_position bigint;
    v_problem text;
begin
    perform perf_internal.require_role('recorder');
    if v_given is null or jsonb_typeof(v_given) <> 'array' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'evaluations must be a JSON array, got ' || perf_internal.quote_json(v_given),
            hint = 'Give the array alone or as {"evaluations": [...]}, without other keys. Each element is an object with the arguments of perf.record_model_metrics().';
    end if;
    select g.position - 1, p.problem
    into v_position, v_problem
    from jsonb_array_elements(v_given) with ordinality as g (evaluation, position)
    cross join lateral perf_internal.get_evaluation_problem(g.evaluation) as p (problem)
    where p.problem is not null
    limit 1;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('evaluations[%s]: %s', v_position, v_problem),
            hint = 'Nothing of this batch was recorded.';
    end if;
    return perf_internal.record_evaluations(v_given);
end
$$;

comment on function perf_internal.record_model_metrics_batch is
    'Records a batch of evaluations, for perf.record_model_metrics_batch(), which says more. Errors: 22023, 42501, PT409.';

revoke execute on function perf_internal.record_model_metrics_batch from public;
grant execute on function perf_internal.record_model_metrics_batch
    to authenticated, service_role, perf_admin, perf_recorder;
