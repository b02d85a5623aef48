create or replace function perf.get_unpriced_models(
    start_time timestamptz,
    end_time timestamptz,
    book text default 'standard',
    max_rows integer default 1000
)
returns table (
    model text,
    provider text,
    call_count bigint,
    input_tokens bigint,
    output_tokens bigint,
    billed_cost double precision,
    priced_from timestamptz,
    closest_models text[]
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_time_range(
        get_unpriced_models.start_time, get_unpriced_models.end_time
    );
    perform perf_internal.check_max_rows(get_unpriced_models.max_rows);
    perform perf_internal.check_price_book(get_unpriced_models.book);
    return query
    with unpriced as materialized (
        select
            row_number() over (
                order by sum(c.call_count) desc, c.model, c.provider
            )::integer as place,
            c.model,
            c.provider,
            sum(c.call_count)::bigint as call_count,
            sum(c.input_tokens)::bigint as input_tokens,
            sum(c.output_tokens)::bigint as output_tokens,
            sum(c.billed_cost) as billed_cost
        from perf_internal.read_costs(
            get_unpriced_models.start_time,
            get_unpriced_models.end_time,
            book => get_unpriced_models.book
        ) as c
        where c.currency is null
        group by c.model, c.provider
        having sum(c.call_count) > 0
        order by 1
        limit get_unpriced_models.max_rows + 1
    ),
    priced as materialized (
        select u.place, min(p.range_start) filter (where p.price_id is not null) as priced_from
        from (
            select
                array_agg(s.model order by s.place) as models,
                array_agg(s.provider order by s.place) as providers
            from unpriced as s
        ) as a
        cross join lateral perf_internal.find_model_prices(
            get_unpriced_models.book, a.models, a.providers, '1970-01-01', '9999-12-31'
        ) as p
        join unpriced as u on u.place = p.model_number
        group by u.place
    )
    select
        u.model,
        u.provider,
        u.call_count,
        u.input_tokens,
        u.output_tokens,
        perf_internal.write_number(u.billed_cost, 12)::float8,
        f.priced_from,
        case when f.priced_from is null then coalesce(n.close_names, '{}') else '{}' end
    from unpriced as u
    join priced as f on f.place = u.place
    left join perf_internal.find_close_names(
        array(select s.model from unpriced as s order by s.place),
        array(
            select distinct p.model_name
            from perf.model_prices as p
            where p.book = get_unpriced_models.book
        )
    ) as n on n.name_number = u.place
    order by u.place;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_unpriced_models.max_rows, v_row_count);
end
$$;

comment on function perf.get_unpriced_models is
    'The models that were called in the hours that start in a range when they had no price in a book, most calls first: by model and provider, with their calls and tokens, what the provider billed for them, and priced_from, from when they have a price, null for never. closest_models are up to three names in the book that are most alike, for a model that has none. Errors: 22023 bad argument, or more than max_rows (at most 100000) rows, 42501 not an analyst, PT404 no such price book.';

revoke execute on function perf.get_unpriced_models from public;
grant execute on function perf.get_unpriced_models
    to authenticated, service_role, perf_admin, perf_analyst;
