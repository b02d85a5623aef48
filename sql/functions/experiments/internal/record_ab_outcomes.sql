-- security definer: as record_ab_outcome.
create or replace function perf_internal.record_ab_outcomes(outcomes jsonb)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
set timezone = 'UTC'
as $$
declare
    v_body alias for outcomes;
    -- Clients that name the argument send an object.
    v_given jsonb := case
        when jsonb_typeof(v_body) = 'object'
            and v_body ? 'outcomes'
            and v_body - 'outcomes' = '{}'
            then v_body -> 'outcomes'
        else v_body
    end;
    v_position bigint;
    v_problem text;
begin
    perform perf_internal.require_role('recorder');
    if v_given is null or jsonb_typeof(v_given) <> 'array' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'outcomes must be a JSON array, got ' || perf_internal.quote_json(v_given),
            hint = 'Give the array alone or as {"outcomes": [...]}, without other keys. Each element is an object with the arguments of perf.record_ab_outcome().';
    end if;
    select e.ordinality - 1, p.problem
    into v_position, v_problem
    from jsonb_array_elements(v_given) with ordinality as e
    cross join lateral perf_internal.get_ab_element_problem(e.value) as p (problem)
    where p.problem is not null
    limit 1;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('outcomes[%s]: %s', v_position, v_problem),
            hint = 'Nothing of this batch was recorded.';
    end if;
    return perf_internal.record_outcomes(
        array(
            select row(
                (e.value ->> 'test_id')::uuid,
                e.value ->> 'unit_key',
                e.value -> 'outcomes',
                e.value ->> 'outcome_id',
                coalesce((e.value ->> 'observed_at')::timestamptz, now()),
                format('outcomes[%s]: ', e.ordinality - 1)
            )::perf_internal.ab_outcome
            from jsonb_array_elements(v_given) with ordinality as e
            order by e.ordinality
        )
    );
end
$$;

comment on function perf_internal.record_ab_outcomes is
    'Does the work of perf.record_ab_outcomes().';

revoke execute on function perf_internal.record_ab_outcomes from public;
grant execute on function perf_internal.record_ab_outcomes
    to authenticated, service_role, perf_admin, perf_recorder;
