-- A category is a count: so many values of 1, whose bin is 0. Booleans become true and false.
create or replace function perf_internal.summarize_feature(
    "values" double precision[],
    categories jsonb
)
returns table (
    kind text,
    category text,
    value_count bigint,
    value_sum double precision,
    m2 double precision,
    minimum double precision,
    maximum double precision,
    sketch numeric
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select 'number', null::text, s.*
    from perf_internal.summarize_values(summarize_feature.values) as s
    where s.value_count > 0
    union all
    select
        c.kind,
        c.category,
        c.value_count,
        c.value_count::float8,
        0::float8,
        1::float8,
        1::float8,
        c.value_count * perf_internal.get_sketch_unit(0)
    from (
        select 'missing' as kind, null as category, count(*) as value_count
        from unnest(summarize_feature.values) as v (value)
        where v.value is null
        union all
        select
            case when e.category is null then 'missing' else 'category' end,
            e.category,
            count(*)
        from jsonb_array_elements_text(
            case jsonb_typeof(summarize_feature.categories)
                when 'array' then summarize_feature.categories
            end
        ) as e (category)
        group by e.category
        union all
        select 'category', e.category, e.value_count::numeric::bigint
        from jsonb_each(
            case jsonb_typeof(summarize_feature.categories)
                when 'object' then summarize_feature.categories
            end
        ) as e (category, value_count)
    ) as c
    where c.value_count > 0;
end
$$;

comment on function perf_internal.summarize_feature is
    'What is kept of a batch of a feature: a row of its numbers, one of each category and one of its missing values (null elements), as far as there are any. The arguments must be good: see perf_internal.get_feature_problem().';

revoke execute on function perf_internal.summarize_feature from public;
