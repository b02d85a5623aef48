-- No policy and no grant: addresses are secrets. Only functions of the owner read them, for
-- perf_notifier.
alter table perf_internal.receiver_addresses enable row level security;
