create or replace function perf_internal.add_subjects(reports perf_internal.job_report[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_hashjoin = off
set plan_cache_mode = force_generic_plan
set enable_mergejoin = off
as $$
begin
    insert into perf.projects (name)
    select distinct r.project_name
    from unnest(add_subjects.reports) as r
    where r.project_name is not null
        and not exists (select from perf.projects as p where p.name = r.project_name)
    order by 1
    on conflict do nothing;
    -- An index finds what has no project in one way, and what has one in another.
    insert into perf.characters (project_id, name)
    select distinct p.id, r.character_name
    from unnest(add_subjects.reports) as r
    left join perf.projects as p on p.name = r.project_name
    where r.character_name is not null
        and case
            when r.project_name is null then not exists (
                select
                from perf.characters as c
                where c.project_id is null
                    and c.name = r.character_name
            )
            else not exists (
                select
                from perf.characters as c
                where c.project_id = p.id
                    and c.name = r.character_name
            )
        end
    order by 1, 2
    on conflict do nothing;
    insert into perf.scenes (project_id, name)
    select distinct p.id, r.scene_name
    from unnest(add_subjects.reports) as r
    left join perf.projects as p on p.name = r.project_name
    where r.scene_name is not null
        and case
            when r.project_name is null then not exists (
                select
                from perf.scenes as s
                where s.project_id is null
                    and s.name = r.scene_name
            )
            else not exists (
                select
                from perf.scenes as s
                where s.project_id = p.id
                    and s.name = r.scene_name
            )
        end
    order by 1, 2
    on conflict do nothing;
end
$$;

comment on function perf_internal.add_subjects is
    'Adds the projects, characters and scenes that reports of jobs name first.';

revoke execute on function perf_internal.add_subjects from public;
