-- security invoker: an admin may write prices. The trigger prepare_model_price checks them too.
--
-- Of two batches at once for the same prices the second waits at the unique index until the first ends,
-- and then has the last word. Both go through the prices in the same order, so neither waits for the
-- other for ever.
create or replace function perf.set_model_prices(
    prices jsonb,
    book text default 'standard',
    valid_from timestamptz default null,
    source text default null,
    out new_count bigint,
    out changed_count bigint,
    out same_count bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
#variable_conflict use_column
declare
    v_problem text;
    v_now timestamptz := date_bin('1 hour', now(), '2001-01-01 00:00+00');
begin
    perform perf_internal.require_role('admin');
    v_problem := perf_internal.get_name_problem('book', set_model_prices.book, 200);
    if jsonb_typeof(set_model_prices.prices) is distinct from 'array' then
        v_problem := 'prices must be a JSON array, got '
            || coalesce(perf_internal.quote_json(set_model_prices.prices), 'null');
    elsif v_problem is null then
        select format('prices[%s]: %s', e.ordinality - 1, p.problem)
        into v_problem
        from jsonb_array_elements(set_model_prices.prices) with ordinality as e
        cross join lateral perf_internal.get_price_problem(e.value) as p (problem)
        where p.problem is not null
        order by e.ordinality
        limit 1;
    end if;
    if v_problem is null then
        select format(
            'prices[%s]: there is another price of %s for the same provider and time',
            max(e.ordinality) - 1,
            perf_internal.quote_value(min(btrim(e.value ->> 'model_name')))
        )
        into v_problem
        from jsonb_array_elements(set_model_prices.prices) with ordinality as e
        group by
            btrim(e.value ->> 'model_name'),
            nullif(btrim(e.value ->> 'provider'), ''),
            (e.value ->> 'valid_from')::timestamptz
        having count(*) > 1
        order by max(e.ordinality)
        limit 1;
    end if;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = 'Each element is an object with model_name, input_price and output_price per million tokens, and if known provider, cached_input_price, cache_write_price, currency, valid_from, is_free and source.';
    end if;
    with given as materialized (
        select
            btrim(e.value ->> 'model_name') as model_name,
            nullif(btrim(e.value ->> 'provider'), '') as provider,
            coalesce(
                (e.value ->> 'valid_from')::timestamptz, set_model_prices.valid_from
            ) as valid_from,
            (e.value ->> 'input_price')::float8 as input_price,
            (e.value ->> 'cached_input_price')::float8 as cached_input_price,
            (e.value ->> 'cache_write_price')::float8 as cache_write_price,
            (e.value ->> 'output_price')::float8 as output_price,
            coalesce(e.value ->> 'currency', 'USD') as currency,
            coalesce((e.value ->> 'is_free')::boolean, false) as is_free,
            coalesce(e.value ->> 'source', set_model_prices.source) as source
        from jsonb_array_elements(set_model_prices.prices) as e
    ),
    compared as materialized (
        select
            g.*,
            coalesce(
                g.valid_from, case when o.id is null then '1970-01-01 00:00+00' else v_now end
            ) as from_time,
            o.id is null as is_new,
            (
                o.input_price, o.cached_input_price, o.cache_write_price, o.output_price,
                o.currency
            ) is not distinct from (
                g.input_price, g.cached_input_price, g.cache_write_price, g.output_price,
                g.currency
            ) as is_same
        from given as g
        left join lateral (
            select p.*
            from perf.model_prices as p
            where p.book = btrim(set_model_prices.book)
                and p.model_name = g.model_name
                and p.provider is not distinct from g.provider
                and p.valid_from <= coalesce(g.valid_from, v_now)
            order by p.valid_from desc
            limit 1
        ) as o on true
    ),
    written as (
        insert into perf.model_prices as p (
            book, model_name, provider, valid_from, input_price, cached_input_price,
            cache_write_price, output_price, currency, is_free, source
        )
        select
            set_model_prices.book, c.model_name, c.provider, c.from_time, c.input_price,
            c.cached_input_price, c.cache_write_price, c.output_price, c.currency, c.is_free,
            c.source
        from compared as c
        where not c.is_same
        order by c.model_name, c.provider, c.from_time
        on conflict (book, model_name, provider, valid_from) do update
        set input_price = excluded.input_price,
            cached_input_price = excluded.cached_input_price,
            cache_write_price = excluded.cache_write_price,
            output_price = excluded.output_price,
            currency = excluded.currency,
            is_free = excluded.is_free,
            source = excluded.source
    )
    select
        count(*) filter (where c.is_new),
        count(*) filter (where not c.is_new and not c.is_same),
        count(*) filter (where c.is_same)
    into new_count, changed_count, same_count
    from compared as c;
end
$$;

comment on function perf.set_model_prices is
    'Adds prices to a price book, all or nothing: a JSON array of objects with model_name, input_price and output_price per million tokens, and if known provider (null: any), cached_input_price and cache_write_price (null: as input_price), currency (USD), valid_from, is_free and source. A row is added only where the price differs from the one in force at that time. Without a valid_from a model that has no price in the book gets this one for all time, and another one from the current hour on. Returns how many are new, how many are changed, and how many were the same. Errors: 22023 a bad element, by its position from 0, 42501 not an admin.';

revoke execute on function perf.set_model_prices from public;
grant execute on function perf.set_model_prices to authenticated, service_role, perf_admin;
