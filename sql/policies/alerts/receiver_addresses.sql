-- No grant, and a policy that lets nobody in. Addresses are secrets. Only functions of the owner
-- read them, for perf_notifier.
alter table perf_internal.receiver_addresses enable row level security;

drop policy if exists receiver_addresses_all_nobody on perf_internal.receiver_addresses;
create policy receiver_addresses_all_nobody on perf_internal.receiver_addresses
    for all to perf_admin
    using (false);
