"""Record the model calls among the spans of an application that OpenTelemetry traces.

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(PgkitSpanExporter()))
"""

import logging
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from pgkit import spans
from pgkit.integrations.fields import choose_recorder
from pgkit.recorder import Recorder

try:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
except ImportError as error:
    raise ImportError(
        "opentelemetry-sdk is not installed; run pip install 'pgkit[opentelemetry]'"
    ) from error

MOST_PARENTS = 10_000
MOST_WARNINGS = 20
logger = logging.getLogger("pgkit.opentelemetry")


class PgkitSpanExporter(SpanExporter):
    """Gives the spans that are calls of models to a Recorder, and leaves out all others.

    Without a `recorder` it makes one of `target` and `key`, and closes it at the end. Which spans
    are calls, and which attributes count, is in `pgkit/formats/gen_ai.toml`.
    """

    def __init__(
        self,
        recorder: Recorder | None = None,
        *,
        target: str | None = None,
        key: str | None = None,
    ) -> None:
        self.is_own = recorder is None
        self.recorder = choose_recorder(recorder, target, key)
        # The spans around the calls of late. A child ends before its parent does.
        self.parents: OrderedDict[tuple[str, str], None] = OrderedDict()
        self.warned: set[str] = set()

    def export(self, given: Sequence[ReadableSpan]) -> SpanExportResult:
        """Record the calls. Nothing is raised into the application."""
        try:
            self.record(list(map(read_span, given)))
        except Exception:
            logger.exception("pgkit could not read spans")
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def record(self, batch: Sequence[spans.Span]) -> None:
        """Record the calls, except those that are only seen around another call."""
        results = list(zip(batch, spans.read_calls(batch), strict=True))
        calls = [(span, result) for span, result in results if isinstance(result, dict)]
        self.remember((span.trace_id, span.parent_id) for span, _ in calls if span.parent_id)
        for span, call in calls:
            if (span.trace_id, span.span_id) not in self.parents:
                self.recorder.record(**call)
        for span, result in results:
            if isinstance(result, spans.BadSpan):
                self.warn(f"{span.name}: {result}")

    def remember(self, parents: Iterable[tuple[str, str]]) -> None:
        for parent in parents:
            self.parents[parent] = None
        while len(self.parents) > MOST_PARENTS:
            self.parents.popitem(last=False)

    def warn(self, problem: str) -> None:
        """Say once what is wrong with a span."""
        if problem not in self.warned and len(self.warned) < MOST_WARNINGS:
            self.warned.add(problem)
            logger.warning("a span was not recorded: %s", problem)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Write what was recorded so far; return whether all of it is written."""
        return self.recorder.flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Write what waits. A recorder of the application stays open."""
        if self.is_own:
            self.recorder.close()
        else:
            self.recorder.flush()


def read_span(span: ReadableSpan) -> spans.Span:
    """Return a span of the SDK as OTLP has it: its kinds begin with 1, and ids are texts."""
    context, parent = span.get_span_context(), span.parent
    return spans.Span(
        trace_id=f"{context.trace_id:032x}" if context else "",
        span_id=f"{context.span_id:016x}" if context else "",
        start_ns=span.start_time or 0,
        end_ns=span.end_time or 0,
        attributes=span.attributes or {},
        kind=span.kind.value + 1,
        status=span.status.status_code.value,
        events=[
            spans.Event(event.name, event.timestamp, event.attributes or {})
            for event in span.events
        ],
        parent_id=f"{parent.span_id:016x}" if parent else "",
        name=span.name,
    )
