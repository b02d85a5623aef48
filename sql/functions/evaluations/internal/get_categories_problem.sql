-- Positions count from 0, as those of JSON do.
create or replace function perf_internal.get_categories_problem(categories jsonb)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case jsonb_typeof(get_categories_problem.categories)
        when 'array' then (
            select case jsonb_typeof(c.value)
                when 'string' then format(
                    'categories[%s] must have at most 200 characters, got %s',
                    c.ordinality - 1,
                    perf_internal.quote_value(c.value #>> '{}')
                )
                else format(
                    'categories[%s] must be a string, true, false or null, got %s%s',
                    c.ordinality - 1,
                    perf_internal.quote_json(c.value),
                    case jsonb_typeof(c.value)
                        when 'number' then ': give numbers that are names as strings'
                    end
                )
            end
            from jsonb_array_elements(get_categories_problem.categories) with ordinality as c
            where jsonb_typeof(c.value) not in ('string', 'boolean', 'null')
                or (jsonb_typeof(c.value) = 'string' and length(c.value #>> '{}') > 200)
            order by c.ordinality
            limit 1
        )
        when 'object' then (
            select case
                when length(c.key) > 200 then
                    'a category must have at most 200 characters, got '
                        || perf_internal.quote_value(c.key)
                else format(
                    'the count of category %s must be a whole number from 0 to 1e9, got %s',
                    perf_internal.quote_value(c.key),
                    perf_internal.quote_json(c.value)
                )
            end
            from jsonb_each(get_categories_problem.categories) as c
            where length(c.key) > 200
                or case jsonb_typeof(c.value)
                    when 'number' then (c.value::numeric between 0 and 1e9) is not true
                        or c.value::numeric <> trunc(c.value::numeric)
                    else true
                end
            order by c.key collate "C"
            limit 1
        )
        else case
            when get_categories_problem.categories is not null then
                'categories must be a JSON array of strings or an object of counts, got '
                    || perf_internal.quote_json(get_categories_problem.categories)
        end
    end;
$$;

comment on function perf_internal.get_categories_problem is
    'What is wrong with the categories of a feature: an array of strings, booleans and nulls, or an object of counts from 0 to 1e9 by category; categories have at most 200 characters. Null if nothing is.';

revoke execute on function perf_internal.get_categories_problem from public;
