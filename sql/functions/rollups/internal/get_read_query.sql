-- The text of the query behind every report. A text, because each pipeline has its own raw table,
-- and because a part that is not asked for need not be computed.
--
-- It adds up rollup rows and raw rows that no run has read yet. With is_direct each group is one
-- series. Then a bucket before the first of those raw rows is one rollup row, which mostly has its
-- percentiles. The sketch of raw rows is not divided by a unit, so it is multiplied by 1, the unit
-- of bin 2400.
--
-- m2 of rows that are added up is a difference of sums of squares, and rounded like these. Below a
-- hundred times their rounding error it says nothing, so it is null, unless all values are equal. A
-- merge by distances of means would need a second pass over the rows. Rows that are taken as they
-- are follow the same rule, so that an answer does not depend on what a run has read.
create or replace function perf_internal.get_read_query(
    pipeline text,
    metrics text[],
    start_time timestamptz,
    end_time timestamptz,
    granularity text default null,
    sketched_metrics text[] default null,
    is_exact boolean default false,
    is_direct boolean default false,
    pending_from timestamptz default '-infinity',
    time_zone text default 'UTC'
)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    v_pipeline perf_internal.pipelines := perf_internal.get_pipeline(get_read_query.pipeline);
    v_bucket text := 'null::timestamptz';
    v_merged_from timestamptz := timestamptz '-infinity';
    v_stored text[];
    v_asked text[] := array(
        select m.metric
        from perf.metrics as m
        where m.metric = any(coalesce(get_read_query.sketched_metrics, get_read_query.metrics))
            and m.is_sketched
    );
    v_sketched text[];
    v_parts text;
    -- Where no row is taken as it is, see perf_internal.get_pending_start().
    v_has_stored boolean := get_read_query.pending_from = '-infinity'
        and perf_internal.is_distributed();
    v_cover text;
    v_pending text;
    v_edges text;
begin
    if get_read_query.time_zone <> 'UTC' and get_read_query.granularity <> 'hourly' then
        v_bucket := format(
            'perf_internal.get_zone_bucket(y.time_bucket, %L, %L)',
            get_read_query.granularity,
            get_read_query.time_zone
        );
    elsif get_read_query.granularity is not null then
        v_bucket := format(
            'date_bin(%L, y.time_bucket, ''2001-01-01 00:00+00'')',
            perf_internal.get_width(get_read_query.granularity)
        );
    end if;
    if get_read_query.is_direct then
        v_merged_from := case
            when isfinite(get_read_query.pending_from)
            then date_bin(
                perf_internal.get_width(get_read_query.granularity),
                get_read_query.pending_from,
                '2001-01-01 00:00+00'
            )
            else get_read_query.pending_from
        end;
    end if;
    select
        array_agg(distinct p.stored_metric),
        coalesce(
            array_agg(distinct p.stored_metric) filter (where p.metric = any(v_asked)),
            '{}'
        ),
        string_agg(
            format(
                '(%L, %L, %s, %s, %s, %L::boolean)',
                p.metric,
                p.stored_metric,
                p.count_weight,
                p.sum_weight,
                p.share_weight,
                p.share_weight = 0 and p.sum_weight <> 0 and p.metric = any(v_asked)
            ),
            ', '
        )
    into v_stored, v_sketched, v_parts
    from perf_internal.get_metric_parts(get_read_query.pipeline, get_read_query.metrics) as p;
    select
        string_agg(
            format(
                '(r.granularity = %L and r.time_bucket >= %L and r.time_bucket < %L)',
                c.level, c.range_start, c.range_end
            ),
            ' or '
        ) filter (where c.level <> 'raw'),
        format(
            'r.%1$I >= %2$L and r.%1$I < %3$L',
            v_pipeline.time_column,
            greatest(min(c.range_start), get_read_query.pending_from),
            max(c.range_end)
        ),
        string_agg(
            format(
                '(r.%1$I >= %2$L and r.%1$I < %3$L)',
                v_pipeline.time_column, c.range_start, c.range_end
            ),
            ' or '
        ) filter (where c.level = 'raw')
    into v_cover, v_pending, v_edges
    from perf_internal.get_cover(
        get_read_query.pipeline,
        get_read_query.start_time,
        get_read_query.end_time,
        get_read_query.granularity,
        get_read_query.is_exact,
        get_read_query.time_zone
    ) as c;
    -- For each metric that is a condition of the index, PostgreSQL before 17 reads the entries of all
    -- metrics once more. "is true" is no
    -- condition of an index: many metrics are picked from the rows.
    v_cover := format(
        'perf_internal.rollups as r
        where r.series_id = any($1)
            and (r.metric = any(%L::text[]))%s
            and (%s)',
        v_stored,
        case when cardinality(v_stored) > 2 then ' is true' end,
        coalesce(v_cover, 'false')
    );
    return concat_ws(
        '
union all
',
        case
            when get_read_query.is_direct
            then format(
                'select
    g.group_number,
    d.metric,
    d.time_bucket,
    d.count,
    d.sum,
    case
        when d.min = d.max then 0
        when d.m2 >= 1e-13 * (d.m2 + d.sum * d.sum / d.count) then d.m2
    end as m2,
    d.min,
    d.max,
    case
        when not d.metric = any(%L::text[]) then null
        when d.p50 is not null then array[d.p50, d.p95, d.p99]
        else perf_internal.get_sketch_percentiles(
            d.sketch * perf_internal.get_sketch_unit(d.last_bin), d.count, $3, d.min, d.max
        )
    end as percentile_values,
    null::numeric as sketch
from (
    select r.*
    from %s
        and r.time_bucket < %L
) as d
join (select unnest($1) as series_id, unnest($2) as group_number) as g
    on g.series_id = d.series_id',
                v_sketched,
                v_cover,
                v_merged_from
            )
        end,
        case
            when v_merged_from < 'infinity'
            then format(
                'select
    r.group_number,
    r.metric,
    r.time_bucket,
    r.count,
    r.sum,
    case
        when r.is_share then r.sum * (1 - r.sum / r.count)
        when r.min = r.max then 0
        when r.m2 < 1e-13 * r.squares then null
        -- What is taken away was so much larger that only rounding errors are left.
        when r.other_min is not null
            and 1e-14 * r.squares > greatest(0.01 * r.m2, 1e-10 * r.sum * r.sum / r.count)
            then null
        else r.m2
    end as m2,
    e.min,
    e.max,
    case
        when r.metric = any(%2$L::text[]) and not r.is_share and $3 is not null
        then %8$sperf_internal.get_sketch_percentiles(r.sketch, r.count, $3, e.min, e.max)%9$s
    end as percentile_values,
    r.sketch
from (
select
    x.group_number,
    x.metric,
    x.time_bucket,
    bool_and(x.sum_weight = 0) as is_share,
    sum(x.count_weight * x.count)::bigint as count,
    sum(x.sum_weight * x.sum + x.share_weight * x.count) as sum,
    greatest(
        sum(x.sum_weight * (x.m2 + x.sum * x.sum / x.count))
            - sum(x.sum_weight * x.sum) ^ 2 / nullif(sum(x.sum_weight * x.count)::float8, 0),
        0
    ) as m2,
    sum(abs(x.sum_weight) * (x.m2 + x.sum * x.sum / x.count)) as squares,
    min(x.min) filter (where x.sum_weight = 1) as min,
    max(x.max) filter (where x.sum_weight = 1) as max,
    min(x.min) filter (where x.sum_weight = -1) as other_min,
    max(x.max) filter (where x.sum_weight = -1) as other_max,
    perf_internal.sum_sketches(
        case
            when not x.is_sketched then null
            when x.sum_weight = 1 then x.sketch * perf_internal.get_sketch_unit(x.last_bin)
            else -x.sketch * perf_internal.get_sketch_unit(x.last_bin)
        end
    ) as sketch%10$s
from (
    select
        g.group_number,
        p.metric,
        %1$s as time_bucket,
        p.count_weight,
        p.sum_weight,
        p.share_weight,
        p.is_sketched,
        y.count,
        y.sum,
        y.m2,
        y.min,
        y.max,
        y.last_bin,
        y.sketch%11$s
    from (
        select r.series_id, r.time_bucket, r.metric, r.count, r.sum, r.m2, r.min, r.max,
            r.last_bin::integer,
            case when r.metric = any(%3$L::text[]) then r.sketch end as sketch%12$s
        from %4$s
            and r.time_bucket >= %5$L
%6$s
    ) as y
    -- Not from unnest($1, $2), of which Citus takes the second column for one of another type.
    join (select unnest($1) as series_id, unnest($2) as group_number) as g
        on g.series_id = y.series_id
    join (values %7$s) as p (
        metric, stored_metric, count_weight, sum_weight, share_weight, is_sketched
    ) on p.stored_metric = y.metric
) as x
group by 1, 2, 3
having sum(x.count_weight * x.count) > 0
) as r
-- Extremes of a difference come from its sketch, unless they are those of the whole metric.
cross join lateral (
    select
        case
            when r.other_min <= r.min and r.metric = any(%2$L::text[]) then least(
                greatest(
                    (perf_internal.get_sketch_percentiles(r.sketch, r.count, ''{0}''))[1],
                    r.min
                ),
                r.sum / r.count
            )
            when r.other_min <= r.min then null
            else r.min
        end as min,
        case
            when r.other_max >= r.max and r.metric = any(%2$L::text[]) then greatest(
                least(
                    (perf_internal.get_sketch_percentiles(r.sketch, r.count, ''{1}''))[1],
                    r.max
                ),
                r.sum / r.count
            )
            when r.other_max >= r.max then null
            else r.max
        end as max
    offset 0
) as e',
                v_bucket,
                v_asked,
                v_sketched,
                v_cover,
                v_merged_from,
                (
                    -- To plan a read of no raw rows would take longer than to find that there are none.
                    select format(
                        '        union all
        select q.series_id, q.time_bucket, q.metric, q.count, q.sum, q.m2, q.min, q.max,
            2400, q.sketch%s
        from (
%s
        ) as q',
                        case when v_has_stored then ', null, null, null' end,
                        string_agg(
                            perf_internal.get_summary_query(
                                get_read_query.pipeline,
                                format(
                                    'r.%I = any($1) and %s', v_pipeline.series_column, c.condition
                                ),
                                v_stored,
                                v_sketched
                            ),
                            '
        union all
'
                        )
                    )
                    from (
                        values
                            (
                                case
                                    when get_read_query.pending_from < 'infinity'
                                    then perf_internal.get_pending_condition(get_read_query.pipeline)
                                        || ' and ' || coalesce(v_pending, 'false')
                                end
                            ),
                            (
                                'not ' || perf_internal.get_pending_condition(get_read_query.pipeline)
                                    || ' and (' || v_edges || ')'
                            )
                    ) as c (condition)
                    where c.condition is not null
                    having count(*) > 0
                ),
                coalesce(v_parts, '(null, null, 0, 0, 0, false)'),
                case when v_has_stored then 'coalesce(r.stored, ' end,
                case when v_has_stored then ')' end,
                case
                    when v_has_stored
                    then ',
    case
        when count(*) = 1 and min(x.sum_weight) = 1 and $3 = ''{0.5,0.95,0.99}'' and min(x.p50) is not null
        then array[min(x.p50), min(x.p95), min(x.p99)]
    end as stored'
                end,
                case when v_has_stored then ', y.p50, y.p95, y.p99' end,
                case when v_has_stored then ', r.p50, r.p95, r.p99' end
            )
        end
    );
end
$$;

comment on function perf_internal.get_read_query is
    'SQL of the sums of metrics over a time range ($1: series, $2: the number of the group of each, $3: percentiles, or null for none), by group, metric and, with a granularity, bucket (days and weeks of a time zone): of rollup rows and of what no run has read yet, which starts at pending_from. Sketches or percentiles of sketched_metrics, or of all, where a metric has them. m2 is null where it is not known, because values vary too little beside their size. Errors: PT404 no such pipeline, 22023 no such granularity.';

revoke execute on function perf_internal.get_read_query from public;
grant execute on function perf_internal.get_read_query
    to authenticated, service_role, perf_admin, perf_analyst;
