-- The only place where raw rows become measures. Bins are collected in arrays and counted later,
-- because grouping by bin would make a hash table of hundreds of thousands of entries for each
-- metric. Failed rows have a group of their own, and count in the metric and in its failed_
-- metric. Sketches are made inside the list of values, so that each is made once. A sum up
-- to 1e-100 from 0 becomes 0, because its square is too small for a double precision, which is an
-- error. Sums of sums are then 0 or at least 1e-117, whose square is large enough.
--
-- Measured metrics are columns of one query, named ones are rows of another. Raw rows that are
-- summaries add up as rollups do; where a column names the metric of each, the name is one more column
-- to group by. Only names in
-- perf.metrics are counted, which the statement itself reads, so that it sees rows and names by one
-- snapshot: a row is never counted under a name that nobody can ask for.
-- The case keeps PostgreSQL from making a join of it, and "is true" from reading all metrics of the
-- pipeline. Without statistics of perf.metrics it would do both, and make all sketches again for each
-- name.
-- On several machines perf.metrics is on one of them, so there the names are part of the text. They are
-- read after the snapshot of a run, and before the rows of a read, which asks for names that it knows.
--
-- A text, because each pipeline has its own table and metrics, and because a run must be one
-- statement that other machines can run.
create or replace function perf_internal.get_summary_query(
    pipeline text,
    condition text,
    metrics text[] default null,
    sketched_metrics text[] default null,
    bucket_width interval default '1 hour'
)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_pipeline perf_internal.pipelines := perf_internal.get_pipeline(get_summary_query.pipeline);
    v_has_failed text := coalesce('(' || v_pipeline.failed_when || ')', 'false');
    v_moments constant text := '
        count(%1$s) as count%2$s,
        sum(%1$s) as sum%2$s,
        var_pop(%1$s) * count(%1$s) as m2%2$s,
        min(%1$s) as min%2$s,
        max(%1$s) as max%2$s';
    v_bins constant text := 'array_agg(
            case
                when %1$s > 0 then ceil(ln(%1$s) / ln(1.01::float8))
                else -200000 - ceil(ln(-%1$s) / ln(1.01::float8))
            end::integer
        ) filter (where %1$s <> 0%2$s)';
    -- Of a metric (SQL of its name), with a sketch (SQL) and a condition.
    v_summaries constant text := format(
        'select
    s.series_id,
    s.time_bucket,
    s.metric,
    s.count,
    case when abs(s.sum) > 1e-100 then s.sum else 0 end as sum,
    case when s.m2 > 1e-200 then s.m2 else 0 end as m2,
    s.min,
    s.max,
    s.sketch
from (
    select
        r.%I as series_id,
        date_bin(%L, r.%I, ''2001-01-01 00:00+00'') as time_bucket,
        %%1$s as metric,
        sum(r.count)::bigint as count,
        sum(r.sum) as sum,
        sum(r.m2 + r.sum * r.sum / r.count) - sum(r.sum) ^ 2 / sum(r.count)::float8 as m2,
        min(r.min) as min,
        max(r.max) as max,
        %%2$s as sketch
    from %s as r
    where %%3$s
    group by 1, 2, 3
) as s',
        v_pipeline.series_column,
        get_summary_query.bucket_width,
        v_pipeline.time_column,
        v_pipeline.raw_table
    );
    v_is_named constant text := case
        when perf_internal.is_distributed()
        then format(
            '%%s.metric = any(%L::text[])',
            array(
                select n.metric
                from perf.metrics as n
                where n.pipeline = get_summary_query.pipeline
                    and n.kind = 'named'
            )
        )
        else format(
            'case
        when exists (
            select 1
            from perf.metrics as c
            where c.metric = %%s.metric
                and (c.pipeline = %L) is true
                and c.kind = ''named''
        )
        then true
    end',
            get_summary_query.pipeline
        )
    end;
    v_name text;
    v_measures text;
    v_rows text;
    v_names text[];
    v_sketched_names text[];
    v_outcomes text := format(
        'cross join lateral (values (''''), (case when s.has_failed then ''failed_'' end)) as p (prefix)
where m.count > 0
    and p.prefix is not null%s',
        case
            when get_summary_query.metrics is not null
            then format('
    and p.prefix || m.metric = any(%L::text[])', get_summary_query.metrics)
        end
    );
    v_measured_query text;
    v_named_query text;
    v_summary_query text;
    v_named_summary_query text;
begin
    select
        string_agg(
            format(v_moments, m.expression, '_' || m.number) || case
                when m.is_sketched
                then format(',
        %s as bins_%s', format(v_bins, m.expression, ''), m.number)
                else ''
            end,
            ',' order by m.number
        ) filter (where m.kind = 'measured'),
        string_agg(
            format(
                '(%2$L, s.count_%1$s, case when abs(s.sum_%1$s) > 1e-100 then s.sum_%1$s else 0 end,
            case when s.m2_%1$s > 1e-200 then s.m2_%1$s else 0 end, s.min_%1$s, s.max_%1$s, %3$s)',
                m.number,
                m.metric,
                case
                    when m.is_sketched then format('perf_internal.make_sketch(s.bins_%s)', m.number)
                    else 'null::numeric'
                end
            ),
            ',
        ' order by m.number
        ) filter (where m.kind = 'measured'),
        array_agg(m.metric) filter (where m.kind = 'named'),
        array_agg(m.metric) filter (where m.kind = 'named' and m.is_sketched)
    into v_measures, v_rows, v_names, v_sketched_names
    from (
        select
            e.metric,
            e.kind,
            format('(%s)::float8', e.expression) as expression,
            row_number() over (order by e.metric) as number,
            e.is_sketched and (
                get_summary_query.sketched_metrics is null
                or get_summary_query.sketched_metrics && array[e.metric, 'failed_' || e.metric]
            ) as is_sketched
        from perf.metrics as e
        where e.pipeline = get_summary_query.pipeline
            and e.kind in ('measured', 'named')
            and (
                get_summary_query.metrics is null
                or get_summary_query.metrics && array[e.metric, 'failed_' || e.metric]
            )
    ) as m;
    if v_measures is not null then
        v_measured_query := format(
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
        date_bin(%L, r.%I, ''2001-01-01 00:00+00'') as time_bucket,
        %s as has_failed,%s
    from %s as r
    where %s
    group by 1, 2, 3
) as s
cross join lateral (
    values
        %s
) as m (metric, count, sum, m2, min, max, sketch)
%s',
            v_pipeline.series_column,
            get_summary_query.bucket_width,
            v_pipeline.time_column,
            v_has_failed,
            v_measures,
            v_pipeline.raw_table,
            get_summary_query.condition,
            v_rows,
            v_outcomes
        );
    end if;
    if v_pipeline.measures is not null
        and (get_summary_query.metrics is null or v_names is not null)
    then
        v_named_query := format(
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
        date_bin(%L, r.%I, ''2001-01-01 00:00+00'') as time_bucket,
        %s as has_failed,
        e.name as metric,%s,
        %s as sketch
    from %s as r
    cross join lateral unnest(%s) as e (name, value)
    where (%s)%s%s
    group by 1, 2, 3, 4
) as s
cross join lateral (
    select
        s.metric,
        s.count,
        case when abs(s.sum) > 1e-100 then s.sum else 0 end as sum,
        case when s.m2 > 1e-200 then s.m2 else 0 end as m2,
        s.min,
        s.max,
        s.sketch
) as m
%s
    and %s',
            v_pipeline.series_column,
            get_summary_query.bucket_width,
            v_pipeline.time_column,
            v_has_failed,
            format(v_moments, 'e.value', ''),
            case
                when get_summary_query.sketched_metrics is null
                then format('perf_internal.make_sketch(%s)', format(v_bins, 'e.value', ''))
                when v_sketched_names is null then 'null::numeric'
                else format(
                    'perf_internal.make_sketch(%s)',
                    format(
                        v_bins,
                        'e.value',
                        format(' and e.name = any(%L::text[])', v_sketched_names)
                    )
                )
            end,
            v_pipeline.raw_table,
            v_pipeline.measures,
            get_summary_query.condition,
            case
                when get_summary_query.metrics is not null
                then format(' and e.name = any(%L::text[])', v_names)
            end,
            perf_internal.get_forgotten_condition(get_summary_query.pipeline, 'e.name'),
            v_outcomes,
            format(v_is_named, 'm')
        );
    end if;
    select string_agg(
        format(
            v_summaries,
            quote_literal(m.metric) || '::text',
            case
                when get_summary_query.sketched_metrics is null
                    or m.metric = any(get_summary_query.sketched_metrics)
                then 'perf_internal.sum_sketches(r.sketch)'
                else 'null::numeric'
            end,
            get_summary_query.condition
        ),
        '
union all
'
    )
    into v_summary_query
    from perf.metrics as m
    where m.pipeline = get_summary_query.pipeline
        and m.kind = 'summary'
        and (
            get_summary_query.metrics is null
            or m.metric = any(get_summary_query.metrics)
        );
    if v_pipeline.name_column is not null
        and (get_summary_query.metrics is null or v_names is not null)
    then
        v_name := format('r.%I', v_pipeline.name_column);
        v_named_summary_query := format(
            v_summaries || '
where %4$s',
            v_name,
            case
                when get_summary_query.sketched_metrics is null
                then 'perf_internal.sum_sketches(r.sketch)'
                when v_sketched_names is null then 'null::numeric'
                else format(
                    'perf_internal.sum_sketches(r.sketch) filter (where %s = any(%L::text[]))',
                    v_name,
                    v_sketched_names
                )
            end,
            concat(
                '(' || get_summary_query.condition || ')',
                case
                    when get_summary_query.metrics is not null
                    then format(' and %s = any(%L::text[])', v_name, v_names)
                end,
                perf_internal.get_forgotten_condition(get_summary_query.pipeline, v_name)
            ),
            format(v_is_named, 's')
        );
    end if;
    if coalesce(v_measured_query, v_named_query, v_summary_query, v_named_summary_query) is null then
        raise exception using
            errcode = 'PT409',
            message = 'nothing is measured of pipeline '
                || perf_internal.quote_value(get_summary_query.pipeline),
            hint = 'Run pgkit migrate, which fills perf.metrics.';
    end if;
    return concat_ws('
union all
', v_measured_query, v_named_query, v_summary_query, v_named_summary_query);
end
$$;

comment on function perf_internal.get_summary_query is
    'SQL of the measures of raw rows r that meet a condition, by series, bucket (hours, or of another width) and metric (of these, or all): count, sum, m2, min, max and sketch (of sketched_metrics, or all, where the metric has one). Errors: PT404 no such pipeline, PT409 none of these metrics is measured.';

revoke execute on function perf_internal.get_summary_query from public;
grant execute on function perf_internal.get_summary_query
    to authenticated, service_role, perf_admin, perf_analyst;
