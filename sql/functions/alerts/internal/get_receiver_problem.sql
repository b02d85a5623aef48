-- No message shows the address or a value of a header: messages reach logs, and old values may be among
-- them.
--
-- Variables of the environment have a prefix. Otherwise an admin by token could have the worker send any of
-- its variables, for example the password of its database, to an address of theirs.
--
-- A header in the environment is a variable of the address: its name is that of the address, __ and more.
-- So it goes only to the host that the same environment names. The name of the receiver decides nothing,
-- because an admin chooses it. A variable of an address has no __ and ends with no _. Then every variable
-- belongs to one address at most, the name before its first __, also where one address is OPS and another
-- is OPS_2. The worker checks the same again (pgkit/sending.py).
--
-- A host is ASCII, because the worker refuses some of the other names: not every character can be
-- translated to xn--.
create or replace function perf_internal.get_receiver_problem(
    kind text,
    address text,
    headers jsonb
)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_address text := get_receiver_problem.address;
    v_headers jsonb := get_receiver_problem.headers;
    v_host text :=
        '([^][[:space:]/?#@:%<>"{}|^`]+|[[][0-9A-Fa-f:.]+[]])(:[0-9]{1,5})?';
    v_variable text := '^env:PGKIT_RECEIVER(_[A-Z0-9]+)+$';
    v_name text;
begin
    if get_receiver_problem.kind in ('webhook', 'alertmanager', 'slack', 'email') is not true then
        return 'kind must be webhook, alertmanager, slack or email, got '
            || perf_internal.quote_value(get_receiver_problem.kind);
    elsif v_address is null or length(v_address) not between 1 and 4000 then
        return 'address must have 1 to 4000 characters';
    elsif v_address ~ '[[:space:]]'
        or v_address ~ perf_internal.get_control_characters()
        or strpos(v_address, E'\\') > 0
    then
        return 'address must have no spaces, control characters or backslashes';
    elsif v_address like 'env:%' then
        if v_address !~ v_variable or length(v_address) > 119 then
            return 'address must name a variable of the environment as env:PGKIT_RECEIVER_NAME, without __ in NAME';
        end if;
    elsif substring(v_address from '^[^:]*://(?:[^/?#@]*@)?([^/?#]*)') ~ '[^ -~]' then
        return 'address must have a host in ASCII: write other characters as xn--';
    elsif get_receiver_problem.kind = 'email' then
        if v_address !~* ('^smtps?://([^/?#@]+@)?' || v_host || '/?[?][^#]+$')
            or v_address !~ '[?&]from=[^&]'
            or v_address !~ '[?&]to=[^&]'
        then
            return 'address must be smtp://user:password@host:port/?from=...&to=... with from and to, smtps:// or env:PGKIT_RECEIVER_NAME';
        end if;
    elsif v_address !~* ('^https?://' || v_host || '([/?#].*)?$') then
        return 'address must be an http or https URL with a host and without user and password, or env:PGKIT_RECEIVER_NAME';
    end if;
    if v_headers is null or jsonb_typeof(v_headers) <> 'object' then
        return 'headers must be an object of names and texts';
    elsif pg_column_size(v_headers) > 20000 then
        return 'headers must be at most 20000 bytes';
    elsif get_receiver_problem.kind = 'email' and v_headers <> '{}' then
        return 'headers must be empty for kind email';
    end if;
    select h.key
    into v_name
    from jsonb_each(v_headers) as h
    where h.key !~ '^[A-Za-z0-9!#$%&''*+.^_`|~-]{1,100}$'
        or lower(h.key) in (
            'host', 'content-length', 'content-type', 'transfer-encoding', 'connection',
            'idempotency-key'
        )
    order by h.key
    limit 1;
    if found then
        return 'headers must have names of HTTP headers that are not set anyway, got '
            || perf_internal.quote_value(v_name);
    end if;
    select h.key
    into v_name
    from jsonb_each(v_headers) as h
    where jsonb_typeof(h.value) <> 'string'
        or h.value #>> '{}' ~ perf_internal.get_control_characters()
        or (
            h.value #>> '{}' like 'env:%'
            and (
                v_address not like 'env:%'
                or not starts_with(h.value #>> '{}', v_address || '__')
                or substr(h.value #>> '{}', length(v_address) + 3) !~ '^[A-Z0-9_]{1,100}$'
            )
        )
    order by h.key
    limit 1;
    if found then
        return format(
            'headers: %s must be a text without control characters, or env:PGKIT_RECEIVER_NAME__KEY where the address is env:PGKIT_RECEIVER_NAME',
            perf_internal.quote_value(v_name)
        );
    end if;
    return null;
end
$$;

comment on function perf_internal.get_receiver_problem is
    'What is wrong with kind, address or headers of a receiver, without their values; null if nothing is.';

revoke execute on function perf_internal.get_receiver_problem from public;
