-- Row level security does not apply to truncate. So whoever is granted truncate, for example by
-- "grant all", could empty a table.
create or replace function perf_internal.refuse_truncate()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if current_user <> 'anon'
        and (
            pg_has_role('perf_admin', 'member')
            or pg_has_role(
                (select c.relowner from pg_class as c where c.oid = tg_relid), 'member'
            )
        )
    then
        return null;
    end if;
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('%s may truncate no table of pgkit', current_user),
        hint = 'The owner of the table and members of perf_admin may.';
end
$$;

comment on function perf_internal.refuse_truncate is
    'Trigger: refuses truncate (42501) to everybody but the owner of the table and perf_admin.';

revoke execute on function perf_internal.refuse_truncate from public;

-- All tables have this trigger, so that none is forgotten. Tables with a trigger that refuses
-- truncate to the owner too keep that one. perf.ensure_partitions() adds this trigger to new
-- partitions. Citus has no triggers on tables that are spread over machines, and lets no API role reach
-- them.
do $$
declare
    v_table regclass;
begin
    for v_table in
        select c.oid::regclass
        from pg_catalog.pg_class as c
        where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
            and c.relkind in ('r', 'p')
            and not exists (
                select
                from pg_catalog.pg_trigger as t
                where t.tgrelid = c.oid
                    and t.tgname = 'refuse_truncate'
            )
            and not perf_internal.is_distributed(c.oid)
        order by c.oid
    loop
        execute format(
            'create trigger refuse_truncate before truncate on %s
                for each statement execute function perf_internal.refuse_truncate()',
            v_table
        );
    end loop;
end
$$;
