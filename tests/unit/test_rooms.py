"""The picture of the rooms is current, and what docs/contributing.md names is there."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/contributing.md"
SOURCE = ROOT / "src/efficient_augmentation"

sys.path.insert(0, str(ROOT / "docs"))
import make_rooms  # noqa: E402


@pytest.fixture(scope="module")
def imports():
    return make_rooms.arrows()


def test_the_picture_is_current():
    assert make_rooms.PICTURE.read_text(encoding="utf-8") == make_rooms.picture(), (
        "python docs/make_rooms.py"
    )


def test_the_table_is_current():
    text = PAGE.read_text(encoding="utf-8")
    assert text == make_rooms.document(text), "python docs/make_rooms.py"


def test_arrows_are_the_imports_that_the_files_hold(imports):
    """By text, where the script asks the graph of a library."""
    for room in make_rooms.rooms():
        texts = [path.read_text(encoding="utf-8") for path in (SOURCE / room).glob("*.py")]
        found = set()
        for text in texts:
            found |= set(re.findall(r"^\s*from efficient_augmentation\.(\w+)", text, re.M))
        assert set(imports[room]) == (found & set(make_rooms.rooms())) - {room}


def test_steps_are_scripts_that_rules_run_and_files_that_rules_name():
    rules = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    for script, file in make_rooms.WAY.items():
        assert f"{script}.py" in rules
        assert file == "published files" or file.strip("/") in rules
    assert make_rooms.steps()["data"][:2] == [1, 2]


def test_a_page_without_the_markers_is_left_alone():
    with pytest.raises(ValueError, match="end of rooms"):
        make_rooms.document(make_rooms.START)


def test_a_room_without_a_place_is_named(monkeypatch):
    monkeypatch.delitem(make_rooms.PLACES, "heads")
    with pytest.raises(ValueError, match="heads"):
        make_rooms.picture()


def test_an_arrow_must_lead_down(monkeypatch):
    monkeypatch.setitem(make_rooms.PLACES, "heads", (4, 0))
    with pytest.raises(ValueError, match="imports heads, which must stand lower"):
        make_rooms.picture()


def named(pattern):
    """Texts in backticks of docs/contributing.md that match, outside of blocks of code."""
    text = re.sub(r"^```.*?^```", "", PAGE.read_text(encoding="utf-8"), flags=re.M | re.S)
    return sorted(
        {text for text in re.findall(r"`([^`\n]+)`", text) if re.fullmatch(pattern, text)}
    )


PATHS = named(r"[\w./-]+/[\w./-]+|[\w-]+\.(?:py|smk|yaml|md|toml)")
MEMBERS = named(r"(?:[a-z]\w*\.)+(?!csv\b|npz\b|yaml\b)\w+")
TESTS = named(r"test_\w+")
FOLDERS = (
    *("", "src/efficient_augmentation/", "config/", "docs/"),
    *("workflow/rules/", "workflow/scripts/"),
)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_exists(path):
    assert any((ROOT / folder / path).exists() for folder in FOLDERS)


@pytest.mark.parametrize("name", [n for n in MEMBERS if (SOURCE / n.split(".")[0]).is_dir()])
def test_every_name_in_a_room_exists(name):
    """`room.module`, `room.module.NAME`, or `room.NAME`, a door of the room's own."""
    room, *rest = name.split(".")
    module = SOURCE / room / f"{rest[0]}.py"
    file = module if module.exists() else SOURCE / room / "__init__.py"
    for part in rest if file != module else rest[1:]:
        assert re.search(rf'^\s*(?:def |class |")?{part}\b', file.read_text("utf-8"), re.M)


@pytest.mark.parametrize("name", TESTS)
def test_every_test_exists(name):
    files = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    assert any(f"def {name}(" in text for text in files)
