-- The JSON path skips what is not a number, out of bounds or without a name, and raises no error for
-- any JSON.
create or replace function perf_internal.get_evaluation_measures(metrics jsonb)
returns perf_internal.measure[]
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select array(
        select row(
            'evaluation.' || (i ->> 'key'), (i -> 'value')::double precision
        )::perf_internal.measure
        from jsonb_array_elements(
            jsonb_path_query_array(
                get_evaluation_measures.metrics,
                'strict $.keyvalue() ? (
                    (@.value == 0 || (@.value.abs() >= 1e-100 && @.value.abs() <= 1e15))
                    && @.key like_regex "^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$"
                )',
                silent => true
            )
        ) as i
        where length(i ->> 'key') <= 100
    );
$$;

comment on function perf_internal.get_evaluation_measures is
    'The named measures of an evaluation: evaluation.<name> of each of its further metrics. Skips what is not a number from -1e15 to 1e15, and names that are blank, have control characters, spaces around them or more than 100 characters.';

revoke execute on function perf_internal.get_evaluation_measures from public;
grant execute on function perf_internal.get_evaluation_measures
    to authenticated, service_role, perf_admin, perf_analyst;
