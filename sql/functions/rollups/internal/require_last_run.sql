-- The caller holds lock_rollup(). Rollups of a run that is over here and not yet on another machine are
-- seen there as they were before it. Who wrote on would undo it.
create or replace function perf_internal.require_last_run(pipeline text)
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run_id bigint := (
        select s.run_id
        from perf_internal.rollup_state as s
        where s.pipeline = require_last_run.pipeline
    );
    v_unsettled bigint[];
begin
    -- Otherwise rows of a machine would be those of before it was asked, and what became visible there in
    -- between would be taken for counted.
    if perf_internal.is_distributed()
        and current_setting('transaction_isolation') in ('repeatable read', 'serializable')
    then
        raise exception using
            errcode = 'PT409',
            message = format(
                'a cluster needs a read committed transaction for this, this one is %s',
                current_setting('transaction_isolation')
            ),
            hint = 'Run begin isolation level read committed first.';
    end if;
    -- Right after a run its commit may still be on the way.
    for v_attempt in 1..25 loop
        v_unsettled := perf_internal.get_unsettled();
        if (v_run_id = any(v_unsettled)) is not true then
            return v_unsettled;
        end if;
        perform pg_sleep(0.02);
    end loop;
    raise exception using
        errcode = 'PT409',
        message = format(
            'the last run of pipeline %s is not yet over on every node',
            perf_internal.quote_value(require_last_run.pipeline)
        ),
        hint = 'It ends once all nodes answer. The next run goes on from there.';
end
$$;

comment on function perf_internal.require_last_run is
    'What perf_internal.get_unsettled() returns; refuses (PT409) while the last run of a pipeline is among it, and on a cluster above read committed.';

revoke execute on function perf_internal.require_last_run from public;
