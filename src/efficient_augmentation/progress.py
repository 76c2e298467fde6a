"""Progress of long loops: a bar on a terminal; otherwise lines in the log, with the time left."""

import logging
import time
from collections.abc import Collection, Iterator
from typing import Any, Self, TextIO, TypeVar

from tqdm import tqdm

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
# Seconds before the first line and at least between lines, and the share of the time elapsed that
# must pass before the next line.
_QUIET, _GROWTH = 10.0, 0.25

_terminal: list[TextIO] = []


def show_on(stream: TextIO) -> None:
    """Draw the bars of `track` on this stream from now on, if it is a terminal."""
    _terminal[:] = [stream]


class Bar:
    """Progress of a loop whose steps take about equally long; a context manager.

    Args:
      total: number of steps.
      what: what is done, such as "simulate policies".
      unit: what a step is, in the singular.
      stream: text stream for the bar; if it is no terminal, or None, lines go to the log instead,
        the first after ten seconds.
      start: number of steps that are done already.
      plural: plural of the unit, if it is not the unit with an s.
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
        """Report steps that are done and, optionally, values to show after the bar."""
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
    """Iterate over steps and show a `Bar`; a single step gets none."""
    stream = _terminal[0] if _terminal and len(steps) > 1 else None
    with Bar(len(steps), what, unit, stream, plural=plural) as bar:
        for step in steps:
            yield step
            bar.update()
