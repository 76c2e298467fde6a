"""Which tests share a process where several run them."""

import pytest


# First, because the plugin that spreads tests over processes reads the marks in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A file's tests share one, and all on the finished workflow, which others would make again.

    Those start first, for they take longest.
    """
    for item in items:
        shared = "finished" if _on_finished_workflow(item) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(shared))
    items.sort(key=lambda item: not _on_finished_workflow(item))


def _on_finished_workflow(item):
    return "finished" in getattr(item, "fixturenames", ())
