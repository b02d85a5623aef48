"""Measure a call: in a `with` block, or around a function."""

import functools
import inspect
from collections.abc import Callable
from time import perf_counter, time_ns
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from pgkit.recording.encoding import freeze

if TYPE_CHECKING:
    from pgkit.recorder import Recorder

CANCELLED = "cancelled"
# By name: to import asyncio takes longer than all else here, and trio has one of its own.
CANCELLATIONS = frozenset({"CancelledError", "GeneratorExit", "Cancelled"})
# Arguments of perf.record_call() that few calls have.
RARE = frozenset({"test_id", "unit_key"})
COMMON = frozenset(
    {
        "model_name",
        "tool_name",
        "provider",
        "parameters",
        "response_time_ms",
        "first_token_ms",
        "input_tokens",
        "output_tokens",
        "cached_input_tokens",
        "cache_write_tokens",
        "reasoning_tokens",
        "cost",
        "success",
        "error_type",
    }
)

# Called with the call and what the function returned, or an item of its stream.
Read = Callable[["Call", Any], object]


class Call:
    """A call that is going on. It is recorded at the end of the block, at the time of its start.

    Set what you know of it as attributes: `input_tokens`, `output_tokens`, `cached_input_tokens`,
    `cache_write_tokens`, `reasoning_tokens`, `cost`, `provider`, `parameters`, `model_name`,
    `tool_name`; `error_type` and `success` where no exception tells them; `first_token_ms` and
    `response_time_ms` where another clock has measured them.
    """

    __slots__ = (
        "_add",
        "_id",
        "_number",
        "_rare",
        "_started",
        "_started_ns",
        "cache_write_tokens",
        "cached_input_tokens",
        "cost",
        "error_type",
        "first_token_ms",
        "input_tokens",
        "model_name",
        "output_tokens",
        "parameters",
        "provider",
        "reasoning_tokens",
        "response_time_ms",
        "success",
        "tool_name",
    )

    def __init__(
        self,
        recorder: "Recorder",
        model_name: str,
        tool_name: str,
        parameters: object,
        provider: str | None,
    ) -> None:
        # Of the process in which it begins: a forked child must not record it a second time.
        self._add: Callable[[tuple[Any, ...]], None] | None = recorder.add
        self._id = recorder.ids.write
        self._number = recorder.ids.next()
        self._rare: dict[str, Any] | None = None
        self.model_name = model_name
        self.tool_name = tool_name
        self.parameters = parameters
        self.provider = provider
        self.response_time_ms: float | None = None
        self.first_token_ms: float | None = None
        self.input_tokens: int | None = None
        self.output_tokens: int | None = None
        self.cached_input_tokens: int | None = None
        self.cache_write_tokens: int | None = None
        self.reasoning_tokens: int | None = None
        self.cost: float | None = None
        self.success: bool | None = None
        self.error_type: str | None = None
        self._started_ns = time_ns()
        self._started = perf_counter()

    @property
    def id(self) -> str:
        """Return the id of the call, a UUID of version 7."""
        return self._id(self._started_ns, self._number)

    def first_token(self) -> None:
        """Say that the answer has begun. Only the first time counts."""
        if self.first_token_ms is None:
            self.first_token_ms = (perf_counter() - self._started) * 1000

    def fail(self, error_type: str) -> None:
        """Say that the call has failed, where no exception does."""
        self.error_type = error_type

    def set(self, **fields: Any) -> None:
        """Set several attributes; also `test_id` and `unit_key`, for an A/B test."""
        for name, value in fields.items():
            if name in COMMON:
                setattr(self, name, value)
            elif name in RARE:
                self._rare = {**(self._rare or {}), name: value}
            else:
                raise TypeError(f"a call has no {name!r}")

    def start(self) -> None:
        """Let the time begin now, and not when the call was made."""
        self._started_ns = time_ns()
        self._started = perf_counter()

    def end(self, error: type[BaseException] | None = None) -> None:
        """Record the call, once; `error` is the type of the exception that ended it."""
        response_time_ms = self.response_time_ms
        if response_time_ms is None:
            response_time_ms = (perf_counter() - self._started) * 1000
        add, self._add = self._add, None
        if add is None:
            return
        error_type = self.error_type
        success = self.success
        if error is not None:
            success = None
            if error_type is None:
                name = error.__name__
                error_type = CANCELLED if name in CANCELLATIONS else name
        parameters = self.parameters
        add(
            (
                (
                    self.model_name,
                    self.tool_name,
                    self.provider,
                    parameters if parameters is None else safe_freeze(parameters),
                ),
                self._started_ns,
                self._number,
                success,
                error_type,
                self._rare,
                response_time_ms,
                self.first_token_ms,
                self.input_tokens,
                self.output_tokens,
                self.cached_input_tokens,
                self.cache_write_tokens,
                self.reasoning_tokens,
                self.cost,
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end(kind)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end(kind)


def safe_freeze(parameters: object) -> object:
    """Return frozen parameters, or for what is no JSON what the encoder will refuse and count."""
    try:
        return freeze(parameters)
    except Exception as error:
        return f"parameters are no JSON: {error}"


def wrap(
    start: Callable[[], Call],
    function: Callable[..., Any],
    read: Callable[[Call, object], None],
) -> Callable[..., Any]:
    """Return a function of the same kind that records each call of it.

    `read` must not raise. A generator is a stream: its first item is the first token, and its call
    begins with the first item asked for and ends with the last, or when it is closed.
    """
    if inspect.isasyncgenfunction(function):
        return wrap_async_generator(start, function, read)
    if inspect.isgeneratorfunction(function):
        return wrap_generator(start, function, read)
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def wait(*arguments: Any, **named: Any) -> Any:
            with start() as call:
                result = await function(*arguments, **named)
                read(call, result)
                return result

        return wait

    @functools.wraps(function)
    def run(*arguments: Any, **named: Any) -> Any:
        with start() as call:
            result = function(*arguments, **named)
            read(call, result)
            return result

    return run


def wrap_generator(
    start: Callable[[], Call],
    function: Callable[..., Any],
    read: Callable[[Call, object], None],
) -> Callable[..., Any]:
    @functools.wraps(function)
    def stream(*arguments: Any, **named: Any) -> Any:
        with start() as call:
            source = function(*arguments, **named)
            try:
                item = next(source)
                while True:
                    call.first_token()
                    read(call, item)
                    # What the caller sends or throws in is for the source.
                    try:
                        sent = yield item
                    except GeneratorExit:
                        source.close()
                        raise
                    except BaseException as error:
                        item = source.throw(error)
                    else:
                        item = source.send(sent)
            except StopIteration as end:
                return end.value

    return stream


def wrap_async_generator(
    start: Callable[[], Call],
    function: Callable[..., Any],
    read: Callable[[Call, object], None],
) -> Callable[..., Any]:
    @functools.wraps(function)
    async def stream(*arguments: Any, **named: Any) -> Any:
        with start() as call:
            source = function(*arguments, **named)
            try:
                item = await anext(source)
                while True:
                    call.first_token()
                    read(call, item)
                    try:
                        sent = yield item
                    except GeneratorExit:
                        await source.aclose()
                        raise
                    except BaseException as error:
                        item = await source.athrow(error)
                    else:
                        item = await source.asend(sent)
            except StopAsyncIteration:
                return

    return stream
