create or replace function perf_internal.get_uuid_time(id uuid)
returns timestamptz
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case
        when substr(get_uuid_time.id::text, 15, 1) = '7'
        then timestamptz 'epoch' + interval '1 millisecond' * (
            'x0000' || translate(left(get_uuid_time.id::text, 13), '-', '')
        )::bit(64)::bigint
    end;
$$;

comment on function perf_internal.get_uuid_time is
    'The time in a version 7 UUID (RFC 9562), to the millisecond; null for other versions.';

revoke execute on function perf_internal.get_uuid_time from public;
