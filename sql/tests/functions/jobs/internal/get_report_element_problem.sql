begin;
select plan(13);

select is(perf_internal.get_report_element_problem(e.element::jsonb), e.problem, e.element)
from (
    values
        ('{}', null),
        (
            '{"workflow_name": "w", "success": null, "error_type": false, "job_id": 1,
              "completed_at": "2020-01-06T10:00:00+02:00", "started_at": null,
              "quality_scores": {}}',
            null
        ),
        ('[]', 'must be an object, got "[]"'),
        ('{"workflow_name": 1}', 'workflow_name must be a string, got "1"'),
        ('{"scene_name": {"a": 1}}', E'scene_name must be a string, got "{\\"a\\": 1}"'),
        ('{"success": "true"}', E'success must be true, false or null, got "true"'),
        (
            '{"error_type": 5}',
            'error_type must be a string such as "timeout", or null for none, got "5"'
        ),
        (
            '{"completed_at": 1578304800}',
            'completed_at must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got "1578304800"'
        ),
        (
            '{"started_at": "01/06/2020"}',
            'started_at must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got "01/06/2020"'
        ),
        (
            '{"started_at": "2020-13-06"}',
            'started_at must be a time as in ISO 8601, such as "2026-11-20T10:00:00Z", got "2020-13-06"'
        ),
        ('{"job_id": "1"}', E'job_id must be the id of a job, got "1"'),
        (
            '{"job_id": 9223372036854775808}',
            'job_id must be the id of a job, got "9223372036854775808"'
        ),
        ('{"b": 1, "a": 1}', 'has an unknown key "a"'
        || '; known keys: workflow_name, worker_name, external_id, resolution_tier, model_type, project_name, character_name, scene_name, time_per_frame_ms, total_gpu_time_ms, total_wall_time_ms, vram_peak_mb, frame_count, quality_scores, pipeline_stages, parameters, started_at, completed_at, success, error_type, job_id')
) as e (element, problem);

select * from finish();
rollback;
