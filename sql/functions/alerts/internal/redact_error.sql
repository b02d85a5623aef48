-- The worker leaves secrets out of its errors. This is for what it forgets, for example a text of a library
-- that shows the URL. Short words are not secrets: path parts such as "api" stay.
create or replace function perf_internal.redact_error(
    error text,
    address text,
    headers jsonb
)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_error text := regexp_replace(
        redact_error.error, perf_internal.get_control_characters(), ' ', 'g'
    );
    v_rest text := regexp_replace(redact_error.address, '^[A-Za-z]+:(//)?', '');
    v_login text := substring(v_rest from '^([^/?#]*)@');
    v_path text := substring(v_rest from '[/?#].*$');
    v_secret text;
begin
    if redact_error.address <> '' then
        v_error := replace(
            v_error,
            redact_error.address,
            coalesce(
                substring(redact_error.address from '^[A-Za-z]+://')
                    || substring(v_rest from '^(?:[^/?#]*@)?([^/?#]*)'),
                '[secret]'
            )
        );
    end if;
    -- Of any URL only scheme and host.
    v_error := regexp_replace(
        v_error,
        '([A-Za-z][A-Za-z0-9+.-]*://)([^[:space:]/?#]*@)?([^[:space:]/?#@"''<>]*)[^[:space:]"''<>]*',
        E'\\1\\3',
        'g'
    );
    for v_secret in
        select s.secret
        from (
            select v_login, 3
            union all
            select v_path, 3
            union all
            select l.part, 3
            from string_to_table(v_login, ':') as l (part)
            union all
            select w.part, 5
            from regexp_split_to_table(v_path, '[/?#&;=]+') as w (part)
            union all
            select h.value, 3
            from jsonb_each_text(redact_error.headers) as h
            union all
            -- The token of "Bearer token".
            select w.part, 6
            from jsonb_each_text(redact_error.headers) as h
            cross join regexp_split_to_table(h.value, '[[:space:],;=]+') as w (part)
        ) as p (part, shortest)
        cross join lateral (
            values (p.part), (perf_internal.decode_percent(p.part))
        ) as s (secret)
        where length(s.secret) >= p.shortest
        group by s.secret
        order by length(s.secret) desc
    loop
        -- A word of a path may be part of a word of ours: redir of redirects.
        if v_secret ~ '^[A-Za-z]+$' then
            v_error := regexp_replace(
                v_error, '[[:<:]]' || v_secret || '[[:>:]]', '[secret]', 'g'
            );
        else
            v_error := replace(v_error, v_secret, '[secret]');
        end if;
    end loop;
    return v_error;
end
$$;

comment on function perf_internal.redact_error is
    'An error in one line, without what a receiver keeps secret: of its address login, password, path and parameters, of its headers the values. Of any other URL it keeps scheme and host.';

revoke execute on function perf_internal.redact_error from public;
