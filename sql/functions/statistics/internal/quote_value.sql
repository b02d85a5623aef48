create or replace function perf_internal.quote_value(value text)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select case
        when quote_value.value is null then 'null'
        else '"' || coalesce(
            (
                select string_agg(
                    case
                        when u.letter in ('"', E'\\') then E'\\' || u.letter
                        when u.letter = E'\n' then E'\\n'
                        when u.letter = E'\r' then E'\\r'
                        when u.letter = E'\t' then E'\\t'
                        when u.letter ~ perf_internal.get_control_characters()
                            then E'\\u' || lpad(to_hex(ascii(u.letter)), 4, '0')
                        else u.letter
                    end,
                    ''
                    order by u.position
                )
                from unnest(string_to_array(left(quote_value.value, 60), null))
                    with ordinality as u (letter, position)
            ),
            ''
        ) || case
            when length(quote_value.value) > 60
                then format('..." (%s characters)', length(quote_value.value))
            else '"'
        end
    end;
$$;

comment on function perf_internal.quote_value is
    'A value as an error message shows it: quoted, null as null, cut after 60 characters. Control characters, quotes and backslashes are shown as JSON shows them, so that none reaches the status line of a response.';

revoke execute on function perf_internal.quote_value from public;
grant execute on function perf_internal.quote_value
    to authenticated, service_role, perf_admin, perf_analyst, perf_recorder;
