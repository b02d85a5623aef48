-- A writer of raw rows calls this in its transaction. So a statement that sees a row sees its names
-- too: they were committed before the row or with it, and named metrics are not deleted while
-- their pipeline has measures. The statements of runs and reads ask for the names themselves, by
-- the snapshot that shows them the rows.
--
-- When all names exist, which is nearly always, it reads the primary key and locks nothing. A
-- transaction that adds a new name blocks other sessions that use the same new name until it
-- ends. All sessions add names in one order, so that two statements cannot deadlock.
create or replace function perf_internal.add_named_metrics(pipeline text, names text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_new text[] := array(
        select distinct n.name
        from unnest(add_named_metrics.names) as n (name)
        where not exists (
            select
            from perf.metrics as m
            where m.metric = n.name
                and m.pipeline = add_named_metrics.pipeline
                and m.kind = 'named'
        )
    );
    v_wrong text;
    v_added text[];
    v_count bigint;
begin
    -- Such a transaction may see a name that perf.forget_metric() has deleted since its snapshot. The
    -- lock is then a serialization error. Others see the newest names.
    if current_setting('transaction_isolation') <> 'read committed' then
        perform
        from perf.metrics as m
        where m.metric = any(add_named_metrics.names)
        order by m.metric collate "C"
        for key share;
    end if;
    if v_new = '{}' then
        return;
    end if;
    select n.name into v_wrong
    from unnest(v_new) as n (name)
    where n.name is null
        or n.name ~ '^(failed|successful)_'
        or not exists (
            select
            from perf_internal.metric_families as f
            where f.pipeline = add_named_metrics.pipeline
                and starts_with(n.name, f.prefix)
        )
    limit 1;
    if found then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'names must begin with a prefix of perf_internal.metric_families, got '
                || coalesce(perf_internal.quote_value(v_wrong), 'null');
    end if;
    select m.metric into v_wrong
    from perf.metrics as m
    where m.metric = any(v_new)
    limit 1;
    if found then
        raise exception using
            errcode = 'unique_violation',
            message = 'there is another metric ' || perf_internal.quote_value(v_wrong),
            hint = 'A metric is named once for all pipelines.';
    end if;
    -- Sessions that add names at the same time do not see those of each other, so a few more are
    -- possible. A lock would make all of them wait for each other.
    select count(*) into v_count
    from perf.metrics as m
    where m.pipeline = add_named_metrics.pipeline
        and m.kind = 'named';
    if v_count + cardinality(v_new) > 1000 then
        raise exception using
            errcode = 'PT409',
            message = format(
                'a pipeline has at most 1000 named metrics, %s has %s and %s would be new, such as %s',
                add_named_metrics.pipeline,
                v_count,
                cardinality(v_new),
                perf_internal.quote_value(v_new[1])
            ),
            hint = 'Record it under a name that exists. An admin can free names: perf.forget_metric().';
    end if;
    with added as (
        insert into perf.metrics (
            metric, pipeline, kind, unit, better, meaning, counted_after_id
        )
        select
            n.name,
            add_named_metrics.pipeline,
            'named',
            f.unit,
            f.better,
            f.meaning,
            coalesce(
                (
                    select s.forgotten_until_id
                    from perf_internal.rollup_state as s
                    where s.pipeline = add_named_metrics.pipeline
                ),
                0
            )
        from unnest(v_new) as n (name)
        cross join lateral (
            select f.unit, f.better, f.meaning
            from perf_internal.metric_families as f
            where f.pipeline = add_named_metrics.pipeline
                and starts_with(n.name, f.prefix)
            order by length(f.prefix) desc
            limit 1
        ) as f
        order by n.name collate "C"
        on conflict do nothing
        returning metric
    )
    select array_agg(a.metric) into v_added from added as a;
    -- A session that another one was faster than has that one's.
    perform perf_internal.add_outcome_metrics(v_added);
end
$$;

comment on function perf_internal.add_named_metrics is
    'Adds the named metrics of a pipeline that are missing, with what failed and succeeded of them; see perf_internal.metric_families. Errors: 22023 a name of no family, 23505 a metric of another pipeline or kind, PT409 more than 1000 of a pipeline, 40001 a name that was forgotten after the snapshot of this transaction.';

revoke execute on function perf_internal.add_named_metrics from public;
