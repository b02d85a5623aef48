-- Remember the files of this run; a file that did not change keeps its time.
insert into perf_internal.applied_files as f (file_name, checksum)
select u.file_name, u.checksum
from unnest(%s::text[], %s::text[]) as u (file_name, checksum)
on conflict (file_name) do update
set checksum = excluded.checksum, applied_at = now()
where f.checksum <> excluded.checksum
