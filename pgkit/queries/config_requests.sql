select
    r.id as request,
    c.model_type,
    c.version,
    r.status,
    perf_internal.get_actor_name(
        p.username, r.requested_by_role, r.requested_by_login
    ) as requested_by,
    r.requested_at,
    r.notes,
    perf_internal.get_actor_name(
        d.username, r.decided_by_role, r.decided_by_login
    ) as decided_by,
    r.decided_at,
    r.decision_notes
from perf.model_config_requests as r
join perf.model_config_history as c on c.id = r.config_id
left join perf.profiles as p on p.id = r.requested_by
left join perf.profiles as d on d.id = r.decided_by
where r.status = 'open'
    or %(is_all)s
order by r.id desc
limit %(limit)s
