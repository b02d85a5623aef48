-- security definer: callers may not write alerts; their role is checked first.
--
-- It verifies all pipelines before it writes the first alert, because a session that resolves one waits
-- for the end of this transaction. Of two at once the second updates the alerts of the first. One that is
-- killed has changed nothing, and the next one verifies the day before again.
create or replace function perf_internal.watch_verification(as_of timestamptz default now())
returns table (pipeline text, bucket_count bigint, problem text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
#variable_conflict use_column
declare
    v_end timestamptz := date_trunc('day', watch_verification.as_of, 'UTC');
    v_start timestamptz := v_end - interval '2 days';
    v_range text := format(
        'from %s to %s', to_char(v_start, 'YYYY-MM-DD'), to_char(v_end, 'YYYY-MM-DD')
    );
    v_found jsonb := jsonb_build_array();
    v_pipeline text;
    v_count bigint;
    v_buckets jsonb;
    v_problem text;
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_as_of(watch_verification.as_of);
    for v_pipeline in
        select p.pipeline
        from perf_internal.pipelines as p
        order by p.pipeline
    loop
        v_problem := null;
        begin
            select
                count(*),
                coalesce(
                    jsonb_agg(to_jsonb(v) - 'position' order by v.position)
                        filter (where v.position <= 5),
                    '[]'
                )
            into v_count, v_buckets
            from perf_internal.verify_performance_metrics(v_start, v_end, v_pipeline)
                with ordinality as v (
                    granularity, time_bucket, series_id, metric, expected_count, rolled_up_count,
                    differs_in, position
                );
        exception
            -- Any error of one pipeline, because the others must be verified.
            when others then
                v_problem := left(sqlerrm, 500);
                v_count := null;
                v_buckets := '[]';
        end;
        v_found := v_found || jsonb_build_object(
            'pipeline', v_pipeline,
            'count', v_count,
            'buckets', v_buckets,
            'problem', v_problem
        );
    end loop;
    for pipeline, bucket_count, v_buckets, problem in
        select f.pipeline, f.count, f.buckets, f.problem
        from jsonb_to_recordset(v_found)
            as f (pipeline text, count bigint, buckets jsonb, problem text)
    loop
        if bucket_count = 0 then
            perform perf_internal.clear_alert(
                'verification_failed',
                null,
                null,
                format('The rollups %s are right.', v_range),
                watch_verification.as_of,
                jsonb_build_object('pipeline', pipeline)
            );
        else
            perform perf_internal.raise_alert(
                'verification_failed',
                case when problem is null then 'critical' else 'warning' end,
                null,
                null,
                case
                    when problem is not null
                        then format(
                            'Rollups of %s %s cannot be verified: %s', pipeline, v_range, problem
                        )
                    else format(
                        'Rollups of %s %s differ from what they were made of: %s found, first the %s of %s in %s. perf.rebuild_performance_metrics() computes them again.',
                        pipeline,
                        v_range,
                        bucket_count,
                        v_buckets #>> '{0,granularity}',
                        v_buckets #>> '{0,metric}',
                        v_buckets #>> '{0,time_bucket}'
                    )
                end,
                jsonb_build_object(
                    'start_time', v_start,
                    'end_time', v_end,
                    'bucket_count', bucket_count,
                    'buckets', v_buckets,
                    'problem', problem
                ),
                as_of => watch_verification.as_of,
                labels => jsonb_build_object('pipeline', pipeline)
            );
        end if;
        return next;
    end loop;
end
$$;

comment on function perf_internal.watch_verification is
    'Verifies the rollups of the last two whole days (UTC) of every pipeline, and returns how many differ. Those raise the critical alert verification_failed with the label pipeline; none clears it. A pipeline that cannot be verified raises it as a warning, and problem says why. Errors: 22023 bad as_of, 42501 not an admin.';

revoke execute on function perf_internal.watch_verification from public;
grant execute on function perf_internal.watch_verification
    to authenticated, service_role, perf_admin;
