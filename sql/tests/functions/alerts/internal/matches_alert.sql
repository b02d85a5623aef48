begin;
select plan(33);

select is(
    perf_internal.matches_alert(m.matcher::jsonb, m.labels::jsonb), m.matches, m.description
)
from (
    values
        ('{}', '{"model": "a"}', true, 'an empty matcher matches all'),
        ('{}', '{}', true, 'also without labels'),
        ('{"model": "a"}', '{"model": "a", "tool": "chat"}', true, 'a value that is the same'),
        ('{"model": "a"}', '{"model": "b"}', false, 'another value does not'),
        ('{"model": "a"}', '{"tool": "a"}', false, 'nor a label that is absent'),
        ('{"model": "a"}', '{}', false, 'nor no label at all'),
        ('{"model": "a"}', '{"model": null}', false, 'nor one that is null'),
        ('{"model": "A"}', '{"model": "a"}', false, 'case matters'),
        ('{"model": "a "}', '{"model": "a"}', false, 'and so do spaces'),
        ('{"model": "a", "tool": "t"}', '{"model": "a", "tool": "t"}', true, 'two labels'),
        ('{"model": "a", "tool": "t"}', '{"model": "a", "tool": "u"}', false, 'of which each must match'),
        ('{"model": ["a", "b"]}', '{"model": "b"}', true, 'one value of an array'),
        ('{"model": ["a", "b"]}', '{"model": "c"}', false, 'none of an array'),
        ('{"model": ["a", "b"]}', '{}', false, 'an array and no label'),
        ('{"model": []}', '{"model": "a"}', false, 'an empty array matches nothing'),
        ('{"model": []}', '{}', false, 'also without the label'),
        ('{"model": null}', '{"tool": "t"}', true, 'null matches an absent label'),
        ('{"model": null}', '{"model": null}', true, 'or one that is null'),
        ('{"model": null}', '{"model": "null"}', false, 'and no text'),
        ('{"model": "null"}', '{}', false, 'nor does that text match an absent label'),
        ('{"model": ["a", null]}', '{}', true, 'null in an array too'),
        ('{"model": ["a", null]}', '{"model": "b"}', false, 'and no other value'),
        ('{"model": [[]]}', '{}', false, 'an array in an array is a value'),
        ('{"threshold_id": 7}', '{"threshold_id": 7}', true, 'a number'),
        ('{"threshold_id": 7}', '{"threshold_id": 7.0}', true, 'with other digits'),
        ('{"threshold_id": "7"}', '{"threshold_id": 7}', true, 'as a text'),
        ('{"threshold_id": ["6", "7"]}', '{"threshold_id": 7}', true, 'also in an array'),
        ('{"threshold_id": 70}', '{"threshold_id": 7}', false, 'another number does not'),
        ('{"x": {"b": 1, "a": [2]}}', '{"x": {"a": [2], "b": 1}}', true, 'an object that is the same'),
        ('{"x": {"a": 1}}', '{"x": {"a": 1, "b": 2}}', false, 'and no part of one'),
        ('{"x": [[1, 2]]}', '{"x": [1, 2]}', true, 'a label that is an array, in an array'),
        (
            format('{"größe 📏": %s}', to_jsonb(repeat('ä', 10000))),
            format('{"größe 📏": %s}', to_jsonb(repeat('ä', 10000))),
            true,
            'any letters, however many'
        ),
        (null, '{"model": "a"}', null, 'no matcher is no answer')
) as m (matcher, labels, matches, description);

select * from finish();
rollback;
