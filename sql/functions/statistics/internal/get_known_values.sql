create or replace function perf_internal.get_known_values(
    value_count bigint,
    sum double precision,
    minimum double precision,
    maximum double precision
)
returns double precision[]
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case
        when get_known_values.value_count = 1 then array[get_known_values.sum]
        else array_remove(
            array[
                get_known_values.minimum,
                get_known_values.maximum,
                case
                    when get_known_values.value_count = 3
                        -- least() and greatest() leave nulls out.
                        and get_known_values.minimum + get_known_values.maximum is not null
                    then least(
                        greatest(
                            get_known_values.sum
                                - get_known_values.minimum - get_known_values.maximum,
                            get_known_values.minimum
                        ),
                        get_known_values.maximum
                    )
                end
            ],
            null
        )
    end;
$$;

comment on function perf_internal.get_known_values is
    'The values that a rollup row tells exactly: all of up to three, else the smallest and the largest.';

revoke execute on function perf_internal.get_known_values from public;
grant execute on function perf_internal.get_known_values
    to authenticated, service_role, perf_admin, perf_analyst;
