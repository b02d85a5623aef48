-- What the tool remembers of its own work, beside yoyo's tables.
create table if not exists perf_internal.applied_files (
    file_name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
);

comment on table perf_internal.applied_files is
    'The SQL files that made this database, as pgkit migrate last applied them.';
comment on column perf_internal.applied_files.checksum is 'sha256 of the text, in hexadecimal.';

create table if not exists perf_internal.applied_rights (
    grantee text,
    privilege text,
    object_type text,
    object_name text,
    primary key (grantee, privilege, object_type, object_name)
);

comment on table perf_internal.applied_rights is
    'What public and the API roles may do with our objects, as pgkit migrate last granted it.';

create table if not exists perf_internal.applied_objects (
    object_name text primary key,
    fingerprint text not null
);

comment on table perf_internal.applied_objects is
    'What the SQL files made, as pgkit migrate left it: it undoes what differs.';
comment on column perf_internal.applied_objects.fingerprint is
    'Major version of the server, and md5 of the definition as that version writes it.';

create table if not exists perf_internal.retired_functions (
    signature text primary key,
    noted_at timestamptz,
    transactions text[]
);

comment on table perf_internal.retired_functions is
    'Functions that an upgrade replaced or no longer has. They are dropped when no call of the version before can need them.';
comment on column perf_internal.retired_functions.noted_at is
    'When transactions was read, after the upgrade; null before.';
comment on column perf_internal.retired_functions.transactions is
    'Virtual ids of the transactions that were open at noted_at. A call of the version before runs in one of them.';

comment on table perf_internal._yoyo_migration is 'Schema files that were run (kept by yoyo).';
comment on table perf_internal._yoyo_log is 'Log of the migration library (kept by yoyo).';
comment on table perf_internal._yoyo_version is 'Version of these tables (kept by yoyo).';

alter table perf_internal.applied_files enable row level security;
alter table perf_internal.applied_rights enable row level security;
alter table perf_internal.applied_objects enable row level security;
alter table perf_internal.retired_functions enable row level security;
alter table perf_internal._yoyo_migration enable row level security;
alter table perf_internal._yoyo_log enable row level security;
alter table perf_internal._yoyo_version enable row level security;

-- A policy that lets nobody in, because linters warn of a table that has none. To public, because our
-- roles are made later.
drop policy if exists applied_files_all_nobody on perf_internal.applied_files;
create policy applied_files_all_nobody on perf_internal.applied_files
    for all to public using (false);
drop policy if exists applied_rights_all_nobody on perf_internal.applied_rights;
create policy applied_rights_all_nobody on perf_internal.applied_rights
    for all to public using (false);
drop policy if exists applied_objects_all_nobody on perf_internal.applied_objects;
create policy applied_objects_all_nobody on perf_internal.applied_objects
    for all to public using (false);
drop policy if exists retired_functions_all_nobody on perf_internal.retired_functions;
create policy retired_functions_all_nobody on perf_internal.retired_functions
    for all to public using (false);
drop policy if exists yoyo_migration_all_nobody on perf_internal._yoyo_migration;
create policy yoyo_migration_all_nobody on perf_internal._yoyo_migration
    for all to public using (false);
drop policy if exists yoyo_log_all_nobody on perf_internal._yoyo_log;
create policy yoyo_log_all_nobody on perf_internal._yoyo_log
    for all to public using (false);
drop policy if exists yoyo_version_all_nobody on perf_internal._yoyo_version;
create policy yoyo_version_all_nobody on perf_internal._yoyo_version
    for all to public using (false);
