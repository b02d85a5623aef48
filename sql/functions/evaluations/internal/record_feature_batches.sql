-- security definer: as record_feature_values. All or nothing: one statement inserts.
create or replace function perf_internal.record_feature_batches(batches jsonb)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
set timezone = 'UTC'
as $$
declare
    -- Clients that name the argument send an object.
    v_given jsonb := case
        when jsonb_typeof(record_feature_batches.batches) = 'object'
            and record_feature_batches.batches ? 'batches'
            and record_feature_batches.batches - 'batches' = '{}'
        then record_feature_batches.batches -> 'batches'
        else record_feature_batches.batches
    end;
    v_batches perf_internal.feature_batch[];
    v_position bigint;
    v_problem text;
begin
    perform perf_internal.require_role('recorder');
    if v_given is null or jsonb_typeof(v_given) <> 'array' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'batches must be a JSON array, got ' || perf_internal.quote_json(v_given),
            hint = 'Give the array alone or as {"batches": [...]}, without other keys. Each element is an object with the arguments of perf.record_feature_values().';
    end if;
    select e.ordinality - 1, p.problem
    into v_position, v_problem
    from jsonb_array_elements(v_given) with ordinality as e
    cross join lateral perf_internal.get_feature_element_problem(e.value) as p (problem)
    where p.problem is not null
    limit 1;
    -- Elements before that one can be read, and may have another problem.
    v_batches := array(
        select row(
            e.value ->> 'model_type',
            (e.value ->> 'machine_id')::uuid,
            e.value ->> 'feature',
            case jsonb_typeof(e.value -> 'values')
                when 'array' then array(
                    select nullif(v.value, 'null')::float8
                    from jsonb_array_elements(e.value -> 'values') with ordinality as v
                    order by v.ordinality
                )
            end,
            nullif(e.value -> 'categories', 'null'),
            (e.value ->> 'observed_at')::timestamptz,
            (e.value ->> 'batch_id')::uuid
        )::perf_internal.feature_batch
        from jsonb_array_elements(v_given) with ordinality as e
        where (e.ordinality <= v_position) is not false
        order by e.ordinality
    );
    select b.ordinality - 1, p.problem
    into v_position, v_problem
    from unnest(v_batches) with ordinality as b
    cross join lateral perf_internal.get_feature_problem(
        row(
            b.model_type, b.machine_id, b.feature, b.values, b.categories, b.observed_at, b.batch_id
        )::perf_internal.feature_batch
    ) as p (problem)
    where p.problem is not null
    union all
    select v_position, v_problem
    limit 1;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('batches[%s]: %s', v_position, v_problem),
            hint = 'Nothing of this call was recorded.';
    end if;
    return perf_internal.record_features(v_batches, is_batch => true);
end
$$;

comment on function perf_internal.record_feature_batches is
    'As perf.record_feature_batches(), which calls it.';

revoke execute on function perf_internal.record_feature_batches from public;
grant execute on function perf_internal.record_feature_batches
    to authenticated, service_role, perf_admin, perf_recorder;
