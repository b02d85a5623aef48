-- Windows are sums of parts, so that what several windows share is read once: the last 5 minutes, the
-- 25 minutes before, and so on; the hours of today before these; and what each window from a day on
-- has of earlier days. A window that begins before noon has its whole first day less the hours before,
-- because a day is one row. Each part is read once for all objectives of a pipeline. Series that belong
-- to the same groups of all objectives are added up by the read itself, so each row is added once,
-- however many objectives count it. Sketches are read of the series that need them.
--
-- Windows below a day are exact. Where retention has removed the raw rows that this needs, the
-- windows end with the last whole hour, and those below an hour are left out.
--
-- Dynamic SQL, because each pipeline has its own view of series. Not perf_internal.get_series(): one
-- objective whose label no series has would stop all others.
create or replace function perf_internal.read_objective_windows(
    as_of timestamptz,
    objective_ids bigint[],
    has_budget boolean default false
)
returns table (
    objective_id bigint,
    group_labels jsonb,
    window_s integer,
    window_start timestamptz,
    window_end timestamptz,
    total_count bigint,
    bad_count bigint
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
set enable_nestloop = off
as $$
#variable_conflict use_column
declare
    v_origin constant timestamptz := timestamptz '2001-01-01 00:00+00';
    v_pipeline record;
    v_is_whole boolean;
    v_end timestamptz;
    v_series_ids uuid[];
    v_labels jsonb[];
begin
    for v_pipeline in
        select p.pipeline, p.series_view, array_agg(o.id) as objective_ids
        from perf.slo_objectives as o
        join perf.metrics as m on m.metric = o.metric_name
        join perf_internal.pipelines as p on p.pipeline = m.pipeline
        where o.id = any(read_objective_windows.objective_ids)
        group by p.pipeline, p.series_view
        order by p.pipeline
    loop
        execute format(
            'select array_agg(s.series_id), array_agg(s.labels) from %s as s',
            v_pipeline.series_view
        )
        into v_series_ids, v_labels;
        v_is_whole := exists (
            select
            from perf_internal.dropped_ranges as x
            where x.pipeline = v_pipeline.pipeline
                and x.range_start < read_objective_windows.as_of
                and x.range_end > read_objective_windows.as_of - interval '7 hours'
        );
        v_end := case
            when v_is_whole then date_bin('1 hour', read_objective_windows.as_of, v_origin)
            else read_objective_windows.as_of
        end;
        return query
        with objective as materialized (
            select
                o.id,
                o.metric_name,
                o.faster_than,
                o.scope_labels,
                o.group_by,
                extract(epoch from o.time_window)::integer as budget_s,
                m.kind = 'share' as is_share,
                m.better = 'higher' as is_higher_better,
                dense_rank() over (order by o.scope_labels, o.group_by) as scope_number
            from perf.slo_objectives as o
            join perf.metrics as m on m.metric = o.metric_name
            where o.id = any(v_pipeline.objective_ids)
        ),
        -- The series of each group. Objectives of the same scope and grouping share their groups.
        member as materialized (
            select
                c.scope_number,
                g.group_labels,
                dense_rank() over (order by c.scope_number, g.group_labels) as group_number,
                s.series_id
            from (
                select distinct o.scope_number, o.scope_labels, o.group_by
                from objective as o
            ) as c
            join unnest(v_series_ids, v_labels) as s (series_id, labels)
                on s.labels @> c.scope_labels
            cross join lateral (
                select coalesce(jsonb_object_agg(k.name, s.labels -> k.name), '{}') as group_labels
                from unnest(c.group_by) as k (name)
            ) as g
        ),
        measured as materialized (
            select
                o.id as objective_id,
                o.metric_name,
                o.faster_than,
                o.is_share,
                o.is_higher_better,
                o.budget_s,
                g.group_number,
                g.group_labels
            from objective as o
            join (
                select distinct m.scope_number, m.group_number, m.group_labels
                from member as m
            ) as g on g.scope_number = o.scope_number
        ),
        series as materialized (
            select
                s.has_sketch,
                s.series_id,
                s.group_numbers,
                dense_rank() over (order by s.has_sketch, s.group_numbers)::integer as atom
            from (
                select
                    bool_or(not o.is_share) as has_sketch,
                    m.series_id,
                    array_agg(m.group_number order by m.group_number) as group_numbers
                from (
                    select o.scope_number, bool_and(o.is_share) as is_share
                    from objective as o
                    group by o.scope_number
                ) as o
                join member as m on m.scope_number = o.scope_number
                group by m.series_id
            ) as s
        ),
        atom as materialized (
            select s.atom, n.group_number
            from (select distinct s.atom, s.group_numbers from series as s) as s
            cross join unnest(s.group_numbers) as n (group_number)
        ),
        width as materialized (
            select distinct
                w.window_s,
                case
                    when w.window_s < 86400 then v_end - make_interval(secs => w.window_s)
                    -- The first whole hour.
                    else date_bin(
                        '1 hour',
                        v_end - make_interval(secs => w.window_s)
                            + interval '1 hour' - interval '1 microsecond',
                        v_origin
                    )
                end as window_start
            from (
                select unnest(array[300, 1800, 3600, 7200, 21600, 86400, 259200])
                union all
                select o.budget_s
                from objective as o
                where read_objective_windows.has_budget
            ) as w (window_s)
            where w.window_s >= 3600 or not v_is_whole
        ),
        -- What is left of a window that retention has cut.
        covered as materialized (
            select
                w.window_s,
                w.window_start,
                coalesce(
                    (
                        select min(greatest(c.range_start, t.deleted_before))
                        from perf_internal.get_cover(
                            v_pipeline.pipeline, w.window_start, v_end, is_exact => true
                        ) as c
                        left join perf.retention as t
                            on t.pipeline = v_pipeline.pipeline
                            and t.level = c.level
                        where read_objective_windows.has_budget
                    ),
                    w.window_start
                ) as kept_from
            from width as w
        ),
        -- Where the part of today that the long windows share begins.
        today as materialized (
            select
                e.window_start as today_end,
                greatest(date_bin('1 day', e.window_start, v_origin), d.window_start) as today_start
            from width as e
            join width as d on d.window_s = 86400
            where e.window_s = 21600
        ),
        long_window as materialized (
            select
                w.window_s,
                w.window_start,
                date_bin('1 day', w.window_start, v_origin) as day_start,
                t.today_start,
                w.window_start - date_bin('1 day', w.window_start, v_origin) < interval '12 hours'
                    and w.window_start > date_bin('1 day', w.window_start, v_origin)
                    and date_bin('1 day', w.window_start, v_origin) + interval '1 day'
                        <= t.today_start
                    and date_bin('1 day', w.window_start, v_origin) >= coalesce(
                        (
                            select max(r.deleted_before)
                            from perf.retention as r
                            where r.pipeline = v_pipeline.pipeline
                                and r.level in ('hourly', 'daily')
                        ),
                        '-infinity'
                    ) as is_subtracted
            from width as w
            cross join today as t
            where w.window_s >= 86400
        ),
        -- A window is the sum of the parts of which it is one of the windows.
        part as materialized (
            select p.*
            from (
                select
                    w.window_start as range_start,
                    lag(w.window_start, 1, v_end) over (order by w.window_start desc) as range_end,
                    1 as sign,
                    w.window_s as first_s,
                    2147483647 as last_s
                from width as w
                where w.window_s < 86400
                union all
                select t.today_start, t.today_end, 1, 86400, 2147483647
                from today as t
                union all
                select
                    case when l.is_subtracted then l.day_start else l.window_start end,
                    l.today_start,
                    1,
                    l.window_s,
                    l.window_s
                from long_window as l
                union all
                select l.day_start, l.window_start, -1, l.window_s, l.window_s
                from long_window as l
                where l.is_subtracted
            ) as p
            where p.range_start < p.range_end
        ),
        counted as materialized (
            select
                a.group_number,
                p.sign,
                p.first_s,
                p.last_s,
                v.metric,
                sum(v.count)::bigint as count,
                sum(v.sum) as sum,
                perf_internal.sum_sketches(v.sketch) as sketch
            from (
                select
                    s.has_sketch,
                    array_agg(s.series_id) as series_ids,
                    array_agg(s.atom) as atoms
                from series as s
                group by s.has_sketch
            ) as q
            cross join lateral (
                select
                    array_agg(distinct o.metric_name) as metrics,
                    array_agg(distinct o.metric_name) filter (where not o.is_share) as sketched
                from objective as o
                where o.is_share or q.has_sketch
            ) as x
            cross join part as p
            cross join lateral perf_internal.read_metrics(
                v_pipeline.pipeline,
                x.metrics,
                q.series_ids,
                p.range_start,
                p.range_end,
                group_numbers => q.atoms,
                percentiles => null,
                sketched_metrics => coalesce(x.sketched, '{}'),
                is_exact => true
            ) as v
            join atom as a on a.atom = v.group_number
            group by 1, 2, 3, 4, 5
        ),
        judged as materialized (
            select
                m.objective_id,
                m.group_number,
                c.first_s,
                c.last_s,
                c.sign * c.count as count,
                c.sign * case
                    when not m.is_share
                    then coalesce(perf_internal.count_sketch_above(c.sketch, m.faster_than), 0)
                    when m.is_higher_better then c.count - c.sum::bigint
                    else c.sum::bigint
                end as bad_count
            from measured as m
            join counted as c
                on c.group_number = m.group_number
                and c.metric = m.metric_name
        )
        select
            m.objective_id,
            m.group_labels,
            w.window_s,
            min(w.kept_from),
            v_end,
            coalesce(sum(j.count), 0)::bigint,
            coalesce(sum(j.bad_count), 0)::bigint
        from measured as m
        join covered as w
            on w.window_s in (300, 1800, 3600, 7200, 21600, 86400, 259200, m.budget_s)
        left join judged as j
            on j.objective_id = m.objective_id
            and j.group_number = m.group_number
            and w.window_s between j.first_s and j.last_s
        group by m.objective_id, m.group_number, m.group_labels, w.window_s;
    end loop;
end
$$;

comment on function perf_internal.read_objective_windows is
    'How many values of each group of these objectives there were, and how many of them bad, in the windows that burn-rate alerts need (5 and 30 minutes, 1, 2 and 6 hours, 1 and 3 days before as_of), and with has_budget in the time window of each objective. window_s is the length in seconds. From a day on, a window begins with a whole hour. With has_budget window_start is from when values are kept.';

revoke execute on function perf_internal.read_objective_windows from public;
grant execute on function perf_internal.read_objective_windows
    to authenticated, service_role, perf_admin, perf_analyst;
