"""What a config file says and YAML drops or changes."""

import pytest

from efficient_augmentation.config import as_written, effective
from shipped import shipped


def problems(tmp_path, text):
    (tmp_path / "mine.yaml").write_text(text)
    return as_written.problems(tmp_path / "mine.yaml")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: {C: 1}\nb: 2\na: {C: 2}\n", 3, "a stands in line 1 already, which is lost"),
        ("mine:\n  C: 1\n  C: 1\n", 3, "mine.C stands in line 2 already"),
        ("a: [{b: 1, b: 2}]\n", 1, "a[0].b stands in line 1 already"),
        (
            "classes: [010]\n",
            1,
            'classes[0]: 010 is 8 to YAML; write 8, or, if it is a name, "010"',
        ),
        ("classes:\n  - 16:9\n", 2, "classes[0]: 16:9 is 969 to YAML"),
        ("rounds: 1_0\n", 1, "rounds: 1_0 is 10 to YAML; write 10"),
        ("rounds: 0x10\n", 1, "rounds: 0x10 is 16 to YAML"),
        ("a: &a {b: 1}\nc: {<<: *a, <<: *a}\n", 2, "c.<< stands in line 2 already; write one, wi"),
        ('{"a": 1, "a": 2}', 1, "a stands in line 1 already"),
    ],
)
def test_what_would_be_lost_is_named_with_its_line(tmp_path, text, line, said):
    (found,) = problems(tmp_path, text)
    assert found.startswith(f"{tmp_path}/mine.yaml, line {line}: {said}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: '010'\nb: 0\nc: -5\nd: +5\ne: 1.50\nf: 1e3\n",
        "a: &one {b: 1}\nc: {<<: *one, b: 2}\nd: [*one, *one]\n",
        "a: &one [*one]\n",
        "? [1, 2]\n: 3\n",
        "not: [closed\n",
    ],
)
def test_nothing_against_what_is_read_as_written(tmp_path, text):
    assert problems(tmp_path, text) == []


def test_the_file_stands_first_among_all_problems(tmp_path):
    (tmp_path / "mine.yaml").write_text("a: 1\na: 2\n")
    files = [tmp_path / "mine.yaml", tmp_path / "gone.yaml"]
    found = effective.problems(shipped(mine={"rounds": 0}), files=files)
    assert [text.partition(": ")[0] for text in found] == [
        f"{tmp_path}/mine.yaml, line 2",
        "experiments.mine.rounds",
    ]
