create or replace function perf.get_model_prices(
    book text default 'standard',
    as_of timestamptz default now(),
    model_name text default null,
    max_rows integer default 1000
)
returns table (
    model text,
    provider text,
    input_price double precision,
    cached_input_price double precision,
    cache_write_price double precision,
    output_price double precision,
    currency text,
    is_free boolean,
    valid_from timestamptz,
    valid_until timestamptz,
    source text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_as_of(get_model_prices.as_of);
    perform perf_internal.check_max_rows(get_model_prices.max_rows);
    perform perf_internal.check_price_book(get_model_prices.book);
    return query
    select
        p.model_name,
        p.provider,
        p.input_price,
        p.cached_input_price,
        p.cache_write_price,
        p.output_price,
        p.currency,
        p.is_free,
        p.valid_from,
        p.valid_until,
        p.source
    from (
        select
            m.*,
            lead(m.valid_from) over (
                partition by m.model_name, m.provider order by m.valid_from
            ) as valid_until
        from perf.model_prices as m
        where m.book = get_model_prices.book
            and (
                get_model_prices.model_name is null
                or m.model_name = btrim(get_model_prices.model_name)
            )
    ) as p
    where p.valid_from <= get_model_prices.as_of
        and coalesce(p.valid_until > get_model_prices.as_of, true)
    order by p.model_name, p.provider nulls first
    limit get_model_prices.max_rows + 1;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(get_model_prices.max_rows, v_row_count);
end
$$;

comment on function perf.get_model_prices is
    'The prices of a book that are in force at a time, per million tokens: of one model or of all, by name, one for each provider that has its own. provider null is for any, valid_from 1970 for all time, and valid_until null until further notice. Errors: 22023 bad argument, or more than max_rows (at most 100000) rows, 42501 not an analyst, PT404 no such price book.';

revoke execute on function perf.get_model_prices from public;
grant execute on function perf.get_model_prices
    to authenticated, service_role, perf_admin, perf_analyst;
