create or replace function perf.get_costs(
    start_time timestamptz,
    end_time timestamptz,
    group_by text[] default '{model}',
    granularity text default null,
    labels jsonb default '{}',
    book text default 'standard',
    as_model text default null,
    time_zone text default 'UTC',
    max_rows integer default 1000
)
returns table (
    group_labels jsonb,
    time_bucket timestamptz,
    currency text,
    list_cost double precision,
    billed_cost double precision,
    call_count bigint,
    billed_calls bigint,
    compared_calls bigint,
    billed_difference double precision,
    input_tokens bigint,
    cached_input_tokens bigint,
    cache_write_tokens bigint,
    output_tokens bigint,
    reasoning_tokens bigint,
    input_cost double precision,
    cached_input_cost double precision,
    cache_write_cost double precision,
    output_cost double precision,
    calls_without_input_tokens bigint,
    calls_without_output_tokens bigint,
    unpriced_models text[],
    range_start timestamptz,
    range_end timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set jit = off
as $$
#variable_conflict use_column
declare
    v_cover record;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_time_range(get_costs.start_time, get_costs.end_time);
    perform perf_internal.check_max_rows(get_costs.max_rows);
    perform perf_internal.check_time_zone(get_costs.time_zone);
    perform perf_internal.check_cost_labels(get_costs.labels, get_costs.group_by);
    perform perf_internal.check_price_book(get_costs.book);
    if get_costs.granularity not in ('hourly', 'daily', 'weekly', 'monthly') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'granularity must be hourly, daily, weekly or monthly, got '
                || perf_internal.quote_value(get_costs.granularity);
    elsif get_costs.as_model is not null and not exists (
        select
        from perf_internal.find_model_prices(
            get_costs.book, array[get_costs.as_model], array[null], '1970-01-01', '9999-12-31'
        ) as f
        where f.price_id is not null
    ) then
        raise exception using
            errcode = 'PT404',
            message = format(
                'there is no price of %s for any provider in the book %s',
                perf_internal.quote_value(get_costs.as_model),
                perf_internal.quote_value(get_costs.book)
            ),
            hint = 'select model from perf.get_model_prices() lists those that have one.';
    end if;
    select min(c.range_start) as range_start, max(c.range_end) as range_end
    into v_cover
    from perf_internal.get_cover('calls', get_costs.start_time, get_costs.end_time) as c;
    return query
    select
        s.group_labels,
        s.time_bucket,
        s.currency,
        s.list_cost::float8,
        -- Without the noise of a sum of fractions.
        perf_internal.write_number(s.billed_cost, 12)::float8,
        s.call_count,
        s.billed_calls,
        s.compared_calls,
        (
            perf_internal.write_number(s.compared_billed, 12)::numeric - s.compared_cost
        )::float8,
        s.input_tokens::bigint,
        s.cached_tokens::bigint,
        s.write_tokens::bigint,
        s.output_tokens::bigint,
        s.reasoning_tokens::bigint,
        s.input_cost::float8,
        s.cached_cost::float8,
        s.write_cost::float8,
        s.output_cost::float8,
        s.call_count - s.input_calls,
        s.call_count - s.output_calls,
        s.unpriced_models,
        case
            when s.time_bucket is null then v_cover.range_start
            when get_costs.granularity = 'monthly'
                then perf_internal.get_cover_start('calls', s.time_bucket)
            else s.time_bucket
        end,
        case
            when s.time_bucket is null then v_cover.range_end
            when get_costs.granularity = 'monthly'
                then perf_internal.get_cover_start('calls', e.bucket_end)
            else e.bucket_end
        end
    from (
        select
            c.group_labels,
            c.time_bucket,
            c.currency,
            sum(c.list_cost) as list_cost,
            sum(c.billed_cost) as billed_cost,
            sum(c.call_count)::bigint as call_count,
            sum(c.billed_calls)::bigint as billed_calls,
            coalesce(sum(c.billed_calls) filter (where c.is_alike), 0)::bigint as compared_calls,
            sum(c.billed_cost) filter (where c.is_alike) as compared_billed,
            sum(c.list_cost) filter (where c.is_alike) as compared_cost,
            sum(c.input_tokens) as input_tokens,
            sum(c.cached_input_tokens) as cached_tokens,
            sum(c.cache_write_tokens) as write_tokens,
            sum(c.output_tokens) as output_tokens,
            sum(c.reasoning_tokens) as reasoning_tokens,
            sum(c.input_cost) as input_cost,
            sum(c.cached_input_cost) as cached_cost,
            sum(c.cache_write_cost) as write_cost,
            sum(c.output_cost) as output_cost,
            sum(c.input_calls)::bigint as input_calls,
            sum(c.output_calls)::bigint as output_calls,
            coalesce(
                array_agg(distinct coalesce(get_costs.as_model, c.model))
                    filter (where c.currency is null),
                '{}'
            ) as unpriced_models
        from (
            select
                r.*,
                r.list_cost is not null
                    and get_costs.as_model is null
                    and r.billed_calls > 0
                    and r.billed_calls = greatest(r.input_calls, r.output_calls) as is_alike
            from perf_internal.read_costs(
                get_costs.start_time,
                get_costs.end_time,
                get_costs.labels,
                get_costs.group_by,
                get_costs.granularity,
                get_costs.book,
                get_costs.as_model,
                get_costs.time_zone
            ) as r
        ) as c
        group by 1, 2, 3
    ) as s
    cross join lateral (
        select perf_internal.get_bucket_end(
            s.time_bucket, get_costs.granularity, get_costs.time_zone
        ) as bucket_end
    ) as e
    order by
        s.time_bucket, s.currency nulls last, s.list_cost desc nulls last, s.group_labels
    limit get_costs.max_rows + 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(
        get_costs.max_rows, v_row_count, get_costs.granularity
    );
end
$$;

comment on function perf.get_costs is
    'What calls cost by a price book, by the prices in force when they were made, with calls that are not rolled up yet. A row for each group (labels of group_by: model, tool, provider, model_type, parameters), bucket and currency, and one with a null currency for calls of unpriced_models, which have no price and are never counted as free. With a granularity (hourly, daily, weekly from Monday, monthly by the calendar) the buckets that start in the range; without one the whole hours that start in it. list_cost is what the prices say for the tokens: input tokens without those of the cache, tokens read from the cache and written to it, and output tokens, which contain those of reasoning. Null where no tokens are known. billed_cost is the sum of the costs that billed_calls of the calls have themselves, to 12 digits, in the currency of the row, US dollars where that is null. billed_difference is billed_cost less list_cost of compared_calls: those of models whose billed calls are as many as those with tokens. as_model prices the same tokens as those of another model, by its price for any provider; another model would count other tokens. A bucket that is kept only as a day or week and in which a price changes takes the price at its start. Failed calls count as others. range_start and range_end are what a row counts. Errors: 22023 bad argument, or more than max_rows (at most 100000) rows, 42501 not an analyst, PT404 no such price book, or no price of as_model.';

revoke execute on function perf.get_costs from public;
grant execute on function perf.get_costs
    to authenticated, service_role, perf_admin, perf_analyst;
