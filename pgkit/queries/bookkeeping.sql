-- What the tool remembers of its own work, beside yoyo's tables.
create table perf_internal.applied_files (
    file_name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
);

comment on table perf_internal.applied_files is
    'The SQL files that made this database, as pgkit migrate last applied them.';
comment on column perf_internal.applied_files.checksum is 'sha256 of the text, in hexadecimal.';

create table perf_internal.applied_rights (
    grantee text,
    privilege text,
    object_type text,
    object_name text,
    primary key (grantee, privilege, object_type, object_name)
);

comment on table perf_internal.applied_rights is
    'What public and the API roles may do with our objects, as pgkit migrate last granted it.';

comment on table perf_internal._yoyo_migration is 'Schema files that were run (kept by yoyo).';
comment on table perf_internal._yoyo_log is 'Log of the migration library (kept by yoyo).';
comment on table perf_internal._yoyo_version is 'Version of these tables (kept by yoyo).';

alter table perf_internal.applied_files enable row level security;
alter table perf_internal.applied_rights enable row level security;
alter table perf_internal._yoyo_migration enable row level security;
alter table perf_internal._yoyo_log enable row level security;
alter table perf_internal._yoyo_version enable row level security;
