-- Rights that the files do not grant, and rights that they do grant and that are gone.
(
    select
        true as is_extra,
        r.grantee,
        r.privilege,
        r.object_type,
        r.object_name
    from perf_internal.get_rights() as r
    where not r.is_by_owner
        or not exists (
            select
            from perf_internal.applied_rights as a
            where a.grantee = r.grantee
                and a.privilege = r.privilege
                and a.object_type = r.object_type
                and a.object_name = r.object_name
        )
)
union all
(
    select false, a.grantee, a.privilege, a.object_type, a.object_name
    from perf_internal.applied_rights as a
    except all
    select false, r.grantee, r.privilege, r.object_type, r.object_name
    from perf_internal.get_rights() as r
)
order by 1, 2, 4, 5, 3
