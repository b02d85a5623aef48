-- Who may do what: the two schemas, people and their roles.
create schema if not exists perf;
create schema if not exists perf_internal;

comment on schema perf is 'Model performance: the tables, views and functions a user may name.';
comment on schema perf_internal is 'State and helpers of perf. Not an interface.';

-- Supabase brings auth.uid(). Elsewhere this stand-in reads the claims PostgREST sets.
do $$
begin
    if not exists (select 1 from pg_catalog.pg_namespace as n where n.nspname = 'auth') then
        create schema auth;
        comment on schema auth is 'created by pgkit';
        create function auth.uid()
        returns uuid
        language sql
        stable
        set search_path = pg_catalog, pg_temp
        as $uid$
            select (
                nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
            )::uuid;
        $uid$;
        comment on function auth.uid is
            'The user named by the token of this request (claim sub), null without a token.';
    end if;
end
$$;

create type perf.app_role as enum ('admin', 'analyst', 'recorder');

comment on type perf.app_role is
    'admin: everything; analyst: reads everything; recorder: records, reads nothing back.';

create table perf.profiles (
    id uuid primary key,
    username text not null unique,
    created_at timestamptz not null default now(),
    -- No control characters, and no spaces around it.
    constraint username_is_1_to_200_characters check (
        username ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(username) <= 200
    ),
    subject text unique,
    constraint subject_is_1_to_200_characters check (
        subject ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(subject) <= 200
    )
);

comment on table perf.profiles is 'A person or service as tokens know it.';
comment on column perf.profiles.id is
    'The claim sub of the token where that is a UUID, else perf.get_subject_id(sub).';
comment on column perf.profiles.username is
    'Unique. grant_role() takes it; without one it is the sub.';
comment on column perf.profiles.subject is
    'The claim sub of the token, where that is no UUID and perf.grant_role() was given it.';
comment on column perf.profiles.created_at is 'When the profile was made.';

create table perf.user_roles (
    user_id uuid not null references perf.profiles (id) on delete cascade,
    role perf.app_role not null,
    granted_at timestamptz not null default now(),
    primary key (user_id, role)
);

comment on table perf.user_roles is 'Which profile has which role.';
comment on column perf.user_roles.user_id is 'The profile that has the role.';
comment on column perf.user_roles.role is 'The role that it has.';
comment on column perf.user_roles.granted_at is 'When the role was given.';

create table perf.access_settings (
    id integer primary key default 1,
    role_claim text,
    role_claim_path text[],
    are_own_calls_readable boolean not null default false,
    constraint there_is_one_row check (id = 1),
    constraint path_is_that_of_the_claim check ((role_claim is null) = (role_claim_path is null))
);

comment on table perf.access_settings is 'What an admin has said about tokens and recorders. One row.';
comment on column perf.access_settings.id is 'Always 1.';
comment on column perf.access_settings.role_claim is
    'The claim of a token that gives roles, set by perf.set_role_claim(); null for none.';
comment on column perf.access_settings.role_claim_path is 'The names of the claim, outermost first.';
comment on column perf.access_settings.are_own_calls_readable is
    'Whether recorders may use perf.get_own_calls(), set by perf.set_own_calls_readable().';

insert into perf.access_settings default values;
