do $pgkit$
begin
    if exists (select from pg_temp.pgkit_files as f where f.must_run) then
        -- Files that this version no longer has.
        delete from perf_internal.applied_files as a
        where not exists (select from pg_temp.pgkit_files as f where f.file_name = a.file_name);
        -- PostgREST looks for new functions when it is told.
        notify pgrst, 'reload schema';
    end if;
end
$pgkit$;

drop function pg_temp.pgkit_refuse(text, text, text);
drop function pg_temp.pgkit_run(text, text);
drop table pg_temp.pgkit_files;
