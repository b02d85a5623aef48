-- Remembers what owners have granted: what others did is not for the files to say.
delete from perf_internal.applied_rights;
insert into perf_internal.applied_rights (grantee, privilege, object_type, object_name)
select r.grantee, r.privilege, r.object_type, r.object_name
from perf_internal.get_rights() as r
where r.is_by_owner;
