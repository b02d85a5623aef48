begin;
select plan(5);

insert into perf.workers (name, vram_mb, retired_at) values
    ('large', 48000, null),
    ('small', 8000, null),
    ('old', 16000, '2020-01-10'),
    ('unknown', null, null);

create function pg_temp.names(double precision, timestamptz)
returns text
language sql
as $$
    select string_agg(w.worker ->> 'name', ', ' order by w.position)
    from jsonb_array_elements(perf_internal.get_fitting_workers($1, $2))
        with ordinality as w (worker, position);
$$;

select is(
    pg_temp.names(8000, '2020-01-10'), 'small, large',
    'workers with as much memory, the smallest first, without those that are retired'
);
select is(
    pg_temp.names(8000.5, '2020-01-09'), 'old, large', 'a worker that is retired later may do'
);
select is(
    perf_internal.get_fitting_workers(8000.5, '2020-01-10'),
    (
        select jsonb_build_array(
            jsonb_build_object('id', w.id, 'name', 'large', 'vram_mb', 48000)
        )
        from perf.workers as w
        where w.name = 'large'
    ),
    'with id, name and memory'
);
select is(
    perf_internal.get_fitting_workers(48001, '2020-01-10'), '[]', 'an empty array where none does'
);
select is(
    perf_internal.get_fitting_workers(null, '2020-01-10'), null, 'null for unknown memory'
);

select * from finish();
rollback;
