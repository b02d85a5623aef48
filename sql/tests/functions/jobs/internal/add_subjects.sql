begin;
select plan(3);

create function pg_temp.add(given jsonb) returns void language sql as $$
    select perf_internal.add_subjects(
        array(
            select jsonb_populate_record(null::perf_internal.job_report, e)
            from jsonb_array_elements(given) as e
        )
    );
$$;

select pg_temp.add(
    '[{"project_name": "film", "character_name": "Ada", "scene_name": "one"},
      {"project_name": "film", "character_name": "Ada", "scene_name": "two"},
      {"character_name": "Ada"}, {"project_name": "other"}, {}]'
);
select pg_temp.add(
    '[{"project_name": "film", "character_name": "Ada"}, {"character_name": "Ada"}]'
);

select set_eq(
    'select p.name from perf.projects as p', $$ values ('film'), ('other') $$, 'adds projects'
);
select bag_eq(
    $$ select p.name as project, c.name
       from perf.characters as c
       left join perf.projects as p on p.id = c.project_id $$,
    $$ values ('film', 'Ada'), (null, 'Ada') $$,
    'and characters, each once in its project'
);
select bag_eq(
    $$ select p.name as project, s.name
       from perf.scenes as s
       join perf.projects as p on p.id = s.project_id $$,
    $$ values ('film', 'one'), ('film', 'two') $$,
    'and scenes'
);

select * from finish();
rollback;
