-- The cosine of the words of both names: 1 for the same words, 0 for none in common. Names of models
-- differ by whole words, such as a provider before them or a date behind them.
create or replace function perf_internal.find_close_names(names text[], known_names text[])
returns table (name_number integer, close_names text[])
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
set jit = off
as $$
    with wanted as materialized (
        select n.name_number::integer as name_number, w as word,
            count(*) over (partition by n.name_number) as word_count
        from unnest(find_close_names.names) with ordinality as n (name, name_number)
        cross join lateral regexp_split_to_table(lower(n.name), '[^a-z0-9]+') as w
        where w <> ''
        group by n.name_number, w
    ),
    known as materialized (
        select n.name, w as word, count(*) over (partition by n.name) as word_count
        from unnest(find_close_names.known_names) as n (name)
        cross join lateral regexp_split_to_table(lower(n.name), '[^a-z0-9]+') as w
        where w <> ''
        group by n.name, w
    ),
    likeness as (
        select
            w.name_number,
            k.name,
            count(*) / sqrt(min(w.word_count)::float8 * min(k.word_count)) as likeness
        from wanted as w
        join known as k on k.word = w.word
        group by w.name_number, k.name
    ),
    ranked as (
        select
            l.name_number,
            l.name,
            row_number() over (
                partition by l.name_number order by l.likeness desc, length(l.name), l.name
            ) as place
        from likeness as l
        where l.likeness >= 0.4
    )
    select r.name_number, array_agg(r.name order by r.place)
    from ranked as r
    where r.place <= 3
    group by r.name_number;
$$;

comment on function perf_internal.find_close_names is
    'For each of these names, by its number, up to three known ones that have most words in common with it, the closest first. No row for a name that is like none.';

revoke execute on function perf_internal.find_close_names from public;
grant execute on function perf_internal.find_close_names
    to authenticated, service_role, perf_admin, perf_analyst;
