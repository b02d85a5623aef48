-- Configurations of model types: every version, every activation, and an audit log of both.
create table perf.model_config_types (
    model_type varchar(20) primary key,
    needs_approval boolean not null default false,
    -- No control characters, and no spaces around it.
    constraint model_type_is_a_name check (
        model_type ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
    )
);

comment on table perf.model_config_types is
    'A model type that has configurations. A change of a type locks its row here, so changes happen one after the other.';
comment on column perf.model_config_types.model_type is 'Name of the type, as in perf.models.';
comment on column perf.model_config_types.needs_approval is
    'Whether a second person has to approve an activation.';

create table perf.model_config_history (
    id uuid primary key default gen_random_uuid(),
    model_type varchar(20) not null references perf.model_config_types (model_type),
    config_name varchar(100) not null,
    config_data jsonb not null,
    is_active boolean not null default false,
    created_by uuid references perf.profiles (id),
    created_at timestamptz not null default now(),
    notes text,
    version integer not null,
    unique (model_type, version),
    unique (id, model_type),
    constraint config_name_is_a_name check (
        config_name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
    ),
    constraint config_data_is_an_object check (jsonb_typeof(config_data) = 'object'),
    constraint config_data_is_at_most_1_mb check (octet_length(config_data::text) <= 1048576)
);

comment on table perf.model_config_history is
    'A version of the configuration of a model type. Only is_active ever changes.';
comment on column perf.model_config_history.id is 'Key of the version.';
comment on column perf.model_config_history.model_type is 'The type that it configures.';
comment on column perf.model_config_history.config_name is
    'A name for people; several versions may share it.';
comment on column perf.model_config_history.config_data is
    'The configuration, a JSON object of at most 1 MB.';
comment on column perf.model_config_history.is_active is
    'Whether the version is in force now; kept by triggers, always what the activations say.';
comment on column perf.model_config_history.created_by is
    'The person whom a token named; null for a database login and for the service key.';
comment on column perf.model_config_history.created_at is 'When it was saved.';
comment on column perf.model_config_history.notes is 'Why it was saved.';
comment on column perf.model_config_history.version is 'Counts the versions of a model type from 1.';

-- At most one version of a model type is active. Also finds it.
create unique index model_config_history_active_idx
    on perf.model_config_history (model_type) where is_active;

-- The versions of a type, newest first.
create index model_config_history_model_type_created_at_idx
    on perf.model_config_history (model_type, created_at desc, version desc);

-- The newest versions of all types.
create index model_config_history_created_at_idx on perf.model_config_history (created_at desc);

-- For the foreign key, and for the versions that a person saved.
create index model_config_history_created_by_created_at_idx
    on perf.model_config_history (created_by, created_at desc);

-- Finds a version with the same data. Equal jsonb has equal hashes (1 = 1.0) but not equal texts.
create index model_config_history_model_type_config_name_hash_idx
    on perf.model_config_history (
        model_type, config_name, jsonb_hash_extended(config_data, 0)
    );

-- Each activation ends the one before at the instant at which it starts. active_from and
-- active_until repeat the range because lower() is not leakproof: under row level security
-- PostgreSQL would not use an index on it.
--
-- The exclusion constraint compares types by a hash, as a range of one number, because GiST has no
-- operator class for text. The extension btree_gist has one, but it needs a schema of the user's
-- and a right to create it, and it would outlive uninstall. Two types with the same hash (odds of 1 in
-- 10^13 for a thousand types) could not be active at the same time.
create table perf.model_config_activations (
    id bigint generated always as identity primary key,
    model_type varchar(20) not null references perf.model_config_types (model_type),
    config_id uuid not null,
    active_from timestamptz not null,
    active_until timestamptz,
    kind text not null,
    activated_by uuid references perf.profiles (id),
    activated_by_role name not null,
    activated_by_login name not null,
    notes text,
    restores_id bigint references perf.model_config_activations (id),
    previous_id bigint references perf.model_config_activations (id),
    guard jsonb,
    guard_status text,
    foreign key (config_id, model_type) references perf.model_config_history (id, model_type),
    constraint kind_is_known check (kind in ('activate', 'rollback', 'guard')),
    constraint only_a_rollback_restores check ((kind = 'activate') = (restores_id is null)),
    constraint guard_status_is_known
        check (guard_status in ('watching', 'held', 'broken', 'superseded')),
    constraint guard_has_a_status check ((guard is null) = (guard_status is null)),
    constraint only_the_active_is_watched
        check (guard_status <> 'watching' or active_until is null),
    constraint active_from_is_a_time check (isfinite(active_from)),
    constraint active_until_is_after_active_from check (
        active_until > active_from
        and isfinite(active_until)
    ),
    constraint activations_do_not_overlap exclude using gist (
        numrange(
            hashtextextended(model_type, 0)::numeric,
            hashtextextended(model_type, 0)::numeric,
            '[]'
        ) with &&,
        tstzrange(active_from, active_until, '[)') with &&
    )
);

comment on table perf.model_config_activations is
    'When each version was in force, and who put it there. One insert writes an activation; see perf_internal.place_activation.';
comment on column perf.model_config_activations.id is 'Number of the activation.';
comment on column perf.model_config_activations.model_type is
    'The type whose configuration changed.';
comment on column perf.model_config_activations.config_id is 'The version that was in force.';
comment on column perf.model_config_activations.active_from is 'When it came into force.';
comment on column perf.model_config_activations.active_until is
    'When the next one did; null while it is in force.';
comment on column perf.model_config_activations.kind is
    'activate: somebody activated it; rollback: somebody went back to it; guard: check_config_guards() went back to it.';
comment on column perf.model_config_activations.activated_by is
    'The person whom a token named; null for a database login and for the service key.';
comment on column perf.model_config_activations.activated_by_role is
    'The database role that acted: service_role for the service key.';
comment on column perf.model_config_activations.activated_by_login is
    'The database login of the session: PostgREST''s own for every request that came through it.';
comment on column perf.model_config_activations.notes is 'Why it was activated.';
comment on column perf.model_config_activations.restores_id is
    'For a rollback, the activation that it brought back.';
comment on column perf.model_config_activations.previous_id is
    'The activation that a rollback of one step brings back. After a rollback it is the one before the activation that was brought back, so two rollbacks go two steps back.';
comment on column perf.model_config_activations.guard is
    'When the schedule rolls back by itself: the guard as asked for, and the limit in the unit of the metric.';
comment on column perf.model_config_activations.guard_status is
    'watching; held: the time is over and all was well; broken: rolled back; superseded: another version was activated first.';

-- At most one activation of a type has no end, as at most one version is active.
create unique index model_config_activations_active_idx
    on perf.model_config_activations (model_type) where active_until is null;

-- For the version in force at a moment, and for the history of a type.
create index model_config_activations_model_type_active_from_idx
    on perf.model_config_activations (model_type, active_from desc);

-- For the foreign key, and for when a version was in force.
create index model_config_activations_config_id_model_type_active_from_idx
    on perf.model_config_activations (config_id, model_type, active_from desc);

-- For the foreign keys.
create index model_config_activations_activated_by_idx
    on perf.model_config_activations (activated_by);
create index model_config_activations_restores_id_idx
    on perf.model_config_activations (restores_id) where restores_id is not null;
create index model_config_activations_previous_id_idx
    on perf.model_config_activations (previous_id) where previous_id is not null;

-- For the guards to check, every minute.
create index model_config_activations_watching_idx
    on perf.model_config_activations (model_type) where guard_status = 'watching';

create table perf.model_config_requests (
    id bigint generated always as identity primary key,
    model_type varchar(20) not null references perf.model_config_types (model_type),
    config_id uuid not null,
    notes text,
    guard jsonb,
    status text not null default 'open',
    requested_by uuid references perf.profiles (id),
    requested_by_role name not null,
    requested_by_login name not null,
    requested_at timestamptz not null default now(),
    decided_by uuid references perf.profiles (id),
    decided_by_role name,
    decided_by_login name,
    decided_at timestamptz,
    decision_notes text,
    activation_id bigint references perf.model_config_activations (id),
    foreign key (config_id, model_type) references perf.model_config_history (id, model_type),
    constraint status_is_known
        check (status in ('open', 'approved', 'rejected', 'withdrawn')),
    constraint a_decision_has_a_time check ((status = 'open') = (decided_at is null)),
    constraint an_approval_has_an_activation
        check ((status = 'approved') = (activation_id is not null))
);

comment on table perf.model_config_requests is
    'A request to activate a version of a type that needs approval, and its decision.';
comment on column perf.model_config_requests.id is
    'Number of the request, for approve_activation() and reject_activation().';
comment on column perf.model_config_requests.model_type is
    'The type whose configuration is to change.';
comment on column perf.model_config_requests.config_id is 'The version to activate.';
comment on column perf.model_config_requests.notes is 'Why, in the words of the requester.';
comment on column perf.model_config_requests.guard is
    'The guard that the activation gets; null for none.';
comment on column perf.model_config_requests.status is
    'open; approved: activated; rejected: by a second person; withdrawn: by the requester.';
comment on column perf.model_config_requests.requested_by is
    'The person whom a token named; null for a database login and for the service key.';
comment on column perf.model_config_requests.requested_by_role is
    'The database role that acted: service_role for the service key.';
comment on column perf.model_config_requests.requested_by_login is
    'The database login of the session: PostgREST''s own for every request that came through it.';
comment on column perf.model_config_requests.requested_at is 'When it was asked for.';
comment on column perf.model_config_requests.decided_by is
    'The person whom a token named; null for a login, for the service key, and while open.';
comment on column perf.model_config_requests.decided_by_role is
    'The database role that decided; null while open.';
comment on column perf.model_config_requests.decided_by_login is
    'The database login that decided; null while open.';
comment on column perf.model_config_requests.decided_at is 'When it was decided; null while open.';
comment on column perf.model_config_requests.decision_notes is 'Why, in the words of the decider.';
comment on column perf.model_config_requests.activation_id is
    'The activation that an approval made; null otherwise.';

-- For the foreign keys, and for the open requests of a type.
create index model_config_requests_model_type_status_idx
    on perf.model_config_requests (model_type, status);
create index model_config_requests_config_id_model_type_idx
    on perf.model_config_requests (config_id, model_type);
create index model_config_requests_requested_by_idx on perf.model_config_requests (requested_by);
create index model_config_requests_decided_by_idx on perf.model_config_requests (decided_by);
create index model_config_requests_activation_id_idx
    on perf.model_config_requests (activation_id) where activation_id is not null;

create table perf.audit_log (
    id bigint primary key,
    logged_at timestamptz not null,
    table_name text not null,
    row_id text not null,
    action text not null,
    caller uuid,
    caller_role name not null,
    caller_login name not null,
    old_values jsonb,
    new_values jsonb,
    previous_hash text not null,
    hash text not null
);

comment on table perf.audit_log is
    'Every change of a configuration, activation, request, approval rule, alert threshold, objective, silence, receiver, profile, role or retention, and of a model unless recording added it. Triggers refuse to change an entry; verify_audit_log() finds one that was changed all the same.';
comment on column perf.audit_log.id is 'Position in the chain, from 1 without gaps.';
comment on column perf.audit_log.logged_at is 'When the change was made; entries are in order of commit.';
comment on column perf.audit_log.table_name is 'The table that changed, without its schema.';
comment on column perf.audit_log.row_id is
    'The key of the row; of several columns (user_roles, retention) with / between them, empty for a truncate.';
comment on column perf.audit_log.action is 'insert, update, delete or truncate.';
comment on column perf.audit_log.caller is 'Whom the token named; null for a database login.';
comment on column perf.audit_log.caller_role is
    'The database role in force, for example authenticated.';
comment on column perf.audit_log.caller_login is 'The database login of the session.';
comment on column perf.audit_log.old_values is 'For an update, the values that changed.';
comment on column perf.audit_log.new_values is 'For an update, what they changed to; else the row.';
comment on column perf.audit_log.previous_hash is
    'The hash of the entry before; of the first entry, of a fixed text.';
comment on column perf.audit_log.hash is
    'sha256 of the entry and previous_hash, as 64 hexadecimal digits; see perf_internal.get_audit_hash.';

-- For the changes of one row.
create index audit_log_table_name_row_id_idx on perf.audit_log (table_name, row_id);

create table perf_internal.audit_head (
    is_head boolean primary key default true,
    entries bigint not null,
    hash text not null,
    constraint there_is_one_head check (is_head)
);

comment on table perf_internal.audit_head is
    'Length and last hash of the audit log. A transaction that adds an entry locks this row.';

insert into perf_internal.audit_head (entries, hash)
values (0, encode(sha256('pgkit audit log'), 'hex'));

create table perf_internal.audit_queue (
    id bigint generated always as identity primary key,
    transaction_id bigint not null default txid_current(),
    logged_at timestamptz not null,
    table_name text not null,
    row_id text not null,
    action text not null,
    caller uuid,
    caller_role name not null,
    caller_login name not null,
    old_values jsonb,
    new_values jsonb
);

comment on table perf_internal.audit_queue is
    'Changes of transactions that have not committed. At commit they become entries of the log.';
