"""Context managers whose errors are reported at the line that enters them."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Generic, ParamSpec, TypeVar

__tracebackhide__ = True

P = ParamSpec("P")
T = TypeVar("T")


def contextmanager(function: Callable[P, Iterator[T]]) -> Callable[P, AbstractContextManager[T]]:
    """Make a context manager of a generator function, as `contextlib.contextmanager` does.

    An error that passes the latter has a line of its module in its traceback, with which pytest would end a report.
    """
    made = contextlib.contextmanager(function)

    @functools.wraps(function)
    def manager(*args: P.args, **kwargs: P.kwargs) -> AbstractContextManager[T]:
        return _Manager(made(*args, **kwargs))

    return manager


class _Manager(AbstractContextManager[T], Generic[T]):
    def __init__(self, manager: AbstractContextManager[T]) -> None:
        self._manager = manager

    def __enter__(self) -> T:
        try:
            return self._manager.__enter__()
        except BaseException as error:
            _leave_out_what_called(error)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        try:
            return self._manager.__exit__(kind, error, traceback)
        except BaseException as raised:
            _leave_out_what_called(raised)
            raise


def _leave_out_what_called(error: BaseException) -> None:
    """Take contextlib's frame, the second one, out of the traceback; the first one is that of this module."""
    first = error.__traceback__
    if first is not None and first.tb_next is not None:
        first.tb_next = first.tb_next.tb_next
