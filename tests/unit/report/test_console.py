import io
import json

from efficient_augmentation.report import console


def test_answers_warnings_and_the_reports_path_come_last(tmp_path):
    settings = {
        "one": {"transforms": {"crop": {}, "rotate": {}}},
        "two": {"transforms": {"crop": {}}},
    }
    said = {"one/crop": "Augment 2.", "one/rotate": "Augment 3. " * 30, "two/crop": "Augment none."}
    for path, words in said.items():
        (tmp_path / path).mkdir(parents=True)
        answer = {"answer": words, "warnings": ["Few cats."] if "two" in path else []}
        answer["test_images"] = f"Train on all {path[:3]}."
        (tmp_path / path / "selection.json").write_text(json.dumps(answer), encoding="utf-8")
    found = console.lines(tmp_path, settings)
    assert found[0] == "one, crop: Augment 2."
    assert found[1].startswith("one, rotate: Augment 3.")
    assert max(map(len, found)) <= console.WIDTH
    # Once an experiment: it is the same for all of its transforms.
    assert found[-4:] == [
        *("two, crop: Augment none.", "  Warning: Few cats."),
        *("one: Train on all one.", "two: Train on all two."),
    ]
    (tmp_path / "report.html").touch()
    assert console.lines(tmp_path, settings)[-1] == f"Report: {tmp_path / 'report.html'}"
    assert console.lines(tmp_path / "nowhere", settings) == []


def test_a_terminal_gets_escapes_for_what_it_cannot_show_or_would_obey():
    for encoding, shown in {
        "ascii": "\\u732b \\xe9",
        "latin-1": "\\u732b é",
        "utf-8": "猫 é",
    }.items():
        stream = io.TextIOWrapper(io.BytesIO(), encoding)
        console.show(["", "猫 é", "a\x1b[2J\ud800"], stream)
        stream.flush()
        assert stream.buffer.getvalue().decode(encoding) == f"\n{shown}\na\\x1b[2J\\ud800\n"
    stream = io.StringIO()
    console.show(["猫"], stream)
    assert stream.getvalue() == "猫\n"
