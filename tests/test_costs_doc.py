"""The outputs in docs/costs.md, of calls that are made here."""

import json
import re
import subprocess
from pathlib import Path

import psycopg
import pytest
import terminal

from pgkit import binaries

DOCUMENT = Path(__file__).parent.parent / "docs" / "costs.md"
# 45 days, with fewer calls at weekends.
CALLS = """
select perf.record_calls(jsonb_agg(jsonb_build_object(
    'model_name', m.model,
    'tool_name', m.tool,
    'response_time_ms', 1000,
    'input_tokens', 20000 + 100 * n,
    'cached_input_tokens', case when m.model = 'openai/gpt-4o' then 5000 end,
    'output_tokens', 2000 + 10 * n,
    'cost', case when m.model = 'openai/gpt-4o' then round(0.07 + 0.001 * n, 3) end,
    'call_timestamp', d + n * interval '30 minutes'
)))
from generate_series(timestamptz '2026-01-01', '2026-02-14', interval '1 day') as d
cross join (
    values ('openai/gpt-4o', 'chat'), ('mistral-large', 'search'), ('groq/llama-3.1-8b', 'chat')
) as m (model, tool)
cross join generate_series(1, case when extract(isodow from d) > 5 then 6 else 14 end) as n
"""
LITELLM = {
    "gpt-4o": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": 2.5e-06,
        "cache_read_input_token_cost": 1.25e-06,
        "output_cost_per_token": 1e-05,
        "input_cost_per_token_batches": 1.25e-06,
    },
    "groq/llama-3.3-70b-versatile": {
        "litellm_provider": "groq",
        "mode": "chat",
        "input_cost_per_token": 5.9e-07,
        "output_cost_per_token": 7.9e-07,
    },
    "dall-e-3": {
        "litellm_provider": "openai",
        "mode": "image_generation",
        "output_cost_per_image": 0.04,
    },
}
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def run(database: str, kind: str, text: str) -> str:
    """Return what a block answers: the last result of SQL, or a command with its output."""
    if kind == "console":
        command = text.splitlines()[0].removeprefix("$ ")
        shown = terminal.show(database, *command.split()[1:])
        return f"$ {command}\n" + "\n".join(line.rstrip() for line in shown.splitlines()) + "\n"
    answer = subprocess.run(
        [binaries.find_program("psql"), "-X", database],
        input=text,
        env={"PGTZ": "UTC", "PGDATESTYLE": "ISO", "PGCLIENTENCODING": "UTF8"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return answer.strip("\n").rsplit("\n(", 1)[0].split("\n\n")[-1] + "\n"


def test_the_document_shows_what_is_answered(
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model_prices_and_context_window.json").write_text(json.dumps(LITELLM), encoding="utf-8")
    with psycopg.connect(database) as connection:
        connection.execute(CALLS)
    blocks = BLOCK.findall(DOCUMENT.read_text(encoding="utf-8"))
    shown = 0
    for (kind, text), (next_kind, output) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind == "":
            continue
        answer = run(database, kind, text)
        if kind == "console":
            said = answer + capfd.readouterr().err
            assert said == text
            shown += 1
        elif next_kind == "":
            assert answer == output
            shown += 1
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("select perf.check_alert_thresholds('2026-02-15 12:00+00')")
        (message,) = connection.execute(
            "select a.alert_message from perf.model_alerts as a"
        ).fetchone()
    assert blocks[-1] == ("", message + "\n")
    assert shown == 7
