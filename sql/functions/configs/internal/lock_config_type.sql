-- Every change of a type first locks its row, so that two at once take turns and each sees what the
-- one before left. No other lock is waited for while it is held, but that of the audit log at
-- commit; a transaction that changes several types does so in one order, or PostgreSQL ends one of
-- two that cross. Not for update: foreign keys to the row need not wait.
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
    'Waits for this type''s turn, until the transaction ends; returns whether it needs approval, null for an unknown type.';

revoke execute on function perf_internal.lock_config_type from public;
