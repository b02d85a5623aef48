select
    r.request_id as request,
    r.model_type,
    r.version,
    r.status,
    r.requester_name as requested_by,
    r.requested_at,
    r.notes,
    r.decider_name as decided_by,
    r.decided_at,
    r.decision_notes
from perf.get_activation_requests(max_rows => %(limit)s) as r
where r.status = 'open'
    or %(is_all)s
order by r.request_id desc
