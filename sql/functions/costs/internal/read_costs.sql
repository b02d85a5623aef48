-- Series of the same model, provider and group are one row. Those whose prices change at the same times
-- are read together, so a year without a change is one read.
create or replace function perf_internal.read_costs(
    start_time timestamptz,
    end_time timestamptz,
    labels jsonb default '{}',
    group_by text[] default '{}',
    granularity text default null,
    book text default 'standard',
    as_model text default null,
    time_zone text default 'UTC'
)
returns table (
    group_labels jsonb,
    model text,
    provider text,
    time_bucket timestamptz,
    currency text,
    call_count bigint,
    input_calls bigint,
    output_calls bigint,
    billed_calls bigint,
    input_tokens double precision,
    cached_input_tokens double precision,
    cache_write_tokens double precision,
    output_tokens double precision,
    reasoning_tokens double precision,
    billed_cost double precision,
    list_cost numeric,
    input_cost numeric,
    cached_input_cost numeric,
    cache_write_cost numeric,
    output_cost numeric
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
    v_series_ids uuid[];
    v_series_groups integer[];
    v_groups jsonb[];
    v_models text[];
    v_providers text[];
    -- The last bucket may end up to a month after the range.
    v_end timestamptz := read_costs.end_time
        + case read_costs.granularity
            when 'monthly' then interval '32 days'
            when 'weekly' then interval '8 days'
            when 'daily' then interval '2 days'
            else interval '0'
        end;
    v_pending_from timestamptz;
    v_set record;
    v_range record;
begin
    with series as materialized (
        select
            s.series_id,
            s.labels ->> 'model' as model,
            s.labels ->> 'provider' as provider,
            (
                select coalesce(jsonb_object_agg(k.name, s.labels -> k.name), '{}')
                from unnest(read_costs.group_by) as k (name)
            ) as group_labels
        from (
            -- As perf_internal.call_series, but without the parameters where nobody asks for them, because
            -- they would take most of the time.
            select
                l.series_id,
                jsonb_build_object(
                    'model', l.model,
                    'tool', l.tool,
                    'provider', l.provider,
                    'model_type', l.model_type,
                    'parameters', case
                        when read_costs.labels ? 'parameters'
                            or 'parameters' = any(read_costs.group_by)
                        then l.parameters
                    end
                ) as labels
            from perf_internal.call_labels as l
        ) as s
        where s.labels @> read_costs.labels
    ),
    numbered as materialized (
        select
            s.*,
            dense_rank() over (order by s.group_labels, s.model, s.provider)::integer as number
        from series as s
    )
    select
        (select array_agg(n.series_id) from numbered as n),
        (select array_agg(n.number) from numbered as n),
        array_agg(g.group_labels order by g.number),
        array_agg(g.model order by g.number),
        array_agg(g.provider order by g.number)
    into v_series_ids, v_series_groups, v_groups, v_models, v_providers
    from (select distinct on (n.number) n.* from numbered as n order by n.number) as g;
    if v_series_ids is null then
        return;
    end if;
    v_pending_from := perf_internal.get_pending_start(
        -- Where retention has removed hours or days, ranges end up to a week later.
        'calls', read_costs.start_time - interval '1 day', v_end + interval '8 days'
    );
    for v_set in
        with priced as materialized (
            select f.*
            from perf_internal.find_model_prices(
                read_costs.book,
                case
                    when read_costs.as_model is null then v_models
                    else array_fill(read_costs.as_model, array[cardinality(v_models)])
                end,
                case
                    when read_costs.as_model is null then v_providers
                    else array_fill(null::text, array[cardinality(v_models)])
                end,
                read_costs.start_time,
                v_end
            ) as f
        ),
        changed as (
            select
                f.model_number,
                array_agg(f.range_start order by f.range_start)
                    filter (where f.range_start > read_costs.start_time) as changes,
                array_agg(f.range_start order by f.range_start) as starts,
                array_agg(f.range_end order by f.range_start) as ends,
                array_agg(f.price_id order by f.range_start) as price_ids
            from priced as f
            group by f.model_number
        )
        select
            coalesce(c.changes, '{}') as changes,
            array_agg(c.model_number order by c.model_number) as numbers,
            cardinality(c.starts) as count,
            -- Arrays of the same length become one of two dimensions.
            array_agg(c.starts order by c.model_number) as starts,
            array_agg(c.ends order by c.model_number) as ends,
            array_agg(c.price_ids order by c.model_number) as price_ids
        from changed as c
        group by 1, 3
    loop
        for v_range in
            select r.*, array_agg(r.time_bucket) filter (where not r.is_whole) over () as parted
            from perf_internal.get_cost_ranges(
                read_costs.start_time,
                read_costs.end_time,
                read_costs.granularity,
                read_costs.time_zone,
                v_set.changes
            ) as r
        loop
            return query
            select
                v_groups[t.group_number],
                v_models[t.group_number],
                v_providers[t.group_number],
                t.time_bucket,
                p.currency,
                t.call_count,
                t.input_calls,
                t.output_calls,
                t.billed_calls,
                t.input_tokens,
                t.cached_tokens,
                t.write_tokens,
                t.output_tokens,
                t.reasoning_tokens,
                t.billed_cost,
                case
                    when p.currency is not null and t.input_calls + t.output_calls > 0
                    then coalesce(c.input, 0) + coalesce(c.cached_input, 0)
                        + coalesce(c.cache_write, 0) + coalesce(c.output, 0)
                end,
                c.input,
                c.cached_input,
                c.cache_write,
                c.output
            from (
                select
                    s.group_number,
                    coalesce(s.time_bucket, v_range.time_bucket) as time_bucket,
                    coalesce(s.time_bucket, v_range.range_start) as at,
                    coalesce(
                        max(s.count) filter (where s.metric = 'response_time_ms'), 0
                    ) as call_count,
                    coalesce(max(s.count) filter (where s.metric = 'input_tokens'), 0)
                        as input_calls,
                    coalesce(max(s.count) filter (where s.metric = 'output_tokens'), 0)
                        as output_calls,
                    coalesce(max(s.count) filter (where s.metric = 'cost'), 0) as billed_calls,
                    max(s.sum) filter (where s.metric = 'input_tokens') as input_tokens,
                    max(s.sum) filter (where s.metric = 'cached_input_tokens') as cached_tokens,
                    max(s.sum) filter (where s.metric = 'cache_write_tokens') as write_tokens,
                    max(s.sum) filter (where s.metric = 'output_tokens') as output_tokens,
                    max(s.sum) filter (where s.metric = 'reasoning_tokens') as reasoning_tokens,
                    max(s.sum) filter (where s.metric = 'cost') as billed_cost
                from perf_internal.read_totals(
                    'calls',
                    '{response_time_ms,input_tokens,cached_input_tokens,cache_write_tokens,output_tokens,reasoning_tokens,cost}',
                    (
                        select array_agg(i.series_id)
                        from unnest(v_series_ids, v_series_groups) as i (series_id, number)
                        where i.number = any(v_set.numbers)
                    ),
                    v_range.range_start,
                    v_range.range_end,
                    case when v_range.is_whole then read_costs.granularity end,
                    (
                        select array_agg(i.number)
                        from unnest(v_series_ids, v_series_groups) as i (series_id, number)
                        where i.number = any(v_set.numbers)
                    ),
                    read_costs.time_zone,
                    v_pending_from,
                    is_most => read_costs.labels = '{}'
                        and 2 * cardinality(v_set.numbers) > cardinality(v_models)
                ) as s
                where not v_range.is_whole
                    or v_range.parted is null
                    or s.time_bucket <> all(v_range.parted)
                group by 1, 2, 3
            ) as t
            left join (
                select
                    v_set.numbers[1 + (f.place - 1) / v_set.count] as number,
                    f.range_start,
                    f.range_end,
                    m.*
                from unnest(v_set.starts, v_set.ends, v_set.price_ids)
                    with ordinality as f (range_start, range_end, price_id, place)
                join perf.model_prices as m on m.id = f.price_id
            ) as p
                on p.number = t.group_number
                and p.range_start <= t.at
                and p.range_end > t.at
            cross join lateral (
                select
                    -- Numbers of tokens are whole, and prices as people write them, so costs are exact.
                    case when t.input_calls > 0 then
                        greatest(
                            t.input_tokens::numeric - coalesce(t.cached_tokens, 0)::numeric
                                - coalesce(t.write_tokens, 0)::numeric,
                            0
                        ) * p.input_price::numeric * 0.000001
                    end as input,
                    t.cached_tokens::numeric
                        * coalesce(p.cached_input_price, p.input_price)::numeric * 0.000001
                        as cached_input,
                    t.write_tokens::numeric
                        * coalesce(p.cache_write_price, p.input_price)::numeric * 0.000001
                        as cache_write,
                    t.output_tokens::numeric * p.output_price::numeric * 0.000001 as output
            ) as c;
        end loop;
    end loop;
end
$$;

comment on function perf_internal.read_costs is
    'Tokens of calls and what they cost by a price book, by group, model, provider, bucket and price: rows of the same key are to be added up. currency and costs are null without a price, and costs of tokens that no call has. list_cost is the sum of the four, null where no tokens are known. input_cost is that of input tokens without those of the cache. See perf.get_costs().';

revoke execute on function perf_internal.read_costs from public;
grant execute on function perf_internal.read_costs
    to authenticated, service_role, perf_admin, perf_analyst;
