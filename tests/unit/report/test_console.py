import json

from efficient_augmentation.report import console


def test_answers_warnings_and_the_reports_path_come_last(tmp_path):
    settings = {
        "one": {"transforms": {"crop": {}, "rotate": {}}},
        "two": {"transforms": {"crop": {}}},
    }
    for path, words in (("one/rotate", "Augment 3. " * 30), ("two/crop", "Augment none.")):
        (tmp_path / path).mkdir(parents=True)
        answer = {"answer": words, "warnings": ["Few cats."] if "two" in path else []}
        (tmp_path / path / "selection.json").write_text(json.dumps(answer), encoding="utf-8")
    found = console.lines(tmp_path, settings)
    assert found[0].startswith("one, rotate: Augment 3.")
    assert max(map(len, found)) <= console.WIDTH
    assert found[-2:] == ["two, crop: Augment none.", "  Warning: Few cats."]
    (tmp_path / "report.html").touch()
    assert console.lines(tmp_path, settings)[-1] == f"Report: {tmp_path / 'report.html'}"
    assert console.lines(tmp_path / "nowhere", settings) == []
