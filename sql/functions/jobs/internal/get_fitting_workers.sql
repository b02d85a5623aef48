create or replace function perf_internal.get_fitting_workers(
    vram_mb double precision,
    as_of timestamptz
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if get_fitting_workers.vram_mb is null then
        return null;
    end if;
    return (
        select coalesce(
            jsonb_agg(
                jsonb_build_object('id', w.id, 'name', w.name, 'vram_mb', w.vram_mb)
                order by w.vram_mb, w.name
            ),
            '[]'
        )
        from perf.workers as w
        where w.vram_mb >= get_fitting_workers.vram_mb
            and (w.retired_at > get_fitting_workers.as_of or w.retired_at is null)
    );
end
$$;

comment on function perf_internal.get_fitting_workers is
    'The workers with at least that much GPU memory that are not retired at as_of, the smallest first, as an array of objects of id, name and vram_mb; null for null.';

revoke execute on function perf_internal.get_fitting_workers from public;
grant execute on function perf_internal.get_fitting_workers
    to authenticated, service_role, perf_admin, perf_analyst;
