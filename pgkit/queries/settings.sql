-- What pgkit relies on, whatever the server, the database, the role or the environment sets. Until the
-- transaction ends, because a pooler may give the next transaction to another session.
set transaction isolation level read committed;
set local client_encoding = 'UTF8';
set local standard_conforming_strings = on;
set local search_path = pg_catalog;
set local row_security = on;
-- How values are written; psycopg reads no other form of a time. With YMD 05/11/2026 is refused, which
-- is May to some and November to others.
set local datestyle = 'ISO, YMD';
set local timezone = 'UTC';
set local intervalstyle = 'postgres';
set local bytea_output = 'hex';
set local extra_float_digits = 1;
-- A load or a migration takes as long as it takes, as a dump does.
set local statement_timeout = 0;
set local lock_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
-- New in PostgreSQL 17.
select set_config(s.name, '0', true)
from pg_catalog.pg_settings as s
where s.name = 'transaction_timeout'
    and s.setting <> '0';
