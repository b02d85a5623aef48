"""The sessions in docs/loading.md and docs/recording.md, with the files that they show."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
FORMATS = ROOT / "pgkit" / "formats"
FIRST, SECOND = (FORMATS / "langfuse.sample.jsonl").read_text(encoding="utf-8").splitlines()
# One that is not over.
OPEN = {**json.loads(FIRST), "id": "obs-2", "end_time": None, "latency": None}
# What comes next is shown once in a guide.
NEXT = re.compile(r"^Next: .*\n", re.M)
FILES = {
    "loading.md": {
        "spend-logs.jsonl": (FORMATS / "litellm.sample.jsonl").read_text(encoding="utf-8"),
        "calls.csv": "model,tool,latency_ms,timestamp\ngpt-4o,chat,812,2026-11-20 10:00:01 UTC+8\n",
        "observations.jsonl": f"{FIRST}\n{json.dumps(OPEN)}\n{SECOND}\n",
    },
    "recording.md": {},
}


@pytest.mark.parametrize("name", FILES)
def test_the_sessions_show_what_the_commands_print(
    pgkit: Callable[..., subprocess.CompletedProcess[str]], database: str, tmp_path: Path, name: str
) -> None:
    # Else a note says that the calls of the guide are older than calls are kept.
    assert pgkit("retention", "calls", "raw", "forever", dsn=database).returncode == 0
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    for file, content in FILES[name].items():
        (tmp_path / file).write_text(content, encoding="utf-8")
    shown, printed = [], []
    for session in re.findall(r"^```\n(\$ .*?)^```", text, re.M | re.S):
        for piece in session.split("$ ")[1:]:
            command, output = piece.split("\n", maxsplit=1)
            program, *arguments = shlex.split(command, comments=True)
            if program == "cat":
                (tmp_path / arguments[0]).write_text(output, encoding="utf-8")
                (tmp_path / "bad.csv").write_text(output.replace("0.78", "-0.78"))
                continue
            done = subprocess.run(
                [sys.executable, "-m", program, *arguments],
                env={**os.environ, "DATABASE_URL": database},
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            shown.append(NEXT.sub("", output).rstrip("\n"))
            printed.append(NEXT.sub("", done.stdout).rstrip("\n"))
    assert shown
    assert printed == shown
