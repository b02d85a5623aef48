-- Sums of squares merge as in Chan, Golub, LeVeque, Updating formulae and a pairwise algorithm for
-- computing sample variances (1979), written for many parts at once.
create or replace function perf_internal.get_levels_query(
    summary_query text,
    granularities text[] default '{hourly,daily,weekly}'
)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select format(
        'select
    h.series_id,
    l.granularity,
    l.time_bucket,
    h.metric,
    sum(h.count)::bigint as count,
    sum(h.sum) as sum,
    greatest(sum(h.m2 + h.sum * h.sum / h.count) - sum(h.sum) ^ 2 / sum(h.count)::float8, 0) as m2,
    min(h.min) as min,
    max(h.max) as max,
    perf_internal.sum_sketches(h.sketch) as sketch
from (
%s
) as h
cross join lateral (
    values
        (''hourly'', h.time_bucket),
        (''daily'', date_bin(''1 day'', h.time_bucket, ''2001-01-01 00:00+00'')),
        (''weekly'', date_bin(''7 days'', h.time_bucket, ''2001-01-01 00:00+00''))
) as l (granularity, time_bucket)
where l.granularity = any(%L::text[])
group by 1, 2, 3, 4',
        get_levels_query.summary_query,
        get_levels_query.granularities
    );
$$;

comment on function perf_internal.get_levels_query is
    'SQL of the hourly, daily and weekly measures, or some of them, of what perf_internal.get_summary_query() measures or of other rows of that form.';

revoke execute on function perf_internal.get_levels_query from public;
grant execute on function perf_internal.get_levels_query
    to authenticated, service_role, perf_admin, perf_analyst;
