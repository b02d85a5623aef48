"""Which fields a call or a job has, and the usual names of them."""

from collections.abc import Mapping
from typing import NamedTuple

from pgkit import calls, jobs
from pgkit.output import quoted

# Seconds after call_timestamp, by a clock that began at any time: the first call is at 0.
OFFSET = "call_offset_s"


class Layout(NamedTuple):
    """What a line is made of.

    `aliases` are names that others give to fields; `factors` is what the numbers of some of them
    are multiplied with. Of each of `required` one field must be there. The first `names` fields are
    texts also in JSON. A field may also be `family.NAME` for any name.
    """

    noun: str
    fields: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]]
    numbers: tuple[str, ...]
    times: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    names: int
    factors: Mapping[str, float] = {}
    families: tuple[str, ...] = ()

    def is_named(self, field: str) -> bool:
        family, _, name = field.partition(".")
        return family in self.families and bool(name.strip())

    def check_field(self, field: str, text: str) -> None:
        """Raise ValueError for a field that a line does not have."""
        if field not in self.fields and not self.is_named(field):
            known = ", ".join([*self.fields, *(f"{family}.NAME" for family in self.families)])
            raise ValueError(f"{quoted(field)} in {quoted(text)} is none of {known}")

    def check_number(self, field: str, text: str) -> None:
        """Raise ValueError for a field that is no number or time."""
        if field not in (*self.numbers, *self.times) and not self.is_named(field):
            raise ValueError(f"{field} is not a number, so {quoted(text)} cannot be calculated")


CALLS = Layout(
    noun="call",
    fields=(*calls.FIELDS, OFFSET),
    aliases={
        "model_name": ("model",),
        "tool_name": ("tool",),
        "response_time_ms": ("latency_ms", "duration_ms", "elapsed_ms"),
        "success": ("ok",),
        "parameters": ("params",),
        "input_tokens": ("prompt_tokens",),
        "output_tokens": ("completion_tokens",),
        "error_type": ("error",),
        "first_token_ms": ("ttft_ms", "time_to_first_token_ms"),
        "call_timestamp": ("timestamp", "time", "ts"),
        "call_id": ("request_id",),
        "cached_input_tokens": ("cached_tokens",),
        "cost": ("cost_usd",),
    },
    numbers=(
        *("response_time_ms", "first_token_ms", "input_tokens", "output_tokens", OFFSET),
        *("cached_input_tokens", "cache_write_tokens", "reasoning_tokens", "cost"),
    ),
    times=("call_timestamp",),
    required=(
        ("model_name",),
        ("tool_name",),
        ("response_time_ms",),
        ("call_timestamp", "call_id"),
    ),
    names=2,
)
JOBS = Layout(
    noun="job",
    fields=jobs.FIELDS,
    aliases={
        "workflow_name": ("workflow", "benchmark"),
        "worker_name": ("worker", "machine"),
        "external_id": ("job_id",),
        "status": ("state",),
        "success": ("ok",),
        "error_type": ("error",),
        "started_at": ("start_time", "start"),
        "completed_at": ("finished_at", "ended_at", "end_time", "end"),
        "total_wall_time_ms": ("wall_time_ms", "wall_time_s", "runtime_ms", "runtime_s"),
        "total_gpu_time_ms": ("gpu_time_ms", "gpu_time_s"),
        "time_per_frame_ms": ("time_per_frame_s",),
        "vram_peak_mb": ("vram_mb", "vram_peak_gb", "vram_gb"),
        "frame_count": ("frames",),
        "resolution_tier": ("tier", "resolution"),
        "project_name": ("project",),
        "character_name": ("character",),
        "scene_name": ("scene",),
        "parameters": ("params",),
        "quality_scores": ("quality_scores_json",),
        "pipeline_stages": ("pipeline_stages_json",),
    },
    numbers=jobs.NUMBERS,
    times=jobs.TIMES,
    required=(("workflow_name",), ("started_at", "completed_at")),
    names=2,
    factors={
        "wall_time_s": 1000,
        "runtime_s": 1000,
        "gpu_time_s": 1000,
        "time_per_frame_s": 1000,
        "vram_peak_gb": 1024,
        "vram_gb": 1024,
    },
    families=tuple(jobs.FAMILIES),
)
