-- Everything is one transaction, as the Supabase CLI and the SQL editor run it. With psql, add
-- --single-transaction. These settings last until it ends. set local would warn as the first
-- statement of the CLI.
select
    set_config('pgkit.is_one_transaction', 'yes', true),
    set_config('search_path', 'pg_catalog', true),
    set_config('check_function_bodies', 'off', true),
    set_config('client_min_messages', 'warning', true),
    set_config('standard_conforming_strings', 'on', true),
    set_config('row_security', 'on', true),
    set_config('datestyle', 'ISO, YMD', true),
    set_config('timezone', 'UTC', true),
    set_config('intervalstyle', 'postgres', true),
    set_config('statement_timeout', '0', true),
    set_config('lock_timeout', '0', true);

-- New in PostgreSQL 17.
select set_config(s.name, '0', true) from pg_settings as s where s.name = 'transaction_timeout';

do $pgkit$
begin
    if coalesce(current_setting('pgkit.is_one_transaction', true), '') <> 'yes' then
        raise exception using
            errcode = 'no_active_sql_transaction',
            message = 'this file must run in one transaction',
            hint = 'With psql, add --single-transaction. Nothing was changed.';
    end if;
    -- One migration at a time. pgkit migrate takes the same lock.
    perform pg_advisory_xact_lock(hashtext('pgkit migrate'));
end
$pgkit$;
