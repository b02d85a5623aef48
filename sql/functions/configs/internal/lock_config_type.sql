-- Every change of a type first locks its row. So of two at once the second waits, and sees what
-- the first changed. While a transaction holds this lock it waits only for the audit log, at
-- commit. One that changes several types should do so in one order, or PostgreSQL may end it with
-- a deadlock error. The lock is weaker than for update, so that foreign keys to the row need not
-- wait.
create or replace function perf_internal.lock_config_type(model_type text)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select t.needs_approval
    from perf.model_config_types as t
    where t.model_type = lock_config_type.model_type
    for no key update;
$$;

comment on function perf_internal.lock_config_type is
    'Waits until no other transaction changes this type, and locks it until the transaction ends. Returns whether the type needs approval; null for an unknown type.';

revoke execute on function perf_internal.lock_config_type from public;
