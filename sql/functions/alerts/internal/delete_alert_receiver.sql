-- security definer: no API role may write receivers; the role is checked first.
--
-- A worker that is sending a message to it learns at the end that the message is gone. A session that
-- changes an alert at the same time leaves the receiver out.
create or replace function perf_internal.delete_alert_receiver(receiver_name text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
begin
    perform perf_internal.require_role('admin');
    perform perf_internal.check_given('receiver_name', delete_alert_receiver.receiver_name);
    delete from perf.alert_receivers as r
    where r.receiver_name = btrim(delete_alert_receiver.receiver_name);
    return found;
exception
    when lock_not_available then
        raise exception using
            errcode = 'PT409',
            message = 'sessions that change alerts keep receivers as they are',
            hint = 'Try again. A session that stays in a transaction shows in pg_stat_activity.';
end
$$;

comment on function perf_internal.delete_alert_receiver is 'See perf.delete_alert_receiver().';

revoke execute on function perf_internal.delete_alert_receiver from public;
grant execute on function perf_internal.delete_alert_receiver
    to authenticated, service_role, perf_admin;
