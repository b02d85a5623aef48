-- Remembers what owners have granted: what others did is not for the files to say. pgkit.objects lists
-- the names that are meant, * are all.
delete from perf_internal.applied_rights as a
where coalesce(current_setting('pgkit.objects', true), '*') = '*'
    or split_part(a.object_name, '(', 1)
        = any(string_to_array(current_setting('pgkit.objects', true), ','));
insert into perf_internal.applied_rights (grantee, privilege, object_type, object_name)
select r.grantee, r.privilege, r.object_type, r.object_name
from perf_internal.get_rights(
    string_to_array(nullif(current_setting('pgkit.objects', true), '*'), ',')
) as r
where r.is_by_owner;
