-- What must run here: steps of the schema that were not applied, and files that were applied with
-- another text. After a step all files run, because it may have dropped what they made. The rights
-- are set each time. A database that has steps of a later version is left as it is.
do $pgkit$
declare
    v_is_installed boolean := to_regclass('perf_internal.applied_files') is not null;
    v_later text;
    v_tables text[];
    v_table text;
    v_give_up_at timestamptz := clock_timestamp() + interval '30 seconds';
    v_turn interval;
    v_turn_ends_at timestamptz;
begin
    if v_is_installed then
        select string_agg(a.file_name, ', ' order by a.file_name) into v_later
        from perf_internal.applied_files as a
        where a.file_name like 'schema/%'
            and not exists (
                select from pg_temp.pgkit_files as f where f.file_name = a.file_name
            );
        if v_later is not null then
            raise warning 'this database has a later version of pgkit (%), so nothing is changed', v_later;
            return;
        end if;
        perform pg_temp.pgkit_refuse(
            'steps of the schema were applied with another text',
            'A step that was applied stays as it is.',
            'select f.file_name
            from pg_temp.pgkit_files as f
            join perf_internal.applied_files as a on a.file_name = f.file_name
            where f.file_name like ''schema/%'' and a.checksum <> f.checksum'
        );
        update pg_temp.pgkit_files as f
        set must_run = true
        where f.file_name <> 'bookkeeping'
            and not exists (
                select
                from perf_internal.applied_files as a
                where a.file_name = f.file_name
                    and a.checksum = f.checksum
            );
    else
        update pg_temp.pgkit_files as f
        set must_run = true
        where not f.must_run;
    end if;
    perform pg_temp.pgkit_refuse(
        'steps of the schema are missing, which an earlier file has',
        'Run the earlier files of pgkit before this one.',
        'select f.file_name from pg_temp.pgkit_files as f where f.must_run and not f.is_here'
    );
    if exists (
        select from pg_temp.pgkit_files as f where f.must_run and f.file_name like 'schema/%'
    ) then
        update pg_temp.pgkit_files as f
        set must_run = true
        where f.file_name not like 'schema/%'
            and (f.file_name <> 'bookkeeping' or not v_is_installed);
    end if;
    -- The texts of arguments are parts of the comments of functions.
    update pg_temp.pgkit_files as f
    set must_run = true
    where f.file_name like 'arguments/%'
        and exists (
            select from pg_temp.pgkit_files as o where o.must_run and o.file_name like 'functions/%'
        );
    if not v_is_installed
        or not exists (
            select from pg_temp.pgkit_files as f where f.must_run and f.checksum is not null
        )
    then
        return;
    end if;
    -- All tables are locked before the first file runs, in turns that are shorter than
    -- deadlock_timeout. Between two turns the other sessions go on.
    v_turn := 0.4 * current_setting('deadlock_timeout')::interval;
    v_tables := array(
        select c.oid::regclass::text
        from pg_class as c
        where c.relnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
            and c.relkind in ('r', 'p', 'v')
            and not c.relispartition
        order by c.relkind = 'v', c.oid
    );
    loop
        begin
            v_turn_ends_at := clock_timestamp() + v_turn;
            foreach v_table in array v_tables loop
                perform set_config(
                    'lock_timeout',
                    greatest(
                        1, extract(epoch from v_turn_ends_at - clock_timestamp()) * 1000
                    )::integer::text,
                    true
                );
                execute format('lock table %s in access exclusive mode', v_table);
            end loop;
            exit;
        exception
            when lock_not_available then
                if clock_timestamp() > v_give_up_at then
                    raise exception using
                        errcode = 'lock_not_available',
                        message = 'another session holds a lock on a table of pgkit',
                        hint = 'Nothing was changed. Run this file again later.';
                end if;
        end;
        perform pg_sleep(0.1);
    end loop;
    perform set_config('lock_timeout', '0', true);
end
$pgkit$;
