create or replace function perf_internal.add_subjects(reports perf_internal.job_report[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into perf.projects (name)
    select distinct r.project_name
    from unnest(add_subjects.reports) as r
    where r.project_id is null
        and r.project_name is not null
    order by 1
    on conflict do nothing;
    insert into perf.characters (project_id, name)
    select distinct p.id, r.character_name
    from unnest(add_subjects.reports) as r
    left join perf.projects as p on p.name = r.project_name
    where r.character_id is null
        and r.character_name is not null
    order by 1, 2
    on conflict do nothing;
    insert into perf.scenes (project_id, name)
    select distinct p.id, r.scene_name
    from unnest(add_subjects.reports) as r
    left join perf.projects as p on p.name = r.project_name
    where r.scene_id is null
        and r.scene_name is not null
    order by 1, 2
    on conflict do nothing;
end
$$;

comment on function perf_internal.add_subjects is
    'Adds the projects, characters and scenes that reports of jobs name and have no key of.';

revoke execute on function perf_internal.add_subjects from public;
