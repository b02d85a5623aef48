-- Takes triggers and policies from the tables that are to be spread, which Citus has none of, and the
-- foreign key of the state. pgkit.objects lists the tables; their partitions go with them.
do $$
declare
    v_item record;
begin
    alter table perf_internal.rollup_state drop constraint if exists rollup_state_pipeline_fkey;
    for v_item in
        with tables as (
            select t.name::regclass as id
            from unnest(string_to_array(current_setting('pgkit.objects'), ',')) as t (name)
            union
            select r.relid
            from unnest(string_to_array(current_setting('pgkit.objects'), ',')) as t (name)
            cross join lateral pg_catalog.pg_partition_tree(t.name::regclass) as r
        )
        select 'trigger' as kind, g.tgname as name, t.id
        from tables as t
        join pg_catalog.pg_trigger as g on g.tgrelid = t.id
        where not g.tgisinternal
            and g.tgparentid = 0
        union all
        select 'policy', p.polname, t.id
        from tables as t
        join pg_catalog.pg_policy as p on p.polrelid = t.id
    loop
        execute format('drop %s %I on %s', v_item.kind, v_item.name, v_item.id);
    end loop;
end
$$
