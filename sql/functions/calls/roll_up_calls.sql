-- The caller holds lock_rollup(), so between reading a rollup row and writing it nobody else does.
-- State and calls are read by one statement and so by one snapshot. The own transaction counts as
-- in progress: what it records later is not in this run.
--
-- A rebuild has emptied the days it computes and their weeks. What the other days of those weeks
-- hold is in their daily rows.
create or replace function perf_internal.roll_up_calls(
    is_pending boolean,
    start_time timestamptz default '-infinity',
    end_time timestamptz default 'infinity'
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set work_mem = '128MB'
set jit = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    v_started_at timestamptz := clock_timestamp();
    v_calls bigint;
begin
    with hours as materialized (
        select c as metrics
        from perf_internal.summarize_calls(
            is_pending => roll_up_calls.is_pending,
            start_time => roll_up_calls.start_time,
            end_time => roll_up_calls.end_time
        ) as c
    ),
    advanced as (
        update perf_internal.rollup_state as s
        set snapshot_xmax = txid_snapshot_xmax(txid_current_snapshot()),
            in_progress = array(select txid_snapshot_xip(txid_current_snapshot()))
                || txid_current()
        where s.pipeline = 'calls'
            and roll_up_calls.is_pending
    ),
    days as materialized (
        select
            date_bin('1 day', (h.metrics).time_bucket, '2001-01-01 00:00+00') as bucket,
            perf_internal.sum_metrics(h.metrics) as metrics
        from hours as h
        group by (h.metrics).model_tool_config_id, 1
    ),
    added as materialized (
        select 'hourly' as granularity, (h.metrics).time_bucket as bucket, h.metrics
        from hours as h
        union all
        select 'daily', d.bucket, d.metrics
        from days as d
        union all
        select
            'weekly',
            date_bin('7 days', d.bucket, '2001-01-01 00:00+00'),
            perf_internal.sum_metrics(d.metrics)
        from (
            select d.bucket, d.metrics from days as d
            union all
            select m.time_bucket, m
            from perf_internal.performance_metrics as m
            where not roll_up_calls.is_pending
                and m.granularity = 'daily'
                and m.time_bucket >= date_bin(
                    '7 days', roll_up_calls.start_time, '2001-01-01 00:00+00'
                )
                and m.time_bucket < date_bin(
                    '7 days',
                    roll_up_calls.end_time - interval '1 microsecond',
                    '2001-01-01 00:00+00'
                ) + interval '7 days'
        ) as d
        group by (d.metrics).model_tool_config_id, 2
    ),
    sums as materialized (
        select
            p.granularity,
            p.bucket as time_bucket,
            perf_internal.sum_metrics(p.metrics) as m
        from (
            select m.granularity, m.time_bucket as bucket, m as metrics
            from added as a
            join perf_internal.performance_metrics as m
                on m.granularity = a.granularity
                and m.model_tool_config_id = (a.metrics).model_tool_config_id
                and m.time_bucket = a.bucket
            union all
            select a.* from added as a
        ) as p
        group by 1, 2, (p.metrics).model_tool_config_id
    ),
    written as (
        insert into perf_internal.performance_metrics (
            granularity,
            model_tool_config_id,
            time_bucket,
            call_count,
            success_count,
            error_count,
            min_response_time,
            max_response_time,
            p50_response_time,
            p95_response_time,
            p99_response_time,
            total_input_tokens,
            total_output_tokens,
            p50_first_token_ms,
            p95_first_token_ms,
            p99_first_token_ms,
            sum_response_time,
            input_token_calls,
            output_token_calls,
            success_response_time_sketch,
            success_first_token_sketch,
            error_sum_response_time,
            error_min_response_time,
            error_max_response_time,
            error_total_input_tokens,
            error_total_output_tokens,
            error_response_time_sketch,
            error_first_token_sketch
        )
        select
            s.granularity,
            (s.m).model_tool_config_id,
            s.time_bucket,
            (s.m).call_count,
            (s.m).success_count,
            (s.m).error_count,
            (s.m).min_response_time,
            (s.m).max_response_time,
            -- No percentile lies outside what was measured; this makes a single call exact.
            least(greatest(r.percentiles[1], (s.m).min_response_time), (s.m).max_response_time),
            least(greatest(r.percentiles[2], (s.m).min_response_time), (s.m).max_response_time),
            least(greatest(r.percentiles[3], (s.m).min_response_time), (s.m).max_response_time),
            (s.m).total_input_tokens,
            (s.m).total_output_tokens,
            f.percentiles[1],
            f.percentiles[2],
            f.percentiles[3],
            (s.m).sum_response_time,
            (s.m).input_token_calls,
            (s.m).output_token_calls,
            (s.m).success_response_time_sketch,
            (s.m).success_first_token_sketch,
            (s.m).error_sum_response_time,
            (s.m).error_min_response_time,
            (s.m).error_max_response_time,
            (s.m).error_total_input_tokens,
            (s.m).error_total_output_tokens,
            (s.m).error_response_time_sketch,
            (s.m).error_first_token_sketch
        from sums as s
        cross join lateral (
            select perf.get_sketch_percentiles(
                (s.m).success_response_time_sketch,
                other => (s.m).error_response_time_sketch
            ) as percentiles
            offset 0
        ) as r
        cross join lateral (
            select
                case
                    when coalesce((s.m).success_first_token_sketch, (s.m).error_first_token_sketch)
                        is not null
                    then perf.get_sketch_percentiles(
                        (s.m).success_first_token_sketch, other => (s.m).error_first_token_sketch
                    )
                end as percentiles
            offset 0
        ) as f
        on conflict (model_tool_config_id, time_bucket, granularity) do update
        set call_count = excluded.call_count,
            success_count = excluded.success_count,
            error_count = excluded.error_count,
            min_response_time = excluded.min_response_time,
            max_response_time = excluded.max_response_time,
            p50_response_time = excluded.p50_response_time,
            p95_response_time = excluded.p95_response_time,
            p99_response_time = excluded.p99_response_time,
            total_input_tokens = excluded.total_input_tokens,
            total_output_tokens = excluded.total_output_tokens,
            p50_first_token_ms = excluded.p50_first_token_ms,
            p95_first_token_ms = excluded.p95_first_token_ms,
            p99_first_token_ms = excluded.p99_first_token_ms,
            updated_at = excluded.updated_at,
            sum_response_time = excluded.sum_response_time,
            input_token_calls = excluded.input_token_calls,
            output_token_calls = excluded.output_token_calls,
            success_response_time_sketch = excluded.success_response_time_sketch,
            success_first_token_sketch = excluded.success_first_token_sketch,
            error_sum_response_time = excluded.error_sum_response_time,
            error_min_response_time = excluded.error_min_response_time,
            error_max_response_time = excluded.error_max_response_time,
            error_total_input_tokens = excluded.error_total_input_tokens,
            error_total_output_tokens = excluded.error_total_output_tokens,
            error_response_time_sketch = excluded.error_response_time_sketch,
            error_first_token_sketch = excluded.error_first_token_sketch
    )
    select coalesce(sum((h.metrics).call_count), 0) into v_calls from hours as h;
    if roll_up_calls.is_pending then
        update perf_internal.rollup_state as s
        set last_run_at = v_started_at,
            last_run_calls = v_calls,
            last_run_ms = extract(epoch from clock_timestamp() - v_started_at) * 1000,
            total_calls = s.total_calls + v_calls
        where s.pipeline = 'calls';
    end if;
    return v_calls;
end
$$;

comment on function perf_internal.roll_up_calls is
    'Adds calls to their hour, day and week: those no run has read yet (is_pending), or all of whole days, whose hours, days and weeks are empty. Returns how many.';

revoke execute on function perf_internal.roll_up_calls from public;
