-- The only place that says which price a recorded model has. Providers are compared without case,
-- because one library writes OpenAI and another openai.
create or replace function perf_internal.find_model_prices(
    book text,
    model_names text[],
    providers text[],
    start_time timestamptz,
    end_time timestamptz
)
returns table (
    model_number integer,
    range_start timestamptz,
    range_end timestamptz,
    price_id bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
    with found as materialized (
        select
            m.model_number::integer as model_number,
            n.place,
            p.id,
            p.valid_from,
            lead(p.valid_from, 1, 'infinity') over (
                partition by m.model_number, n.place, p.provider order by p.valid_from
            ) as valid_until,
            -- Of two spellings of a provider, the one that the call has goes first.
            p.provider is distinct from n.provider as is_other_spelling
        from unnest(find_model_prices.model_names, find_model_prices.providers)
            with ordinality as m (model_name, provider, model_number)
        cross join lateral (
            values
                (1, m.model_name, m.provider),
                (2, m.provider || '/' || m.model_name, null),
                (3, m.model_name, null),
                (
                    4,
                    substr(m.model_name, strpos(m.model_name, '/') + 1),
                    nullif(split_part(m.model_name, '/', 1), m.model_name)
                ),
                (5, m.model_name, null)
        ) as n (place, model_name, provider)
        -- By itself, so that each name is looked up in the index, however few prices the planner knows of.
        cross join lateral (
            select p.id, p.book, p.model_name, p.provider, p.valid_from
            from perf.model_prices as p
            where p.book = find_model_prices.book
                and p.model_name = n.model_name
            offset 0
        ) as p
        where p.valid_from < find_model_prices.end_time
            and (lower(p.provider) is not distinct from lower(n.provider) or n.place = 5)
            and not (n.place in (1, 4) and n.provider is null)
            -- Who served the call is not known, and there is one who may have.
            and (
                n.place < 5
                or p.provider is not null
                and coalesce(m.provider, 'unknown') = 'unknown'
                and not exists (
                    select
                    from perf.model_prices as o
                    where o.book = p.book
                        and o.model_name = p.model_name
                        and lower(o.provider) <> lower(p.provider)
                )
            )
    ),
    change as (
        select m.model_number::integer as model_number, find_model_prices.start_time as at
        from unnest(find_model_prices.model_names) with ordinality as m (model_name, model_number)
        union
        select f.model_number, f.valid_from
        from found as f
        where f.valid_from > find_model_prices.start_time
    ),
    judged as (
        select c.model_number, c.at, p.id
        from change as c
        left join lateral (
            select f.id
            from found as f
            where f.model_number = c.model_number
                and f.valid_from <= c.at
                and f.valid_until > c.at
            order by f.place, f.is_other_spelling
            limit 1
        ) as p on true
    ),
    changed as (
        select
            j.model_number,
            j.at,
            j.id,
            j.id is distinct from lag(j.id) over w or lag(j.at) over w is null as is_new
        from judged as j
        window w as (partition by j.model_number order by j.at)
    )
    select
        c.model_number,
        c.at,
        lead(c.at, 1, find_model_prices.end_time) over (
            partition by c.model_number order by c.at
        ),
        c.id
    from changed as c
    where c.is_new
    order by 1, 2;
$$;

comment on function perf_internal.find_model_prices is
    'Which prices of a book these models have over a time range: for each model, by its number, the ranges without a change, one after the other, and the price (an id of perf.model_prices) or null. Of the prices in force the first counts of: the name for its provider; provider/name for any; the name for any; what stands after the first slash of the name, for the provider before it; and where the provider is unknown or null, the name for the only provider that has a price of it.';

revoke execute on function perf_internal.find_model_prices from public;
grant execute on function perf_internal.find_model_prices
    to authenticated, service_role, perf_admin, perf_analyst;
