-- Percentages of time are of the time that a job takes: 20 % faster means 20 % less time. The first
-- metric of time in the list is called the speed.
create or replace function perf_internal.get_trade_off(
    name text,
    baseline_name text,
    metrics text[],
    verdicts text[],
    differences double precision[],
    lows double precision[],
    highs double precision[]
)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_speed text := (
        select m.metric
        from unnest(get_trade_off.metrics) with ordinality as m (metric, position)
        where m.metric in ('time_per_frame_ms', 'total_wall_time_ms', 'wall_time_per_frame_ms')
        order by m.position
        limit 1
    );
    v_phrases text[];
begin
    select array_agg(
        format(
            case
                when r.metric = v_speed and r.is_more then 'is %1$sslower%2$s'
                when r.metric = v_speed then 'is %1$sfaster%2$s'
                when r.metric = 'failure_rate' and r.is_more then 'fails %1$smore often%2$s'
                when r.metric = 'failure_rate' then 'fails %1$sless often%2$s'
                when r.is_needed and r.is_more then 'needs %1$smore %3$s%2$s'
                when r.is_needed then 'needs %1$sless %3$s%2$s'
                when r.is_time and r.is_more then 'is %1$sslower in %3$s%2$s'
                when r.is_time then 'is %1$sfaster in %3$s%2$s'
                else 'is %1$s%4$s in %3$s%2$s'
            end,
            a.amounts[1] || ' ' || r.unit || ' ',
            ' (' || a.amounts[2] || ' to ' || a.amounts[3] || ' ' || r.unit || ')',
            case r.metric
                when 'total_gpu_time_ms' then 'GPU time'
                when 'total_wall_time_ms' then 'wall time'
                when 'vram_peak_mb' then 'GPU memory'
                else regexp_replace(replace(r.metric, '_', ' '), '^quality[.]| ms$', '')
            end,
            r.verdict
        )
        order by r.metric <> v_speed, r.is_needed or r.metric = 'failure_rate', r.position
    )
    into v_phrases
    from (
        select
            u.*,
            coalesce(u.difference > 0, u.verdict = 'worse') as is_more,
            u.metric in ('total_gpu_time_ms', 'total_wall_time_ms', 'vram_peak_mb') as is_needed,
            -- Unless somebody said that more time of a stage is better.
            u.metric ~ '^stage[.]|_ms$'
                and u.verdict = case when u.difference < 0 then 'better' else 'worse' end as is_time,
            case u.metric when 'failure_rate' then 'points' else '%' end as unit
        from unnest(
            get_trade_off.metrics,
            get_trade_off.verdicts,
            get_trade_off.differences,
            get_trade_off.lows,
            get_trade_off.highs
        ) with ordinality as u (metric, verdict, difference, low, high, position)
        where u.verdict in ('better', 'worse', 'higher', 'lower')
    ) as r
    -- One more digit where the ends of the interval would look equal.
    cross join lateral (
        select array_agg(
            round(n.value::numeric, d.digits + (round(abs(r.low)::numeric, d.digits)
                = round(abs(r.high)::numeric, d.digits))::integer)
            order by n.position
        )
        from unnest(
            array[
                abs(r.difference),
                least(abs(r.low), abs(r.high)),
                greatest(abs(r.low), abs(r.high))
            ]
        ) with ordinality as n (value, position)
        cross join lateral (
            -- 9.96 is rounded to 10, which has no digit after the point.
            select case
                when n.value >= 9.95 then 0
                when n.value >= 0.995 then 1
                else 2
            end as digits
        ) as d
        where r.difference is not null
    ) as a (amounts);
    -- After the first phrase, the word is need not be said again.
    v_phrases := v_phrases[:1] || array(
        select regexp_replace(p.phrase, '^is ', '')
        from unnest(v_phrases[2:]) with ordinality as p (phrase, position)
        order by p.position
    );
    return format('Compared with %s, %s ', get_trade_off.baseline_name, get_trade_off.name)
        || case
            when cardinality(v_phrases) > 0
            then concat_ws(
                ' and ',
                nullif(array_to_string(v_phrases[:cardinality(v_phrases) - 1], ', '), ''),
                v_phrases[cardinality(v_phrases)]
            )
            when 'no_clear_difference' = any(get_trade_off.verdicts) then 'shows no clear difference'
            else 'has too few jobs that can be compared'
        end
        || '.';
end
$$;

comment on function perf_internal.get_trade_off is
    'One sentence about the clear differences between two sides, with their intervals. It says so where none is clear, or where no metric has enough data.';

revoke execute on function perf_internal.get_trade_off from public;
grant execute on function perf_internal.get_trade_off
    to authenticated, service_role, perf_admin, perf_analyst;
