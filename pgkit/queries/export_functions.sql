-- Fails with what a query finds.
create or replace function pg_temp.pgkit_refuse(problem text, hint text, query text)
returns void
language plpgsql
as $pgkit$
declare
    v_found text;
begin
    execute format($$ select string_agg(f.what, '; ') from (%s) as f (what) $$, query)
    into v_found;
    if v_found is not null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('%s: %s', problem, v_found),
            hint = hint || ' Nothing was changed.';
    end if;
end
$pgkit$;

-- Runs a file of pgkit where it must run, and notes that in the tables of pgkit migrate.
create or replace function pg_temp.pgkit_run(file_name text, statements text)
returns void
language plpgsql
as $pgkit$
declare
    v_file record;
    v_name text := substring(pgkit_run.statements, '(?n)^create or replace [a-z]+ ([a-z_.]+)[(]');
    v_old text;
begin
    select f.* into v_file
    from pg_temp.pgkit_files as f
    where f.file_name = pgkit_run.file_name
        and f.must_run;
    if not found then
        return;
    end if;
    begin
        execute statements;
    exception
        when ambiguous_function or invalid_function_definition then
            -- The function has other arguments, or another result, than before.
            for v_old in
                select p.oid::regprocedure::text
                from pg_proc as p
                join pg_namespace as n on n.oid = p.pronamespace
                where n.nspname || '.' || p.proname = v_name
                    and pgkit_run.file_name like 'functions/%'
            loop
                execute 'drop routine ' || v_old;
            end loop;
            execute statements;
    end;
    if file_name like 'metrics/%' then
        -- No table with a check that waits can be altered.
        set constraints all immediate;
        set constraints all deferred;
    end if;
    if file_name like 'schema/%' then
        insert into perf_internal._yoyo_migration (migration_hash, migration_id, applied_at_utc)
        select encode(sha256(convert_to(s.id, 'UTF8')), 'hex'), s.id, now() at time zone 'UTC'
        from substring(pgkit_run.file_name, 'schema/(.*)[.]sql') as s (id);
    end if;
    if v_file.checksum is not null then
        insert into perf_internal.applied_files as a (file_name, checksum)
        values (v_file.file_name, v_file.checksum)
        on conflict on constraint applied_files_pkey do update
        set checksum = excluded.checksum, applied_at = now()
        where a.checksum <> excluded.checksum;
    end if;
end
$pgkit$;
