-- Exactly once:
-- 1. A point becomes a raw row, whose key follows from stream, start and time. A retry meets that key
--    and changes nothing, as long as the raw row is kept. That of another session that is not yet over
--    is waited for.
-- 2. Of a stream that counts all since its start, what is recorded is the difference from the point
--    before, which perf_internal.otlp_streams keeps. Rows and streams change in one transaction. A
--    session that dies has changed nothing, and the exporter sends the body again.
-- 3. Streams are locked before they are read, in the order of their ids. A session with points of the
--    same stream waits, then sees the newer one, and leaves out what is not after it. In a transaction
--    with one snapshot that is a serialization error.
-- 4. So the differences of a stream add up to its last point, whoever sends and however often. Points
--    that come late are part of a later difference, and are left out.
--
-- The first point of a stream counts whole, because all that came before would be here. But streams
-- that were silent for 8 days are deleted, and one of them may go on. So a stream that began more than
-- 7 days ago counts from its first point on. A stream that was deleted began before it was last
-- received, of which its own clock may be wrong by a day.
--
-- All sessions add series, then names of metrics, then streams, then lock streams, each sorted. So two
-- that do it at once wait in one direction and cannot deadlock.
--
-- No nested loops, for the reason that perf_internal.read_otlp_spans() has.
create or replace function perf_internal.record_otlp_metrics(body jsonb)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set jit = off
set enable_nestloop = off
as $$
declare
    v_items perf_internal.otlp_item[] := perf_internal.get_otlp_items(
        record_otlp_metrics.body, 'resourceMetrics', 'scopeMetrics', 'metrics'
    );
    v_points perf_internal.otlp_point[];
    v_total bigint;
    v_problems text[];
    v_warnings text[];
    v_units jsonb;
    v_new text[];
    v_streams uuid[];
    v_added bigint;
    v_accepted bigint;
    v_rejected bigint;
    v_skipped bigint := 0;
    v_inserted bigint;
    v_text text;
begin
    perform perf_internal.check_otlp_items(v_items);
    v_points := perf_internal.read_otlp_metrics(v_items);
    v_total := cardinality(v_points);
    select concat(p.place, ': ', p.problem)
    into v_text
    from unnest(v_points) as p
    where p.is_malformed
    order by p.position
    limit 1;
    if v_text is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_text,
            hint = 'Nothing of this body was recorded.';
    elsif v_total > 100000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('a body must have at most 100000 data points, got %s', v_total),
            hint = 'Send smaller batches: send_batch_max_size of the collector.';
    end if;
    -- Fails while a restore is under way, because its end would take the rows for restored ones.
    perform perf_internal.check_origin();
    v_new := array(
        select distinct p.metric
        from unnest(v_points) as p
        where p.problem is null
            and p.metric is not null
            and not exists (
                select
                from perf.metrics as m
                where m.metric = p.metric
                    and m.pipeline = 'otlp'
                    and m.kind = 'named'
            )
        order by 1
    );
    if v_new <> '{}'
        and cardinality(v_new) + (
            select count(*)
            from perf.metrics as m
            where m.pipeline = 'otlp'
                and m.kind = 'named'
        ) > 1000
    then
        v_points := array(
            select case
                when p.metric = any(v_new) and p.problem is null
                then row(
                    p.position,
                    p.place,
                    format(
                        'there are 1000 metrics, and %s would be new; perf.forget_metric() makes room',
                        perf_internal.quote_value(p.metric)
                    ),
                    null, p.metric, null, null, null, null, null, null, null, null, null, null, null
                )::perf_internal.otlp_point
                else row(p.*)::perf_internal.otlp_point
            end
            from unnest(v_points) as p
        );
        v_new := '{}';
    end if;
    -- The unit of a metric is what the first point said, or what the conventions say.
    select jsonb_object_agg(u.metric, u.unit)
    into v_units
    from (
        select distinct on (p.metric)
            p.metric,
            coalesce(
                (select m.unit from perf.metrics as m where m.metric = p.metric),
                (
                    select f.unit
                    from perf_internal.metric_families as f
                    where f.pipeline = 'otlp'
                        and f.prefix = p.metric
                ),
                p.unit
            ) as unit
        from unnest(v_points) as p
        where p.problem is null
            and p.metric is not null
        order by p.metric, p.position
    ) as u;
    v_points := array(
        select row(
            p.position,
            p.place,
            case
                when p.problem is null
                    and p.metric is not null
                    and p.unit <> v_units ->> p.metric
                    and not (p.unit = '1' and v_units ->> p.metric = 'tokens')
                    then format(
                        'unit of %s is %s, got %s',
                        perf_internal.quote_value(p.metric),
                        perf_internal.quote_value(v_units ->> p.metric),
                        perf_internal.quote_value(p.unit)
                    )
                else p.problem
            end,
            p.is_malformed,
            p.metric,
            p.unit,
            p.series_id,
            p.labels,
            p.stream_id,
            p.is_cumulative,
            p.started_at,
            p.observed_ns,
            p.factor,
            p.histogram,
            p.histogram,
            null
        )::perf_internal.otlp_point
        from unnest(v_points) as p
        where p.metric is not null
            or p.problem is not null
    );
    v_problems := array(
        select concat(p.place, ': ', p.problem)
        from unnest(v_points) as p
        where p.problem is not null
        order by p.position
    );
    v_accepted := cardinality(v_points) - cardinality(v_problems);
    v_rejected := cardinality(v_problems);
    v_points := array(
        select row(p.*)::perf_internal.otlp_point
        from unnest(v_points) as p
        where p.problem is null
    );
    insert into perf_internal.otlp_series (
        id, model, tool, provider, service, error_type, token_type
    )
    select distinct
        p.series_id,
        p.labels ->> 'model',
        p.labels ->> 'tool',
        p.labels ->> 'provider',
        p.labels ->> 'service',
        p.labels ->> 'error_type',
        p.labels ->> 'token_type'
    from unnest(v_points) as p
    where not exists (select from perf_internal.otlp_series as s where s.id = p.series_id)
    order by 1
    on conflict do nothing;
    perform perf_internal.add_named_metrics(
        'otlp', array(select distinct p.metric from unnest(v_points) as p)
    );
    if v_new <> '{}' then
        update perf.metrics as m
        set unit = v_units ->> m.metric
        from (
            select l.metric
            from perf.metrics as l
            where l.metric = any(v_new)
                and l.unit <> v_units ->> l.metric
            order by l.metric collate "C"
            for no key update
        ) as n
        where m.metric = n.metric;
    end if;
    v_streams := array(
        select distinct p.stream_id from unnest(v_points) as p where p.is_cumulative order by 1
    );
    if v_streams <> '{}' then
        insert into perf_internal.otlp_streams (stream_id)
        select s.id
        from unnest(v_streams) as s (id)
        where not exists (select from perf_internal.otlp_streams as o where o.stream_id = s.id)
        order by 1
        on conflict do nothing;
        get diagnostics v_added = row_count;
        perform
        from perf_internal.otlp_streams as o
        where o.stream_id = any(v_streams)
        order by o.stream_id
        for no key update;
        -- A stream that is new is often one that was started again, so others may have ended.
        if v_added > 0 then
            delete from perf_internal.otlp_streams as o
            where o.stream_id in (
                select l.stream_id
                from perf_internal.otlp_streams as l
                where l.received_at < now() - interval '8 days'
                    and l.stream_id <> all(v_streams)
                order by l.received_at
                limit 1000
                for update skip locked
            );
        end if;
        v_points := array(
            with given as (
                select
                    p.*,
                    row_number() over (
                        partition by p.stream_id, p.observed_ns order by p.position
                    ) as repeat
                from unnest(v_points) as p
                where p.is_cumulative
            ),
            chain as (
                select
                    g.stream_id,
                    g.observed_ns,
                    g.position,
                    g.histogram
                from given as g
                left join perf_internal.otlp_streams as o on o.stream_id = g.stream_id
                where g.repeat = 1
                    and (g.observed_ns <= o.observed_ns) is not true
                union all
                select
                    o.stream_id,
                    o.observed_ns,
                    null,
                    row(
                        o.count, o.sum, o.minimum, o.maximum, o.minimum, o.maximum, o.scale,
                        o.zero_threshold, o.bounds, o.sides, o.indexes, o.counts
                    )::perf_internal.otlp_histogram
                from perf_internal.otlp_streams as o
                where o.stream_id = any(v_streams)
                    and o.observed_ns is not null
            ),
            steps as (
                select
                    c.position,
                    lag(c.observed_ns) over in_time as last_ns,
                    lag(c.histogram) over in_time as last_histogram,
                    row_number() over (
                        partition by c.stream_id order by c.observed_ns desc
                    ) = 1 as is_last
                from chain as c
                window in_time as (partition by c.stream_id order by c.observed_ns)
            )
            select row(
                p.position,
                p.place,
                case
                    when p.is_cumulative
                        and s.last_ns is null
                        and p.started_at < now() - interval '7 days'
                    then concat(
                        p.place,
                        ': the stream began more than 7 days ago, so only what comes after this point counts'
                    )
                end,
                null,
                p.metric,
                p.unit,
                p.series_id,
                p.labels,
                p.stream_id,
                p.is_cumulative,
                p.started_at,
                p.observed_ns,
                p.factor,
                p.histogram,
                case
                    when not p.is_cumulative then p.histogram
                    when s.last_ns is not null
                        then perf_internal.subtract_otlp_histogram(p.histogram, s.last_histogram)
                    when p.started_at >= now() - interval '7 days' then p.histogram
                end,
                s.is_last
            )::perf_internal.otlp_point
            from unnest(v_points) as p
            left join steps as s on s.position = p.position
            where not p.is_cumulative
                or s.position is not null
            order by p.position
        );
        v_warnings := array(
            select p.problem from unnest(v_points) as p where p.problem is not null
        );
        v_skipped := v_accepted - cardinality(v_points);
        update perf_internal.otlp_streams as o
        set observed_ns = l.observed_ns,
            received_at = now(),
            count = l.count,
            sum = l.sum,
            minimum = l.minimum,
            maximum = l.maximum,
            zero_threshold = l.zero_threshold,
            scale = l.scale,
            bounds = l.bounds,
            sides = l.sides,
            indexes = l.indexes,
            counts = l.counts
        from (
            select p.stream_id, p.observed_ns, (p.histogram).*
            from unnest(v_points) as p
            where p.is_last
        ) as l
        where o.stream_id = l.stream_id;
    end if;
    perform set_config('perf.rows_are_checked', 'on', true);
    with summaries as (
        select
            p.series_id,
            timestamptz 'epoch' + (p.observed_ns / 1000)::float8 * interval '1 microsecond'
                as observed_at,
            perf_internal.get_text_id('otlp point', p.stream_id || ' ' || p.observed_ns) as point_id,
            p.metric,
            s.*
        from unnest(v_points) as p
        cross join lateral perf_internal.summarize_otlp_histogram(p.difference, p.factor) as s
        where s.value_count > 0
    ),
    inserted as (
        insert into perf_internal.otlp_summaries (
            series_id, observed_at, point_id, metric, count, sum, m2, min, max, sketch
        )
        select
            s.series_id,
            s.observed_at,
            s.point_id,
            s.metric,
            s.value_count,
            s.value_sum,
            s.m2,
            s.minimum,
            greatest(s.minimum, s.maximum),
            s.sketch
        from summaries as s
        where s.minimum >= -1e15
            and s.maximum <= 1e15
        on conflict do nothing
        returning 1
    )
    select
        (select count(*) from inserted),
        count(*) filter (where s.minimum >= -1e15 and s.maximum <= 1e15),
        count(*) filter (where not (s.minimum >= -1e15 and s.maximum <= 1e15))
    into v_inserted, v_added, v_accepted
    from summaries as s;
    perform set_config('perf.rows_are_checked', 'off', true);
    return jsonb_build_object(
        'partialSuccess',
        perf_internal.get_otlp_rejection(
            'rejectedDataPoints',
            v_problems || array_fill(
                'values must be of a size up to 1e15'::text, array[v_accepted::integer]
            ),
            coalesce(v_warnings, '{}')
        ),
        'recorded', cardinality(v_points) - v_accepted - (v_added - v_inserted),
        'skipped', v_skipped + v_added - v_inserted,
        'ignored', v_total - v_rejected - v_skipped - cardinality(v_points)
    );
end
$$;

comment on function perf_internal.record_otlp_metrics is
    'Records the data points of a body that are counted, and returns the answer of perf.record_otlp().';

revoke execute on function perf_internal.record_otlp_metrics from public;
