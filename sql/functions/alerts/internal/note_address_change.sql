-- The audit log has a change of an address as a change of address_changed_at, and so never the address.
create or replace function perf_internal.note_address_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update perf.alert_receivers as r
    set address_changed_at = now()
    where r.id = new.receiver_id;
    return null;
end
$$;

comment on function perf_internal.note_address_change is
    'Trigger: a change of an address or of headers sets address_changed_at of the receiver.';

revoke execute on function perf_internal.note_address_change from public;

create or replace trigger note_address_change
    after update on perf_internal.receiver_addresses
    for each row execute function perf_internal.note_address_change();
