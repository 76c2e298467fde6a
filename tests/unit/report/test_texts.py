"""What the report says in words."""

from efficient_augmentation.report import texts


def test_classes_are_named_with_what_figures_call_them():
    assert texts.describe_classes(["3", "8"]) == "class 3 against 8"
    assert texts.describe_classes(["a", "猫", "c"]) == "3 classes: a, 猫 (#1 in figures), c"


def test_of_many_classes_those_that_figures_number_are_all_named():
    names = [f"{'猫' if i in (3, 30) else 'c'}{i}" for i in range(40)]
    said = texts.describe_classes(names)
    first = [f"{name} (#3 in figures)" if i == 3 else name for i, name in enumerate(names[:20])]
    assert said == f"40 classes: {', '.join(first)}, 猫30 (#30 in figures), ..."
