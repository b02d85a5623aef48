-- Takes every right on our objects from public and the API roles, whoever granted it. What another
-- role granted is taken back as that role; where this user may not be it, pgkit doctor says so.
-- pgkit.objects lists the names that are meant, * are all. Retired functions keep their rights.
do $$
declare
    v_grantees text :=
        'public, anon, authenticated, service_role, perf_admin, perf_analyst, perf_recorder, '
        'perf_notifier';
    v_right record;
    v_default record;
begin
    for v_right in
        select distinct r.object_type, r.object_name, r.grantor, r.is_by_owner
        from perf_internal.get_rights(
            string_to_array(nullif(current_setting('pgkit.objects', true), '*'), ',')
        ) as r
        where r.object_name not in (
            select f.signature
            from perf_internal.retired_functions as f
        )
        order by r.is_by_owner desc
    loop
        begin
            if not v_right.is_by_owner then
                execute format('set local role %I', v_right.grantor);
            end if;
            execute format(
                'revoke all on %s %s from %s cascade',
                v_right.object_type, v_right.object_name, v_grantees
            );
            if not v_right.is_by_owner then
                reset role;
            end if;
        exception
            when insufficient_privilege then
                null;
        end;
    end loop;
    for v_default in
        select
            d.defaclrole::regrole as creator,
            d.defaclnamespace::regnamespace as schema_name,
            case d.defaclobjtype
                when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'routines' else 'types'
            end as objects
        from pg_default_acl as d
        where d.defaclnamespace in ('perf'::regnamespace, 'perf_internal'::regnamespace)
            and pg_has_role(d.defaclrole, 'usage')
    loop
        execute format(
            'alter default privileges for role %s in schema %s revoke all on %s from %s',
            v_default.creator, v_default.schema_name, v_default.objects, v_grantees
        );
    end loop;
end
$$;
