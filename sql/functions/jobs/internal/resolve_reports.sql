-- Workflows, workers, projects, characters and scenes are added in this order, each sorted and only
-- what is missing. All sessions keep it, so two that add the same names wait in one direction and
-- cannot deadlock.
-- Generic plans, because planning takes longer than the rest.
create or replace function perf_internal.resolve_reports(reports perf_internal.job_report[])
returns perf_internal.job_report[]
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    v_reports perf_internal.job_report[] := resolve_reports.reports;
begin
    for i in 1 .. 3 loop
        v_reports := array(
            select row(
                f.given, w.given, btrim(r.external_id), r.result, btrim(r.resolution_tier),
                btrim(r.model_type), coalesce(r.parameters, '{}'), p.given, c.given, s.given,
                r.started_at, coalesce(r.completed_at, now()), coalesce(r.success, e.given is null),
                e.given, r.job_id,
                (select x.id from perf.workflows as x where x.name = f.given),
                (select x.id from perf.workers as x where x.name = w.given),
                p.id,
                case
                    when p.given is null then (
                        select x.id
                        from perf.characters as x
                        where x.project_id is null
                            and x.name = c.given
                    )
                    else (
                        select x.id
                        from perf.characters as x
                        where x.project_id = p.id
                            and x.name = c.given
                    )
                end,
                case
                    when p.given is null then (
                        select x.id
                        from perf.scenes as x
                        where x.project_id is null
                            and x.name = s.given
                    )
                    else (
                        select x.id
                        from perf.scenes as x
                        where x.project_id = p.id
                            and x.name = s.given
                    )
                end
            )::perf_internal.job_report
            from unnest(v_reports) as r
            cross join lateral (select btrim(r.workflow_name)) as f (given)
            cross join lateral (select btrim(r.worker_name)) as w (given)
            cross join lateral (
                select n.given, (select x.id from perf.projects as x where x.name = n.given)
                from (select btrim(r.project_name)) as n (given)
            ) as p (given, id)
            cross join lateral (select btrim(r.character_name)) as c (given)
            cross join lateral (select btrim(r.scene_name)) as s (given)
            cross join lateral (
                select case
                    when r.error_type is not null then perf_internal.get_error_type(r.error_type)
                end
            ) as e (given)
        );
        -- Nearly always all names are known. A name that another session adds at the same time
        -- is known once its transaction has ended.
        exit when not exists (
            select
            from unnest(v_reports) as r
            where r.workflow_id is null
                or (r.worker_id is null and r.worker_name is not null)
                or (r.project_id is null and r.project_name is not null)
                or (r.character_id is null and r.character_name is not null)
                or (r.scene_id is null and r.scene_name is not null)
        );
        -- The audit log does without workflows and workers that are added here.
        perform set_config('perf.workflows_are_recorded', 'on', true);
        insert into perf.workflows (name)
        select distinct r.workflow_name
        from unnest(v_reports) as r
        where r.workflow_id is null
        order by 1
        on conflict do nothing;
        insert into perf.workers (name)
        select distinct r.worker_name
        from unnest(v_reports) as r
        where r.worker_id is null
            and r.worker_name is not null
        order by 1
        on conflict do nothing;
        perform set_config('perf.workflows_are_recorded', 'off', true);
        perform perf_internal.add_subjects(v_reports);
    end loop;
    return v_reports;
end
$$;

comment on function perf_internal.resolve_reports is
    'Reports of jobs that were checked, with the keys of what they name, which is added where it is new. Names have no spaces around them, and defaults are filled in.';

revoke execute on function perf_internal.resolve_reports from public;
