create or replace function perf.delete_alert_receiver(receiver_name text)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.delete_alert_receiver(delete_alert_receiver.receiver_name);
$$;

comment on function perf.delete_alert_receiver is
    'Deletes a receiver, its address and its messages, also those that wait. False if there is none. Errors: 22023 no name, 42501 not an admin.';

revoke execute on function perf.delete_alert_receiver from public;
grant execute on function perf.delete_alert_receiver to authenticated, service_role, perf_admin;
