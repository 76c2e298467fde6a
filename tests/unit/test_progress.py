"""Progress of long loops, with a clock of the test's own."""

import io
import logging

import pytest

from efficient_augmentation import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    seconds = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: seconds[0])
    return seconds


def lines(caplog):
    return [record.getMessage() for record in caplog.records]


def test_a_long_loop_writes_lines_with_the_time_left(clock, caplog):
    with caplog.at_level(logging.INFO, "efficient_augmentation"):
        for _ in progress.track(range(10), "simulate policies", "budget"):
            clock[0] += 6
    assert lines(caplog)[0] == "simulate policies: 2 of 10 budgets after 12 s, about 48 s left"
    # Not one after every step, and none when all is done.
    assert 2 <= len(lines(caplog)) <= 5
    assert "10 of 10" not in caplog.text


def test_steps_that_were_done_before_do_not_count_for_the_time_left(clock, caplog):
    with (
        caplog.at_level(logging.INFO, "efficient_augmentation"),
        progress.Bar(10, "train", "epoch", start=5) as bar,
    ):
        clock[0] += 20
        bar.update(1)
    assert lines(caplog) == ["train: 6 of 10 epochs after 20 s, about 80 s left"]


def test_a_short_loop_says_nothing(clock, caplog):
    with caplog.at_level(logging.INFO, "efficient_augmentation"):
        assert list(progress.track([3, 1, 2], "choose C", "value")) == [3, 1, 2]
    assert not caplog.records


def test_a_terminal_has_a_bar_and_no_lines(clock, caplog, monkeypatch):
    monkeypatch.setattr(progress, "_terminal", [])
    terminal = Terminal()
    progress.show_on(terminal)
    with caplog.at_level(logging.INFO, "efficient_augmentation"):
        for _ in progress.track(range(4), "score points", "fit"):
            clock[0] += 30
    assert "score points: 100%" in terminal.getvalue()
    assert not caplog.records
