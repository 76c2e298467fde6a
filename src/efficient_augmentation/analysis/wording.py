"""Names of policies and series, and numbers, as tables, figures and sentences show them."""

from efficient_augmentation.names import policies


def policy(name):
    """A policy's name for people: "proportional + update"."""
    parsed = policies.parse(name)
    modifiers = [m for m in policies.MODIFIERS if getattr(parsed, m)]
    label = parsed.rule.label
    if parsed.exponent is not None:
        label += f" {parsed.exponent:g}"
    return " + ".join([label, *modifiers])


def series(score, name, clusters=0):
    """A policy's series for people: "influence (proportional, 50 clusters)"."""
    label = policy(name)
    if policies.parse(name).blind:
        return f"{label}, {clusters} clusters" if clusters else label
    return f"{score} ({label}{f', {clusters} clusters' if clusters else ''})"


def percent(share, digits=0):
    """A share for people: 0.914 becomes "91 %"."""
    return f"{100 * share:.{digits}f} %"


def accuracy_digits(floor, ceiling):
    """Digits, 1 to 3, with which two accuracies in percent show a tenth of their gap."""
    gap = abs(ceiling - floor)
    return next((d for d in (1, 2) if gap == 0 or gap >= 0.999 * 10.0 ** -(d + 1)), 3)
