"""The bundled calls of the LLMPerf leaderboard, and the figures it published for them."""

import csv
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

TOOL = "chat"


class Sample(NamedTuple):
    """One real call of a model, without a time of its own; times in milliseconds."""

    model_name: str
    response_time_ms: float
    first_token_ms: float | None
    input_tokens: int
    output_tokens: int
    error_type: str | None


class Published(NamedTuple):
    """What the leaderboard says about a model, from its successful calls, in milliseconds."""

    model_name: str
    error_rate: float
    p50: float
    p95: float
    p99: float
    first_token_p50: float


def read_samples() -> list[Sample]:
    """Return the calls in the order of the file."""
    return [
        Sample(
            model_name=f"{row['provider']}/{row['model']}",
            response_time_ms=float(row["end_to_end_latency_s"]) * 1000,
            # A rejected call has 0 where nothing was measured.
            first_token_ms=float(row["ttft_s"]) * 1000 or None,
            input_tokens=int(row["input_tokens"]),
            output_tokens=int(row["output_tokens"]),
            error_type=f"code {row['error_code']}" if row["error_code"] else None,
        )
        for row in read("calls.csv")
    ]


def read_published() -> list[Published]:
    """Return the published figures in the order of the file."""
    return [
        Published(
            model_name=f"{row['provider']}/{row['model']}",
            error_rate=float(row["error_rate"]),
            p50=float(row["latency_p50_s"]) * 1000,
            p95=float(row["latency_p95_s"]) * 1000,
            p99=float(row["latency_p99_s"]) * 1000,
            first_token_p50=float(row["ttft_p50_s"]) * 1000,
        )
        for row in read("published_quantiles.csv")
    ]


def read(name: str) -> Iterator[dict[str, str]]:
    text = files("pgkit").joinpath("data", "llmperf", name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
