-- A procedure, because it commits after each run of a pipeline. So it can have neither settings nor
-- security definer, and it names operators and types with their schema.
--
-- It first begins a transaction whose isolation level it can choose, and keeps that level. With a
-- snapshot older than its lock a run would fail instead of waiting.
--
-- If several sessions call it at once, their runs wait for each other. Between two runs no
-- transaction is open for longer than a second.
create or replace procedure perf.keep_aggregated(
    run_for interval default '55 seconds',
    pending_rows bigint default 100000
)
language plpgsql
as $$
declare
    -- A statement_timeout is for the whole call. Half of it leaves time for the last run.
    v_end pg_catalog.timestamptz := pg_catalog.clock_timestamp() operator(pg_catalog.+) least(
        run_for,
        (
            select s.setting::pg_catalog.int8 operator(pg_catalog.*) interval '0.5 milliseconds'
            from pg_catalog.pg_settings as s
            where s.name operator(pg_catalog.=) 'statement_timeout'
                and s.setting operator(pg_catalog.<>) '0'
        )
    );
    v_due pg_catalog.text[];
    v_pipeline pg_catalog.text;
    v_rows bigint := 0;
    v_code pg_catalog.text;
    v_problem pg_catalog.text;
    v_hint pg_catalog.text;
begin
    perform perf_internal.require_role('admin');
    commit;
    set transaction isolation level read committed;
    v_due := array(select p.pipeline from perf_internal.pipelines as p order by p.pipeline);
    loop
        foreach v_pipeline in array v_due loop
            begin
                v_rows := v_rows operator(pg_catalog.+)
                    perf.aggregate_performance_metrics(v_pipeline);
            exception
                -- Any error of one pipeline, because the others must go on.
                when others then
                    v_code := sqlstate;
                    get stacked diagnostics v_hint = pg_exception_hint;
                    v_problem := pg_catalog.concat(
                        'pipeline ', perf_internal.quote_value(v_pipeline), ': ', sqlerrm
                    );
            end;
            commit and chain;
        end loop;
        -- After a run of few rows the next call, a minute later, is soon enough.
        exit when v_rows operator(pg_catalog.<) pending_rows
            or v_problem is not null
            or pg_catalog.clock_timestamp() operator(pg_catalog.>=) v_end;
        perform pg_catalog.pg_sleep(1);
        v_due := array(
            select p.pipeline
            from perf_internal.pipelines as p
            where perf_internal.count_pending_rows(p.pipeline, max_rows => pending_rows)
                operator(pg_catalog.>=) pending_rows
            order by p.pipeline
        );
        -- A run that holds a lock on raw rows could deadlock with work on partitions.
        commit and chain;
    end loop;
    if v_problem is not null then
        raise exception using
            errcode = v_code,
            message = v_problem,
            hint = case
                when v_hint operator(pg_catalog.=) '' then 'The other pipelines are rolled up.'
                else v_hint
            end;
    end if;
end
$$;

comment on procedure perf.keep_aggregated is
    'Runs perf.aggregate_performance_metrics() for each pipeline, in a transaction each, and again whenever pending_rows or more wait, until run_for or half of statement_timeout is over; only once if the first run found fewer. So reports stay fast while tens of thousands of rows come in a second. An error of one pipeline does not stop the runs of the others; it is raised at the end and names the pipeline. Error 42501: not an admin.';

revoke execute on procedure perf.keep_aggregated from public;
grant execute on procedure perf.keep_aggregated to authenticated, service_role, perf_admin;
