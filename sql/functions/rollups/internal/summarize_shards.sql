-- What summarize_new_ranges() does on one machine. A look at the machines costs a connection to each, so
-- it is done where runs have counted enough rows to fill some page ranges. A worker does it for its
-- shards in a connection of its own, which changes no data: it does no harm if the run fails.
--
-- Dynamic SQL, because functions and tables are those of Citus.
create or replace function perf_internal.summarize_shards(rows_before bigint, rows_now bigint)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if summarize_shards.rows_before / 25000 < summarize_shards.rows_now / 25000 then
        execute
            'select r.success
            from run_command_on_workers(
                ''select perf_internal.summarize_own_shards()'', parallel := true
            ) as r';
    end if;
end
$$;

comment on function perf_internal.summarize_shards is
    'Makes the workers summarise the page ranges of the BRIN indexes of raw rows that were filled, and analyze what has no statistics. Given how many rows runs had counted before, and have now.';

revoke execute on function perf_internal.summarize_shards from public;
