"""What policies look like."""

from efficient_augmentation.figures import looks
from efficient_augmentation.names import policies


def test_every_policy_has_a_look_of_its_own_in_colour_and_in_grey():
    bases = (*policies.BASES, "random_power_0.5")
    fixed = [b for b in bases if policies.unordered(b)]
    names = [b + m for b in bases for m in ("", "_downweight")]
    names += [f"{b}_update" for b in bases if b not in fixed]
    seen = [looks.look(name) for name in names]
    assert len(set(seen)) == len(names)
    assert len({(look.dash, look.marker) for look in seen}) == len(names)


def test_powers_darken_with_the_exponent():
    colors = [looks.look(f"random_power_{a}").color for a in ("0.25", "0.5", "2", "4")]
    light = [sum(int(color[k : k + 2], 16) for k in (1, 3, 5)) for color in colors]
    assert sorted(light, reverse=True) == light
    assert len(set(colors)) == 4


def test_lighter_mixes_with_white():
    assert looks.lighter("#000000", 0) == "#000000"
    assert looks.lighter("#0072b2", 1) == "#ffffff"
    assert looks.lighter("#000000", 0.5) == "#808080"
