-- A stream is what OpenTelemetry calls so: a resource, scope, metric and set of attributes, whatever
-- their order, that one writer counts. The start of the counting belongs to it here. So two processes
-- that say the same of themselves are two streams, and so is one that was started again.
--
-- No nested loops, for the reason that perf_internal.read_otlp_spans() has.
create or replace function perf_internal.read_otlp_metrics(items perf_internal.otlp_item[])
returns perf_internal.otlp_point[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set datestyle = 'ISO, YMD'
set timezone = 'UTC'
set jit = off
set enable_nestloop = off
as $$
declare
    v_integer constant text := '^[0-9]{1,20}$';
    v_spaces constant text := E' \t\n\r\x0b\x0c';
    v_problem text;
begin
    select concat(i.place, ': ', p.problem)
    into v_problem
    from unnest(read_otlp_metrics.items) with ordinality as i
    cross join lateral (
        select case
            when jsonb_typeof(i.item -> 'name') is distinct from 'string'
                then 'name must be a string, got ' || perf_internal.quote_json(i.item -> 'name')
            when jsonb_typeof(i.item -> 'unit') not in ('string', 'null')
                then 'unit must be a string, got ' || perf_internal.quote_json(i.item -> 'unit')
            else (
                select case
                    when jsonb_typeof(i.item -> k.kind) not in ('object', 'null')
                        then format(
                            '%s must be an object, got %s',
                            k.kind, perf_internal.quote_json(i.item -> k.kind)
                        )
                    when jsonb_typeof(i.item -> k.kind -> 'dataPoints') not in ('array', 'null')
                        then format(
                            '%s.dataPoints must be an array, got %s',
                            k.kind, perf_internal.quote_json(i.item -> k.kind -> 'dataPoints')
                        )
                    when jsonb_typeof(i.item -> k.kind -> 'aggregationTemporality')
                        in ('array', 'object')
                        then format(
                            '%s.aggregationTemporality must be 1 or 2, got %s',
                            k.kind,
                            perf_internal.quote_json(i.item -> k.kind -> 'aggregationTemporality')
                        )
                end
                from unnest('{histogram,exponentialHistogram,sum,gauge,summary}'::text[]) as k (kind)
                where i.item ? k.kind
                limit 1
            )
        end as problem
    ) as p
    where p.problem is not null
    order by i.ordinality
    limit 1;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = 'Nothing of this body was recorded.';
    end if;
    return array(
        with metrics as materialized (
            select
                i.ordinality as number,
                i.place,
                k.kind,
                i.item -> k.kind -> 'dataPoints' as points,
                case i.item -> k.kind ->> 'aggregationTemporality'
                    when '1' then 'delta'
                    when 'AGGREGATION_TEMPORALITY_DELTA' then 'delta'
                    when '2' then 'cumulative'
                    when 'AGGREGATION_TEMPORALITY_CUMULATIVE' then 'cumulative'
                    else 'none'
                end as temporality,
                coalesce(i.item -> k.kind -> 'isMonotonic' = 'true', false) as is_monotonic,
                n.metric,
                u.unit,
                u.factor,
                k.kind in ('histogram', 'exponentialHistogram')
                    or (k.kind in ('sum', 'gauge') and starts_with(n.metric, 'gen_ai.')) as is_counted,
                case
                    when jsonb_typeof(i.resource -> 'attributes') = 'array'
                    then i.resource -> 'attributes'
                end as resource_attributes,
                concat_ws(
                    E'\n',
                    (
                        select jsonb_agg(a.value order by a.value)
                        from jsonb_array_elements(
                            case jsonb_typeof(i.resource -> 'attributes')
                                when 'array' then i.resource -> 'attributes'
                            end
                        ) as a
                    ),
                    i.scope,
                    i.item -> 'name',
                    i.item -> 'unit',
                    k.kind,
                    i.item -> k.kind -> 'aggregationTemporality'
                ) as identity
            from unnest(read_otlp_metrics.items) with ordinality as i
            cross join lateral (
                select k.kind
                from unnest('{histogram,exponentialHistogram,sum,gauge,summary}'::text[]) as k (kind)
                where i.item ? k.kind
                limit 1
            ) as k
            cross join lateral (
                select case
                    when starts_with(i.item ->> 'name', 'gen_ai.') then i.item ->> 'name'
                    else 'otel.' || btrim(i.item ->> 'name', v_spaces)
                end as metric
            ) as n
            cross join lateral perf_internal.get_otlp_unit(i.item ->> 'unit', n.metric) as u
        ),
        points as materialized (
            select
                m.*,
                row_number() over (order by m.number, p.ordinality) as position,
                concat(m.place, '.', m.kind, '.dataPoints[', p.ordinality - 1, ']') as point_place,
                p.value as point,
                m.is_counted
                    and (p.value -> 'flags' in ('1', '3')) is not true as is_point_counted,
                -- The text of an array of large numbers could fill the memory.
                case
                    when jsonb_typeof(p.value -> 'timeUnixNano') in ('array', 'object') then null
                    when p.value ->> 'timeUnixNano' ~ v_integer
                    then (p.value ->> 'timeUnixNano')::numeric
                    when p.value ->> 'timeUnixNano' is null then 0
                end as observed_ns,
                case
                    when jsonb_typeof(p.value -> 'startTimeUnixNano') in ('array', 'object') then null
                    when p.value ->> 'startTimeUnixNano' ~ v_integer
                    then (p.value ->> 'startTimeUnixNano')::numeric
                    when p.value ->> 'startTimeUnixNano' is null then 0
                end as start_ns
            from metrics as m
            cross join lateral jsonb_array_elements(
                case jsonb_typeof(m.points) when 'array' then m.points end
            ) with ordinality as p
        ),
        names as materialized (
            select l.field, l.rank as position, l.name, l.detail
            from perf_internal.get_gen_ai_names() as l
            where l.part in ('marker', 'text')
            union all
            values
                ('token_type', 1, 'gen_ai.token.type', null::jsonb),
                ('service', 1, 'service.name', null)
        ),
        labels as (
            select
                f.position,
                max(f.text) filter (where f.field = 'model_name') as model,
                max(coalesce(f.detail ->> lower(f.text), lower(f.text)))
                    filter (where f.field = 'tool_name') as tool,
                max(lower(f.text)) filter (where f.field = 'provider') as provider,
                max(f.text) filter (where f.field = 'service') as service,
                max(f.text) filter (where f.field = 'error_type') as error_type,
                max(lower(f.text)) filter (where f.field = 'token_type') as token_type
            from (
                select distinct on (p.position, n.field) p.position, n.field, n.detail, t.text
                from points as p
                cross join lateral (
                    select a.value, 0 as place
                    from jsonb_array_elements(
                        case jsonb_typeof(p.point -> 'attributes')
                            when 'array' then p.point -> 'attributes'
                        end
                    ) as a
                    union all
                    select a.value, 1
                    from jsonb_array_elements(p.resource_attributes) as a
                ) as a
                join names as n
                    on n.name = case
                        when jsonb_typeof(a.value -> 'key') = 'string' then a.value ->> 'key'
                    end
                cross join lateral (
                    select nullif(
                        btrim(
                            left(
                                btrim(
                                    case
                                        when jsonb_typeof(a.value -> 'value' -> 'stringValue') = 'string'
                                        then a.value -> 'value' ->> 'stringValue'
                                    end,
                                    v_spaces
                                ),
                                200
                            ),
                            v_spaces
                        ),
                        ''
                    ) as text
                ) as t
                where t.text is not null
                order by p.position, n.field, a.place, n.position
            ) as f
            group by f.position
        )
        select row(
            p.position,
            p.point_place,
            q.problem,
            q.is_malformed,
            case when p.is_point_counted then p.metric end,
            p.unit,
            perf_internal.get_text_id('otlp series', s.labels::text),
            s.labels,
            perf_internal.get_text_id(
                'otlp stream',
                concat_ws(
                    E'\n',
                    p.identity,
                    (
                        select jsonb_agg(a.value order by a.value)
                        from jsonb_array_elements(
                            case jsonb_typeof(p.point -> 'attributes')
                                when 'array' then p.point -> 'attributes'
                            end
                        ) as a
                    ),
                    case when p.kind <> 'gauge' then p.start_ns end
                )
            ),
            p.temporality = 'cumulative' and (p.kind <> 'sum' or p.is_monotonic),
            case
                when p.start_ns < 9e18
                then timestamptz 'epoch' + div(p.start_ns, 1000)::float8 * interval '1 microsecond'
            end,
            case when p.observed_ns < 9e18 then p.observed_ns end,
            p.factor,
            q.histogram,
            null,
            null
        )::perf_internal.otlp_point
        from points as p
        left join labels as l on l.position = p.position
        cross join lateral (
            select jsonb_build_object(
                'model', l.model,
                'tool', l.tool,
                'provider', l.provider,
                'service', l.service,
                'error_type', l.error_type,
                'token_type', l.token_type
            ) as labels
        ) as s
        cross join lateral perf_internal.read_otlp_histogram(
            p.point, case when p.is_point_counted then p.kind else 'none' end
        ) as h
        cross join lateral (
            select
                case
                    when jsonb_typeof(p.point) <> 'object'
                        then 'it must be an object, got ' || perf_internal.quote_json(p.point)
                    when not p.is_point_counted
                        then null
                    when jsonb_typeof(p.point -> 'attributes') not in ('array', 'null')
                        then 'attributes must be an array, got '
                            || perf_internal.quote_json(p.point -> 'attributes')
                    when p.observed_ns is null
                        then 'timeUnixNano must be a whole number of nanoseconds, got '
                            || perf_internal.quote_json(p.point -> 'timeUnixNano')
                    when p.start_ns is null
                        then 'startTimeUnixNano must be a whole number of nanoseconds, got '
                            || perf_internal.quote_json(p.point -> 'startTimeUnixNano')
                    when h.problem is not null
                        then h.problem
                    when p.observed_ns = 0
                        then 'timeUnixNano must be after 1970, got 0'
                    when p.observed_ns > extract(epoch from now() + interval '1 day') * 1e9
                        then 'timeUnixNano must be before tomorrow, got ' || p.observed_ns
                    when p.start_ns > p.observed_ns
                        then format(
                            'startTimeUnixNano must not be after timeUnixNano, got %s and %s',
                            p.start_ns, p.observed_ns
                        )
                    when p.kind <> 'gauge' and p.temporality = 'none'
                        then 'aggregationTemporality must be 1 (delta) or 2 (cumulative)'
                    else perf_internal.get_name_problem('name', p.metric, 200)
                end as problem,
                jsonb_typeof(p.point) <> 'object'
                    or jsonb_typeof(p.point -> 'attributes') not in ('array', 'null')
                    or p.observed_ns is null
                    or p.start_ns is null
                    or coalesce(h.is_malformed, false) as is_malformed,
                h.histogram
        ) as q
        order by p.position
    );
end
$$;

comment on function perf_internal.read_otlp_metrics is
    'The data points of metrics, each with its labels, its stream and what it says of its values, or with what is wrong with it. Those that are not counted, because of their kind or because they say that there is no value, have no metric. Error 22023: a metric that is not as OTLP/JSON has it, named by its place.';

revoke execute on function perf_internal.read_otlp_metrics from public;
