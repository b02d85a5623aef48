-- Adds the threshold of the demo: warning, critical and scope.
select perf.create_alert_threshold(
    'error_rate',
    %s,
    %s,
    scope_type => 'labels',
    scope_labels => %s,
    time_window => '5 minutes',
    for_duration => '5 minutes',
    minimum_sample => 5
) as id
