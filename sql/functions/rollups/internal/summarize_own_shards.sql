-- Runs on a worker, see summarize_new_ranges() for why. A range that is summarised already is skipped by
-- PostgreSQL at little cost. It waits for no vacuum.
--
-- Dynamic SQL, because tables are those of Citus and names of shards cannot be parameters.
create or replace function perf_internal.summarize_own_shards()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '50ms'
set default_statistics_target = 10
as $$
declare
    v_shard record;
begin
    for v_shard in execute
        'select shard_name(p.logicalrelid, s.shardid)::regclass as id, p.logicalrelid
        from pg_catalog.pg_dist_partition as p
        join pg_catalog.pg_dist_shard as s on s.logicalrelid = p.logicalrelid
        join pg_catalog.pg_dist_placement as l on l.shardid = s.shardid
        join pg_class as c on c.oid = p.logicalrelid and c.relkind = ''r''
        where l.groupid = (select g.groupid from pg_catalog.pg_dist_local_group as g)
            and c.relnamespace in (''perf''::regnamespace, ''perf_internal''::regnamespace)
            and p.partmethod = ''h'''
    loop
        continue when pg_relation_size(v_shard.id) = 0;
        begin
            perform brin_summarize_range(i.indexrelid, r * 64::bigint)
            from pg_index as i
            join pg_class as c on c.oid = i.indexrelid
            join pg_am as a on a.oid = c.relam and a.amname = 'brin'
            cross join lateral generate_series(
                0, pg_relation_size(v_shard.id) / current_setting('block_size')::bigint / 64 - 1
            ) as r
            where i.indrelid = v_shard.id;
            if not exists (
                select
                from pg_statistic as t
                where t.starelid = v_shard.id
            ) then
                execute format('analyze %s', v_shard.id);
            end if;
        exception
            when lock_not_available then
                null;
        end;
    end loop;
end
$$;

comment on function perf_internal.summarize_own_shards is
    'Summarises the full page ranges of the BRIN indexes of the shards of raw rows on this node, and analyzes shards that have no statistics.';

revoke execute on function perf_internal.summarize_own_shards from public;
