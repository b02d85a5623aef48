-- Remember how this run left what its files make.
insert into perf_internal.applied_objects as a (object_name, fingerprint)
select u.object_name, u.fingerprint
from unnest(%s::text[], %s::text[]) as u (object_name, fingerprint)
on conflict (object_name) do update
set fingerprint = excluded.fingerprint
where a.fingerprint <> excluded.fingerprint
