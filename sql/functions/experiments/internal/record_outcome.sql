-- What record_outcomes() does, for one outcome that is in order: a few short statements with kept
-- plans take a third of the time. It takes the same locks in the same order, and leaves everything
-- else to record_outcomes(): what is wrong, and transactions with one snapshot.
create or replace function perf_internal.record_outcome(
    outcome perf_internal.ab_outcome,
    is_of_calls boolean default false
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    o alias for outcome;
    v_traffic_split double precision;
    v_variant text;
    v_names text[];
    v_series_ids uuid[];
    v_values double precision[];
    v_is_good boolean;
    v_sum double precision;
    v_count integer;
    v_result text;
    v_is_new boolean := false;
begin
    -- Assigned, here and below, because perform takes several times as long.
    v_result := perf_internal.check_origin();
    v_result := pg_advisory_xact_lock_shared(uuid_hash_extended(o.test_id, 0));
    select t.traffic_split
    into v_traffic_split
    from perf.model_ab_tests as t
    where t.id = o.test_id
        and t.test_status = 'running'
        and t.test_start <= o.observed_at;
    if v_traffic_split is not null
        and current_setting('transaction_isolation') = 'read committed'
        and perf_internal.get_unit_key_problem('unit_key', o.unit_key) is null
        and (
            o.outcome_id is null
            or perf_internal.get_unit_key_problem('outcome_id', o.outcome_id) is null
        )
        and o.observed_at between '1970-01-01 00:00+00' and now() + interval '1 day'
        and jsonb_typeof(o.outcomes) = 'object'
        and o.outcomes <> '{}'
        and pg_column_size(o.outcomes) <= 65536
    then
        v_variant := perf_internal.get_ab_variant(o.test_id, o.unit_key, v_traffic_split);
        select
            array_agg(k.name),
            array_agg(k.series_id) filter (where k.value is not null),
            array_agg(k.value) filter (where k.value is not null),
            record_outcome.is_of_calls or bool_and(k.is_good)
        into v_names, v_series_ids, v_values, v_is_good
        from (
            select
                g.name,
                s.id as series_id,
                case
                    when m.above is null then n.value
                    else (n.value > m.above)::integer
                end as value,
                n.is_good
            from perf.ab_test_metrics as m
            join perf_internal.ab_series as s
                on s.test_id = m.test_id
                and s.metric = m.metric
                and s.variant = v_variant
            cross join lateral (
                select
                    coalesce(m.source_metric, m.metric) as name,
                    o.outcomes -> coalesce(m.source_metric, m.metric) as given
            ) as g
            cross join lateral (
                select
                    case jsonb_typeof(g.given)
                        -- A time of a call may be too small for the raw table.
                        when 'number' then round(g.given::numeric, 100)::float8
                        when 'boolean' then g.given::boolean::integer
                    end as value,
                    case jsonb_typeof(g.given)
                        when 'number'
                        then g.given::numeric = 0 or abs(g.given::numeric) between 1e-100 and 1e15
                        else coalesce(jsonb_typeof(g.given), 'null') in ('boolean', 'null')
                    end as is_good
            ) as n
            where m.test_id = o.test_id
            order by s.id
        ) as k;
        v_is_good := v_is_good and (record_outcome.is_of_calls or o.outcomes - v_names = '{}');
    end if;
    if v_is_good is not true then
        return perf_internal.record_outcomes(
            array[record_outcome.outcome], record_outcome.is_of_calls
        ) > 0;
    end if;
    if o.outcome_id is not null then
        for i in 1 .. coalesce(cardinality(v_series_ids), 0) loop
            insert into perf_internal.ab_outcome_ids (series_id, outcome_id)
            values (v_series_ids[i], o.outcome_id)
            on conflict do nothing;
            if not found then
                v_series_ids[i] := null;
            end if;
        end loop;
    end if;
    v_result := set_config('perf.rows_are_checked', 'on', true);
    for i in 1 .. coalesce(cardinality(v_series_ids), 0) loop
        continue when v_series_ids[i] is null;
        insert into perf_internal.ab_units as u (
            series_id, unit_key, outcome_sum, outcome_count, has_ids
        )
        values (v_series_ids[i], o.unit_key, v_values[i], 1, o.outcome_id is not null)
        on conflict on constraint ab_units_pkey do update
        set outcome_sum = u.outcome_sum + excluded.outcome_sum,
            outcome_count = u.outcome_count + excluded.outcome_count
        where excluded.has_ids
        returning u.outcome_sum, u.outcome_count
        into v_sum, v_count;
        continue when not found;
        insert into perf.ab_outcomes (series_id, created_at, value, earlier_sum, earlier_count)
        values (v_series_ids[i], o.observed_at, v_values[i], v_sum - v_values[i], v_count - 1);
        v_is_new := true;
    end loop;
    v_result := set_config('perf.rows_are_checked', 'off', true);
    return v_is_new and v_result = 'off';
end
$$;

comment on function perf_internal.record_outcome is
    'Records one outcome of a unit of an A/B test and returns whether anything was new, as perf_internal.record_outcomes() does, in less time.';

revoke execute on function perf_internal.record_outcome from public;
