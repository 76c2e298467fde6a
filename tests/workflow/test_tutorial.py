"""The tutorial on one's own images, run as it stands, in a fresh checkout."""

from conftest import ROOT
from pages import follow

TUTORIAL = ROOT / "docs/own_images.md"


def test_tutorial_does_what_it_says(fresh):
    kinds = follow(TUTORIAL, fresh.tree)
    assert len(kinds) == TUTORIAL.read_text().count("<!-- ") > 15
    assert {"file", "run", "prints"} == set(kinds)
