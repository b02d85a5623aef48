-- Runs once per statement in place of a foreign key, at a fraction of its cost. It reads the rows
-- that this transaction wrote and no transition table, because with one COPY into a partitioned
-- table inserts row by row. Recording functions find the series themselves and turn this check off
-- with a setting, so it checks direct writes of the owner.
--
-- Series are never deleted, so a series that exists now stays. A new partition has no statistics,
-- and the planner would sort all its rows. Names of metrics that are new are added here for the same
-- writes. Dynamic SQL, because each pipeline has its own table.
create or replace function perf_internal.check_raw_rows()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set jit = off
as $$
declare
    v_pipeline perf_internal.pipelines := perf_internal.get_pipeline(tg_argv[0]);
    v_series_id uuid;
    v_earliest timestamptz;
    v_latest timestamptz;
    v_is_known boolean;
begin
    execute format(
        'select n.*, s.series_id is not null as is_known
        from (
            select r.%1$I as series_id, min(r.%2$I) as earliest, max(r.%2$I) as latest
            from %3$s as r
            where r.transaction_id = $1
            group by 1
        ) as n
        left join %4$s as s on s.series_id = n.series_id
        where s.series_id is null
            or n.earliest < ''1970-01-01 00:00+00''
            or n.latest > now() + interval ''1 day''
        limit 1',
        v_pipeline.series_column,
        v_pipeline.time_column,
        v_pipeline.raw_table,
        v_pipeline.series_view
    )
    into v_series_id, v_earliest, v_latest, v_is_known
    using txid_current();
    if v_is_known is null then
        if coalesce(v_pipeline.measures, v_pipeline.name_column) is not null then
            execute format(
                'select perf_internal.add_named_metrics($1, array_agg(distinct e.name))
                from %s as r
                cross join lateral %s as e (name)
                where r.transaction_id = $2',
                v_pipeline.raw_table,
                case
                    when v_pipeline.measures is not null
                        then format('unnest(%s)', v_pipeline.measures)
                    else format('(values (r.%I))', v_pipeline.name_column)
                end
            )
            using v_pipeline.pipeline, txid_current();
        end if;
        return null;
    elsif v_is_known then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                '%s must be between 1970 and tomorrow, got %s',
                v_pipeline.time_column,
                case
                    when v_earliest < '1970-01-01 00:00+00' then v_earliest
                    else v_latest
                end
            );
    end if;
    raise exception using
        errcode = 'foreign_key_violation',
        message = format(
            '%s %s does not exist', v_pipeline.series_column, coalesce(v_series_id::text, 'null')
        ),
        hint = 'The recording functions of perf add what is new on first use.';
end
$$;

comment on function perf_internal.check_raw_rows is
    'Trigger of raw tables, made by perf_internal.add_pipeline(): refuses rows of unknown series (23503) and impossible times (22023), and adds their named metrics.';

revoke execute on function perf_internal.check_raw_rows from public;
