-- Brings tables back to the coordinator. pgkit.objects lists them; their partitions go with them. Citus makes
-- new tables, without the comments.
do $$
declare
    v_table text;
    v_comments text[];
    v_comment text;
begin
    foreach v_table in array string_to_array(current_setting('pgkit.objects'), ',') loop
        v_comments := array(
            select case d.objsubid
                when 0 then format('comment on table %s is %L', d.objoid::regclass, d.description)
                else format(
                    'comment on column %s.%I is %L', d.objoid::regclass, a.attname, d.description
                )
            end
            from (
                select v_table::regclass as id
                union
                select r.relid
                from pg_catalog.pg_partition_tree(v_table::regclass) as r
            ) as t
            join pg_catalog.pg_description as d
                on d.objoid = t.id
                and d.classoid = 'pg_class'::regclass
            left join pg_catalog.pg_attribute as a
                on a.attrelid = d.objoid
                and a.attnum = d.objsubid
        );
        perform undistribute_table(v_table);
        foreach v_comment in array v_comments loop
            execute v_comment;
        end loop;
    end loop;
    -- As perf_internal.ensure_partitions() makes them; a migration makes those of the tables.
    for v_table in select p.partition_name from perf_internal.raw_partitions as p loop
        execute format(
            'create policy %I on perf_internal.%I for all to perf_admin using (false)',
            v_table || '_all_nobody',
            v_table
        );
    end loop;
    alter table perf_internal.rollup_state
        add constraint rollup_state_pipeline_fkey
        foreign key (pipeline) references perf_internal.pipelines (pipeline);
end
$$
