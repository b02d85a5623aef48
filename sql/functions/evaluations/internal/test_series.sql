-- Distributions are of what succeeded. What failed is in the share of failures.
create or replace function perf_internal.test_series(
    pipeline text,
    model_type text,
    reference_start timestamptz,
    reference_end timestamptz,
    start_time timestamptz,
    end_time timestamptz,
    method text,
    alpha double precision,
    minimum_sample bigint
)
returns setof perf_internal.drift_test
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_least_share constant double precision := 0.01;
    v_metrics text[] := case test_series.pipeline
        when 'calls' then array[
            'successful_response_time_ms',
            'successful_first_token_ms',
            'successful_input_tokens',
            'successful_output_tokens',
            'error_rate'
        ]
        else array['successful_time_per_frame_ms', 'successful_quality_rating', 'failure_rate']
    end;
    v_series_ids uuid[] := array(
        select s.series_id
        from perf_internal.get_series(
            test_series.pipeline, jsonb_build_object('model_type', test_series.model_type)
        ) as s
    );
begin
    if cardinality(v_series_ids) = 0 then
        return;
    elsif test_series.reference_start is null then
        return query
        select
            test_series.pipeline, null::text, null::text, null::float8, null::float8, null::float8,
            null::float8, null::bigint, null::bigint, null::float8, null::float8, null::boolean,
            'The reference is a profile, which has no time range.';
        return;
    end if;
    return query
    with compared as materialized (
        select
            m.metric,
            m.kind,
            m.better,
            coalesce(r.count, 0) as count_a,
            coalesce(c.count, 0) as count_b,
            r.sum as sum_a,
            c.sum as sum_b,
            r.sum / r.count as mean_a,
            c.sum / c.count as mean_b,
            r.m2 as m2_a,
            c.m2 as m2_b,
            r.sketch as sketch_a,
            c.sketch as sketch_b,
            -- least() ignores nulls, and a side without data has none.
            least(coalesce(r.count, 0), coalesce(c.count, 0)) >= test_series.minimum_sample
                as is_enough
        from perf_internal.read_metrics(
            test_series.pipeline,
            v_metrics,
            v_series_ids,
            test_series.reference_start,
            test_series.reference_end,
            percentiles => null
        ) as r
        full join perf_internal.read_metrics(
            test_series.pipeline,
            v_metrics,
            v_series_ids,
            test_series.start_time,
            test_series.end_time,
            percentiles => null
        ) as c on c.metric = r.metric
        join perf.metrics as m on m.metric = coalesce(r.metric, c.metric)
    )
    select
        test_series.pipeline,
        case when c.kind = 'share' then c.metric else substr(c.metric, 12) end,
        coalesce(t.used_method, s.method),
        coalesce(t.statistic, s.statistic),
        coalesce(t.p_value, s.p_value),
        case when c.kind = 'share' then abs(c.mean_b - c.mean_a) else t.effect end,
        case
            when s.method = 'two_proportion'
                then perf.get_normal_quantile(1 - test_series.alpha / 2)
            else t.threshold
        end,
        c.count_a,
        c.count_b,
        c.mean_a,
        c.mean_b,
        coalesce(t.counts, abs(c.mean_b - c.mean_a) >= v_least_share) and not x.is_better,
        case
            when not c.is_enough
            then format(
                'Values: %s in the reference and %s in the window. minimum_sample is %s.',
                c.count_a, c.count_b, test_series.minimum_sample
            )
            when c.kind = 'share' and abs(c.mean_b - c.mean_a) < v_least_share
                then format('Too small to matter: less than %s.', v_least_share)
            when t.note is not null then t.note
            when x.is_better then 'A change for the better.'
        end
    from compared as c
    cross join lateral (
        select coalesce(
            case c.better
                when 'higher' then c.mean_b > c.mean_a
                when 'lower' then c.mean_b < c.mean_a
            end,
            false
        ) as is_better
    ) as x
    left join lateral (
        select k.*
        from perf_internal.compare_numbers(
            c.sketch_a, c.count_a, c.mean_a, c.m2_a, c.sketch_b, c.count_b, c.mean_b, c.m2_b,
            test_series.method, test_series.alpha
        ) as k
        where c.is_enough
            and c.kind <> 'share'
        offset 0
    ) as t on true
    left join lateral (
        select k.*
        from perf_internal.compare_shares(
            c.sum_a::bigint, c.count_a, c.sum_b::bigint, c.count_b
        ) as k
        where c.is_enough
            and c.kind = 'share'
        offset 0
    ) as s on true;
end
$$;

comment on function perf_internal.test_series is
    'The tests of what was measured of the calls or jobs of a model type (pipeline) in a window against another: of what succeeded, and of the share that failed. Only a change for the worse counts, where perf.metrics says what is better. No row if there is no series of the model type. For perf.check_model_drift().';

revoke execute on function perf_internal.test_series from public;
