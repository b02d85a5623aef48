create or replace function perf_internal.round_limit(
    value double precision,
    usual double precision,
    is_above boolean
)
returns double precision
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case
        when round_limit.is_above then ceil(round_limit.value::numeric / u.unit) * u.unit
        else floor(round_limit.value::numeric / u.unit) * u.unit
    end::double precision
    from (
        select (
            '1e' || floor(
                log(
                    coalesce(
                        nullif(abs(round_limit.value - round_limit.usual), 0),
                        nullif(abs(round_limit.usual), 0),
                        10
                    )::numeric
                )
            ) - 1
        )::numeric as unit
    ) as u;
$$;

comment on function perf_internal.round_limit is
    'A limit for people, not nearer to the usual value than value: rounded up (is_above) or down to two digits of its distance from the usual value.';

revoke execute on function perf_internal.round_limit from public;
grant execute on function perf_internal.round_limit
    to authenticated, service_role, perf_admin, perf_analyst;
