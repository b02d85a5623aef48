create or replace function perf_internal.decode_percent(value text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select convert_from(
            string_agg(
                case
                    when p.part[1] ~ '^%..$' then decode(substr(p.part[1], 2), 'hex')
                    else convert_to(p.part[1], 'UTF8')
                end,
                '' order by p.position
            ),
            'UTF8'
        )
        from regexp_matches(decode_percent.value, '%[0-9A-Fa-f]{2}|[^%]+|%', 'g')
            with ordinality as p (part, position)
    );
exception
    -- What is no text stays as it is.
    when character_not_in_repertoire or untranslatable_character then
        return decode_percent.value;
end
$$;

comment on function perf_internal.decode_percent is
    'A part of a URL as a text: %40 is @. Null for null and for an empty text.';

revoke execute on function perf_internal.decode_percent from public;
