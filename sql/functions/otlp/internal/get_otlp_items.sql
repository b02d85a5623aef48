-- Level by level, because a resource holds all that is in it: a row that carried it along would be as
-- large as the body. What is no array counts as empty, so that a wrong type is found and named here, and
-- no later query meets one.
create or replace function perf_internal.get_otlp_items(
    body jsonb,
    resources text,
    scopes text,
    items text
)
returns perf_internal.otlp_item[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
set jit = off
as $$
begin
    if jsonb_typeof(get_otlp_items.body -> get_otlp_items.resources) not in ('array', 'null') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                '%s must be an array, got %s',
                get_otlp_items.resources,
                perf_internal.quote_json(get_otlp_items.body -> get_otlp_items.resources)
            );
    end if;
    return array(
        with given_resources as materialized (
            select
                format('%s[%s]', get_otlp_items.resources, r.ordinality - 1) as place,
                r.ordinality as number,
                r.value -> 'resource' as resource,
                r.value -> get_otlp_items.scopes as scopes,
                case
                    when jsonb_typeof(r.value) <> 'object'
                        then 'it must be an object, got ' || perf_internal.quote_json(r.value)
                    when jsonb_typeof(r.value -> 'resource') not in ('object', 'null')
                        then 'resource must be an object, got '
                            || perf_internal.quote_json(r.value -> 'resource')
                    when jsonb_typeof(r.value -> 'resource' -> 'attributes') not in ('array', 'null')
                        then 'resource.attributes must be an array, got '
                            || perf_internal.quote_json(r.value -> 'resource' -> 'attributes')
                    when jsonb_typeof(r.value -> get_otlp_items.scopes) not in ('array', 'null')
                        then format(
                            '%s must be an array, got %s',
                            get_otlp_items.scopes,
                            perf_internal.quote_json(r.value -> get_otlp_items.scopes)
                        )
                end as problem
            from jsonb_array_elements(
                case jsonb_typeof(get_otlp_items.body -> get_otlp_items.resources)
                    when 'array' then get_otlp_items.body -> get_otlp_items.resources
                end
            ) with ordinality as r
        ),
        given_scopes as materialized (
            select
                format('%s.%s[%s]', r.place, get_otlp_items.scopes, s.ordinality - 1) as place,
                r.number as resource_number,
                s.ordinality as number,
                r.resource,
                s.value -> 'scope' as scope,
                s.value -> get_otlp_items.items as items,
                case
                    when jsonb_typeof(s.value) <> 'object'
                        then 'it must be an object, got ' || perf_internal.quote_json(s.value)
                    when jsonb_typeof(s.value -> 'scope') not in ('object', 'null')
                        then 'scope must be an object, got '
                            || perf_internal.quote_json(s.value -> 'scope')
                    when jsonb_typeof(s.value -> get_otlp_items.items) not in ('array', 'null')
                        then format(
                            '%s must be an array, got %s',
                            get_otlp_items.items,
                            perf_internal.quote_json(s.value -> get_otlp_items.items)
                        )
                end as problem
            from given_resources as r
            cross join lateral jsonb_array_elements(
                case jsonb_typeof(r.scopes) when 'array' then r.scopes end
            ) with ordinality as s
        ),
        found as (
            select
                r.number as resource_number,
                0 as scope_number,
                0 as number,
                r.place,
                r.problem,
                null::jsonb as resource,
                null::jsonb as scope,
                null::jsonb as item
            from given_resources as r
            where r.problem is not null
            union all
            select s.resource_number, s.number, 0, s.place, s.problem, null, null, null
            from given_scopes as s
            where s.problem is not null
            union all
            select
                s.resource_number,
                s.number,
                i.ordinality,
                format('%s.%s[%s]', s.place, get_otlp_items.items, i.ordinality - 1),
                case
                    when jsonb_typeof(i.value) <> 'object'
                        then 'it must be an object, got ' || perf_internal.quote_json(i.value)
                end,
                s.resource,
                s.scope,
                i.value
            from given_scopes as s
            cross join lateral jsonb_array_elements(
                case jsonb_typeof(s.items) when 'array' then s.items end
            ) with ordinality as i
        )
        select row(
            f.place, f.place || ': ' || f.problem, f.resource, f.scope, f.item
        )::perf_internal.otlp_item
        from found as f
        order by f.resource_number, f.scope_number, f.number
    );
end
$$;

comment on function perf_internal.get_otlp_items is
    'The spans or metrics of a body of OTLP/JSON, each with its place, its resource and its scope; or with what is wrong there. Error 22023: the first level is no array.';

revoke execute on function perf_internal.get_otlp_items from public;
