-- The tables in which yoyo, the migration library of pgkit, keeps which steps were run.
create table perf_internal._yoyo_migration (
    migration_hash varchar(64),
    migration_id varchar(255),
    applied_at_utc timestamp,
    primary key (migration_hash)
);

create table perf_internal._yoyo_log (
    id varchar(36),
    migration_hash varchar(64),
    migration_id varchar(255),
    operation varchar(10),
    username varchar(255),
    hostname varchar(255),
    comment varchar(255),
    created_at_utc timestamp,
    primary key (id)
);

create table perf_internal._yoyo_version (
    version integer not null primary key,
    installed_at_utc timestamp
);

insert into perf_internal._yoyo_version (version, installed_at_utc)
values (2, now() at time zone 'UTC');
