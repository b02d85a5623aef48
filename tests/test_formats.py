"""Every format has a sample and the calls that are expected of it."""

import json
from pathlib import Path

import pytest

from pgkit import load
from pgkit.load.formats import read_formats

FOLDER = Path(load.__file__).parent.parent / "formats"
# These files have no time of their own.
GIVEN = {
    name: load.Options(constants={"call_timestamp": "2026-11-20T10:00:00Z"})
    for name in ("vllm", "llmperf")
}


def find_sample(name: str) -> Path:
    (sample,) = FOLDER.glob(f"{name}.sample.*")
    return sample


@pytest.mark.parametrize("name", read_formats())
def test_a_sample_is_recognised_and_becomes_the_expected_calls(name) -> None:
    explained = load.explain_file(find_sample(name), load.CALLS, GIVEN.get(name, load.Options()))
    assert explained.format == name
    assert explained.bad_lines == []
    expected = json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))
    assert explained.calls == expected


@pytest.mark.parametrize("name", read_formats())
def test_a_format_names_its_title_and_where_its_layout_is_documented(name) -> None:
    format = read_formats()[name]
    assert format.title
    assert format.source.startswith(("https://", "docs/"))


@pytest.mark.parametrize("arrangement", ["array", "envelope", "pretty", "concatenated"])
def test_json_may_be_arranged_in_any_way(tmp_path, arrangement) -> None:
    sample = find_sample("litellm")
    records = [json.loads(line) for line in sample.read_text().splitlines()]
    texts = {
        "array": json.dumps(records),
        "envelope": json.dumps({"data": records, "total": 2}, indent=1),
        "pretty": "\n".join(json.dumps(record, indent=2) for record in records),
        "concatenated": "".join(json.dumps(record) for record in records),
    }
    file = tmp_path / "calls.json"
    file.write_text(texts[arrangement])
    explained = load.explain_file(file, load.CALLS, load.Options())
    expected = load.explain_file(sample, load.CALLS, load.Options())
    assert (explained.format, explained.calls) == ("litellm", expected.calls)
