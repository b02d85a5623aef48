create or replace function perf_internal.get_score_metric(score_name text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_metric text := case
        when get_score_metric.score_name = 'quality_rating' then get_score_metric.score_name
        else 'quality.' || get_score_metric.score_name
    end;
begin
    perform perf_internal.check_given('score_name', get_score_metric.score_name);
    if not exists (
        select 1
        from perf.metrics as m
        where m.pipeline = 'jobs'
            and m.kind = 'named'
            and m.metric = v_metric
    ) then
        raise exception using
            errcode = 'PT404',
            message = 'there is no quality score '
                || perf_internal.quote_value(get_score_metric.score_name),
            hint = (
                select 'There are '
                    || string_agg(perf_internal.quote_value(n.name), ', ' order by n.name)
                    || case when count(*) = 20 then ' and others.' else '.' end
                from (
                    select case
                        when m.metric like 'quality.%' then substr(m.metric, length('quality.') + 1)
                        else m.metric
                    end as name
                    from perf.metrics as m
                    where m.pipeline = 'jobs'
                        and m.kind = 'named'
                        and (m.metric like 'quality.%' or m.metric = 'quality_rating')
                    order by 1
                    limit 20
                ) as n
            );
    end if;
    return 'successful_' || v_metric;
end
$$;

comment on function perf_internal.get_score_metric is
    'The metric of a quality score of successful jobs; quality_rating is one too. Errors: 22023 null, PT404 no job has such a score, with the names that there are.';

revoke execute on function perf_internal.get_score_metric from public;
grant execute on function perf_internal.get_score_metric
    to authenticated, service_role, perf_admin, perf_analyst;
