-- The only place where raw rows become measures. Bins are collected in arrays and counted later,
-- because grouping by bin would make a hash table of hundreds of thousands of entries for each
-- metric. Failed rows have a group of their own, and count in the metric and in its failed_
-- metric. Sketches are made inside the list of values, so that each is made once. A sum of at most
-- 1e-100 becomes 0, because its square is too small for a double precision, which is an error.
--
-- A text, because each pipeline has its own table and metrics, and because a run must be one
-- statement that other machines can run.
create or replace function perf_internal.get_summary_query(
    pipeline text,
    condition text,
    metrics text[] default null,
    sketched_metrics text[] default null
)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_pipeline perf_internal.pipelines := perf_internal.get_pipeline(get_summary_query.pipeline);
    v_measures text;
    v_rows text;
begin
    select
        string_agg(
            format(
                '
        count(%2$s) as count_%1$s,
        sum(%2$s) as sum_%1$s,
        var_pop(%2$s) * count(%2$s) as m2_%1$s,
        min(%2$s) as min_%1$s,
        max(%2$s) as max_%1$s%3$s',
                m.number,
                format('(%s)::float8', m.expression),
                case
                    when m.is_sketched
                    then format(
                        ',
        array_agg(ceil(ln(%1$s) / ln(1.01::float8))::integer) filter (where %1$s > 0)
            as bins_%2$s',
                        format('(%s)::float8', m.expression),
                        m.number
                    )
                end
            ),
            ',' order by m.number
        ),
        string_agg(
            format(
                '(%2$L, s.count_%1$s, case when s.sum_%1$s > 1e-100 then s.sum_%1$s else 0 end,
            case when s.sum_%1$s > 1e-100 then s.m2_%1$s else 0 end, s.min_%1$s, s.max_%1$s, %3$s)',
                m.number,
                m.metric,
                case
                    when m.is_sketched then format('perf_internal.make_sketch(s.bins_%s)', m.number)
                    else 'null::numeric'
                end
            ),
            ',
        ' order by m.number
        )
    into v_measures, v_rows
    from (
        select
            e.metric,
            e.expression,
            row_number() over (order by e.metric) as number,
            get_summary_query.sketched_metrics is null
                or get_summary_query.sketched_metrics && array[e.metric, 'failed_' || e.metric]
                as is_sketched
        from perf.metrics as e
        where e.pipeline = get_summary_query.pipeline
            and e.kind = 'measured'
            and (
                get_summary_query.metrics is null
                or get_summary_query.metrics && array[e.metric, 'failed_' || e.metric]
            )
    ) as m;
    if v_measures is null then
        raise exception using
            errcode = 'PT409',
            message = 'nothing is measured of pipeline '
                || perf_internal.quote_value(get_summary_query.pipeline),
            hint = 'Run pgkit migrate, which fills perf.metrics.';
    end if;
    return format(
        'select
    s.series_id,
    s.time_bucket,
    p.prefix || m.metric as metric,
    m.count,
    m.sum,
    m.m2,
    m.min,
    m.max,
    m.sketch
from (
    select
        r.%I as series_id,
        date_bin(''1 hour'', r.%I, ''2001-01-01 00:00+00'') as time_bucket,
        %s as has_failed,%s
    from %s as r
    where %s
    group by 1, 2, 3
) as s
cross join lateral (
    values
        %s
) as m (metric, count, sum, m2, min, max, sketch)
cross join lateral (values (''''), (case when s.has_failed then ''failed_'' end)) as p (prefix)
where m.count > 0
    and p.prefix is not null%s',
        v_pipeline.series_column,
        v_pipeline.time_column,
        coalesce('(' || v_pipeline.failed_when || ')', 'false'),
        v_measures,
        v_pipeline.raw_table,
        get_summary_query.condition,
        v_rows,
        case
            when get_summary_query.metrics is not null
            then format('
    and p.prefix || m.metric = any(%L::text[])', get_summary_query.metrics)
        end
    );
end
$$;

comment on function perf_internal.get_summary_query is
    'SQL of the measures of raw rows r that meet a condition, by series, hour and metric (of these, or all): count, sum, m2, min, max and sketch (of sketched_metrics, or all). Errors: PT404 no such pipeline, PT409 none of these metrics is measured.';

revoke execute on function perf_internal.get_summary_query from public;
grant execute on function perf_internal.get_summary_query
    to authenticated, service_role, perf_admin, perf_analyst;
