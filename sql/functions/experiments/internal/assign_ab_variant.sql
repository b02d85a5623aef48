-- security definer: recorders read no tests; the caller is checked first.
create or replace function perf_internal.assign_ab_variant(test_id uuid, unit_key text)
returns table (variant text, model_id uuid, model_version text)
language plpgsql
stable
security definer
rows 1
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_problem text := case
        when perf_internal.require_role('recorder', 'analyst')
        then perf_internal.get_unit_key_problem('unit_key', assign_ab_variant.unit_key)
    end;
    v_test perf.model_ab_tests;
begin
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem;
    end if;
    select t.*
    into v_test
    from perf.model_ab_tests as t
    where t.id = assign_ab_variant.test_id;
    if v_test.id is null then
        raise exception using
            errcode = 'PT404',
            message = format(
                'there is no A/B test %s', coalesce(assign_ab_variant.test_id::text, 'null')
            ),
            hint = 'perf.get_ab_tests() lists them.';
    end if;
    variant := case
        when v_test.test_status = 'completed'
            then case v_test.winner_model when 'b' then 'b' else 'a' end
        when v_test.test_start > now() then 'a'
        else perf_internal.get_ab_variant(
            v_test.id, assign_ab_variant.unit_key, v_test.traffic_split
        )
    end;
    model_id := case variant when 'a' then v_test.model_a_id else v_test.model_b_id end;
    model_version := case variant
        when 'a' then v_test.model_a_version
        else v_test.model_b_version
    end;
    return next;
end
$$;

comment on function perf_internal.assign_ab_variant is
    'Does the work of perf.assign_ab_variant().';

revoke execute on function perf_internal.assign_ab_variant from public;
grant execute on function perf_internal.assign_ab_variant
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
