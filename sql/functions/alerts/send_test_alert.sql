create or replace function perf.send_test_alert(receiver_name text)
returns uuid
language sql
set search_path = pg_catalog, pg_temp
as $$
    select perf_internal.send_test_alert(send_test_alert.receiver_name);
$$;

comment on function perf.send_test_alert is
    'Has pgkit worker send a message that says that it is a test, and returns its delivery_id; perf.get_alert_deliveries() tells what becomes of it. A test that waits already is due at once, and its id is returned. Errors: PT404 no such receiver, PT409 it is disabled, or another session keeps it locked for two seconds, 42501 not an admin.';

revoke execute on function perf.send_test_alert from public;
grant execute on function perf.send_test_alert to authenticated, service_role, perf_admin;
