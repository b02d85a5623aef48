-- security invoker: an admin may write prices. The trigger prepare_model_price checks them. Of two at
-- once for the same time the second waits at the unique index until the first ends, and replaces it.
create or replace function perf.set_model_price(
    model_name text,
    input_price double precision,
    output_price double precision,
    cached_input_price double precision default null,
    cache_write_price double precision default null,
    provider text default null,
    valid_from timestamptz default null,
    currency text default 'USD',
    book text default 'standard',
    is_free boolean default false,
    source text default null
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_id bigint;
begin
    perform perf_internal.require_role('admin');
    insert into perf.model_prices as p (
        book, model_name, provider, valid_from, input_price, cached_input_price,
        cache_write_price, output_price, currency, is_free, source
    )
    values (
        set_model_price.book,
        set_model_price.model_name,
        set_model_price.provider,
        coalesce(
            set_model_price.valid_from,
            case
                when exists (
                    select
                    from perf.model_prices as o
                    where o.book = btrim(set_model_price.book)
                        and o.model_name = btrim(set_model_price.model_name)
                        and o.provider
                            is not distinct from nullif(btrim(set_model_price.provider), '')
                )
                then date_bin('1 hour', now(), '2001-01-01 00:00+00')
                else '1970-01-01 00:00+00'
            end
        ),
        set_model_price.input_price,
        set_model_price.cached_input_price,
        set_model_price.cache_write_price,
        set_model_price.output_price,
        set_model_price.currency,
        set_model_price.is_free,
        set_model_price.source
    )
    on conflict (book, model_name, provider, valid_from) do update
    set input_price = excluded.input_price,
        cached_input_price = excluded.cached_input_price,
        cache_write_price = excluded.cache_write_price,
        output_price = excluded.output_price,
        currency = excluded.currency,
        is_free = excluded.is_free,
        source = excluded.source
    returning p.id into v_id;
    return v_id;
end
$$;

comment on function perf.set_model_price is
    'Sets what a million tokens of a model cost from a time on, and returns the id of the price; a price of the same time is replaced. model_name is the name that calls have, provider (null: any) who served them. cached_input_price is for tokens read from the cache of the provider, cache_write_price for those written to it; null: as input_price. valid_from is a whole hour of UTC; null: a model that has no price in the book gets this one for all time, and another one from the current hour on. Prices that are all 0 need is_free. Errors: 22023 a bad value, 42501 not an admin.';

revoke execute on function perf.set_model_price from public;
grant execute on function perf.set_model_price to authenticated, service_role, perf_admin;
