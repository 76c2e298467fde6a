"""How far a long loop is: a bar on a terminal; elsewhere lines in the log, with the time left."""

import logging
import time
from collections.abc import Collection, Iterator
from typing import Any, Self, TextIO, TypeVar

from tqdm import tqdm

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
# Seconds until the first line, and by what share of the time so far a line follows the one before.
_QUIET, _GROWTH = 10.0, 0.25

_terminal: list[TextIO] = []


def show_on(stream: TextIO) -> None:
    """Have the bars of `track` drawn on this stream from now on, where it is a terminal."""
    _terminal[:] = [stream]


class Bar:
    """Progress of a loop whose steps take about equally long; a context manager.

    Args:
      total: number of steps.
      what: what is done, such as "simulate policies".
      unit: what a step is, in the singular.
      plural: of the unit, where an s does not make it.
      stream: to draw on where it is a terminal; elsewhere, and with None, lines go to the log, the
        first after ten seconds.
      start: steps that are done already.
    """

    def __init__(
        self,
        total: int,
        what: str,
        unit: str,
        stream: TextIO | None = None,
        start: int = 0,
        plural: str = "",
    ) -> None:
        drawn = stream is not None and stream.isatty()
        self._bar = tqdm(
            total=total, desc=what, unit=unit, initial=start, file=stream, disable=not drawn
        )
        self._lines = not drawn
        self._total, self._what, self._units = total, what, plural or f"{unit}s"
        self._start = self._done = start
        self._began = time.monotonic()
        self._next = _QUIET

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self._bar.close()

    def update(self, steps: int = 1, values: str = "") -> None:
        """Say that more steps are done, and perhaps some values to show after the bar."""
        self._bar.set_postfix_str(values, refresh=False)
        self._bar.update(steps)
        self._done += steps
        elapsed = time.monotonic() - self._began
        if self._lines and elapsed >= self._next and self._done < self._total:
            self._next = max(elapsed + _QUIET, elapsed * (1 + _GROWTH))
            left = elapsed * (self._total - self._done) / max(self._done - self._start, 1)
            _log.info(
                f"{self._what}: {self._done} of {self._total} {self._units} after {elapsed:.0f} s, "
                f"about {left:.0f} s left{values and f' ({values})'}"
            )


def track(steps: Collection[_T], what: str, unit: str, plural: str = "") -> Iterator[_T]:
    """Steps one after the other, with a `Bar`; a single step has none."""
    stream = _terminal[0] if _terminal and len(steps) > 1 else None
    with Bar(len(steps), what, unit, stream, plural=plural) as bar:
        for step in steps:
            yield step
            bar.update()
