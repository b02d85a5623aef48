-- Workflows, workers, projects, characters and scenes are added in this order, each sorted and only
-- what is missing. All sessions keep it, so two that add the same names wait in one direction and
-- cannot deadlock.
--
-- Nested loops only, because the plan is kept for a session, and 1 job and 10,000 need the same.
create or replace function perf_internal.resolve_reports(reports perf_internal.job_report[])
returns perf_internal.job_report[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_hashjoin = off
set plan_cache_mode = force_generic_plan
set enable_mergejoin = off
as $$
declare
    v_reports perf_internal.job_report[] := array(
        select row(
            btrim(r.workflow_name),
            btrim(r.worker_name),
            btrim(r.external_id),
            r.result,
            btrim(r.resolution_tier),
            btrim(r.model_type),
            coalesce(r.parameters, '{}'),
            btrim(r.project_name),
            btrim(r.character_name),
            btrim(r.scene_name),
            r.started_at,
            coalesce(r.completed_at, now()),
            coalesce(r.success, e.error_type is null),
            e.error_type,
            r.job_id,
            null, null, null, null, null
        )::perf_internal.job_report
        from unnest(resolve_reports.reports) as r
        cross join lateral (
            select case
                when r.error_type is not null then perf_internal.get_error_type(r.error_type)
            end as error_type
        ) as e
    );
begin
    perform perf_internal.check_origin();
    insert into perf.workflows (name)
    select distinct r.workflow_name
    from unnest(v_reports) as r
    where not exists (select from perf.workflows as f where f.name = r.workflow_name)
    order by 1
    on conflict do nothing;
    insert into perf.workers (name)
    select distinct r.worker_name
    from unnest(v_reports) as r
    where r.worker_name is not null
        and not exists (select from perf.workers as w where w.name = r.worker_name)
    order by 1
    on conflict do nothing;
    if exists (
        select
        from unnest(v_reports) as r
        where coalesce(r.project_name, r.character_name, r.scene_name) is not null
    ) then
        perform perf_internal.add_subjects(v_reports);
    end if;
    return array(
        select row(
            null, null, r.external_id, r.result, r.resolution_tier, r.model_type, r.parameters,
            null, null, null, r.started_at, r.completed_at, r.success, r.error_type, r.job_id,
            f.id,
            w.id,
            p.id,
            case
                when r.character_name is null then null
                when r.project_name is null then (
                    select c.id
                    from perf.characters as c
                    where c.project_id is null
                        and c.name = r.character_name
                )
                else (
                    select c.id
                    from perf.characters as c
                    where c.project_id = p.id
                        and c.name = r.character_name
                )
            end,
            case
                when r.scene_name is null then null
                when r.project_name is null then (
                    select s.id
                    from perf.scenes as s
                    where s.project_id is null
                        and s.name = r.scene_name
                )
                else (
                    select s.id
                    from perf.scenes as s
                    where s.project_id = p.id
                        and s.name = r.scene_name
                )
            end
        )::perf_internal.job_report
        from unnest(v_reports) as r
        join perf.workflows as f on f.name = r.workflow_name
        left join perf.workers as w on w.name = r.worker_name
        left join perf.projects as p on p.name = r.project_name
    );
end
$$;

comment on function perf_internal.resolve_reports is
    'Reports of jobs that were checked, with the keys of what they name, which is added where it is new. Names have no spaces around them, and defaults are filled in.';

revoke execute on function perf_internal.resolve_reports from public;
