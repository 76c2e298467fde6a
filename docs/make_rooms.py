"""Draw the rooms of the package: docs/rooms.svg, and the table in docs/contributing.md.

    python docs/make_rooms.py            write both
    python docs/make_rooms.py --check    only say whether they are up to date

Arrows follow the imports, numbers the scripts of the workflow, texts the docstrings. Only the
places of the boxes are chosen here, by hand.
"""

import ast
import sys
import textwrap
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "efficient_augmentation"
SOURCE = ROOT / "src" / PACKAGE
PICTURE = ROOT / "docs/rooms.svg"
DOCUMENT = ROOT / "docs/contributing.md"
START, END = "<!-- rooms: made by docs/make_rooms.py -->\n", "<!-- end of rooms -->\n"

WAY = {
    "download": "published files",
    "make_dataset": "dataset.npz",
    "featurize": "features.npz",
    "score_points": "scores.csv",
    "simulate_policies": "curves.csv",
    "summarize_curves": "auc.csv",
    "select_points": "selection.csv",
    "write_selected": "selected/",
    "plot_transform": "figures/",
    "write_report": "report.html",
}
"""An image's way through the workflow: scripts in order, and what each of them writes."""

PLACES = {
    "report": (3, 0),
    "figures": (3, 1),
    "checks": (4, 1),
    "experiment": (2, 2),
    "config": (0, 3),
    "analysis": (3, 3),
    "simulation": (1, 4),
    "selection": (3, 4),
    "networks": (1, 5),
    "policies": (2, 5),
    "scores": (3, 5),
    "data": (0, 6),
    "transforms": (2, 6),
    "heads": (4, 6),
}
"""Column and floor of each room, floor 0 on top; an arrow has to lead to a floor below its own."""
FOUNDATIONS = ("files", "names")
"""Rooms under all others, drawn as bars without arrows."""

COLOURS = {
    "#e3eefa": ("transforms", "networks", "heads", "scores", "policies", "simulation", "selection"),
    "#e6f3e6": ("data", "files"),
    "#fbf0da": ("analysis", "checks", "figures", "report"),
    "#eeeeee": ("config", "experiment", "names"),
}
INK, LINE, NUMBER = "#222222", "#8a8f98", "#b3400f"

PITCH, BOX = (200, 136), (172, 90)
LEFT, TOP, WIDTH = 14, 14, 1000
FLOORS = 1 + max(floor for _, floor in PLACES.values())


# --- what there is --------------------------------------------------------------------------------


def rooms():
    """Names of the package's folders that hold modules, sorted."""
    return sorted(folder.parent.name for folder in SOURCE.glob("*/__init__.py"))


def arrows():
    """Which rooms each room imports, the doors left out.

    Returns: dict from room to a sorted list of rooms.
    """
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    for room in rooms():
        graph.squash_module(f"{PACKAGE}.{room}")
    found = {}
    for room in rooms():
        imported = graph.find_modules_directly_imported_by(f"{PACKAGE}.{room}")
        names = {name.removeprefix(f"{PACKAGE}.") for name in imported}
        found[room] = sorted(names & set(rooms()))
    return found


def steps():
    """Numbers of the steps of `WAY` whose scripts call each room.

    Returns: dict from room to a list of int; how files are written and named counts for none.
    """
    found = {room: [] for room in rooms()}
    for number, script in enumerate(WAY, start=1):
        tree = ast.parse((ROOT / f"workflow/scripts/{script}.py").read_text(encoding="utf-8"))
        modules = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        called = {name.split(".")[1] for name in modules if name.startswith(f"{PACKAGE}.")}
        for room in called - set(FOUNDATIONS):
            found[room].append(number)
    return found


def purpose(room):
    """First sentence of a room's docstring."""
    text = ast.get_docstring(ast.parse((SOURCE / room / "__init__.py").read_text("utf-8")))
    return " ".join(text.split("\n\n")[0].split())


def modules(room):
    """Names of a room's modules, sorted."""
    return sorted(path.stem for path in (SOURCE / room).glob("*.py") if path.stem != "__init__")


# --- the picture ----------------------------------------------------------------------------------


def picture():
    """The drawing as SVG."""
    imports, numbers = arrows(), steps()
    strange = set(rooms()) ^ {*PLACES, *FOUNDATIONS}
    if strange:
        raise ValueError(f"docs/make_rooms.py: PLACES and the rooms differ in {sorted(strange)}")
    parts = [_way()]
    parts += [_arrow(room, other, share) for room, other, share in _leaving(imports)]
    parts += [_room(room, numbers[room]) for room in PLACES]
    bottom = TOP + FLOORS * PITCH[1] - 20
    parts += [_bar(room, bottom + 50 * i, imports) for i, room in enumerate(FOUNDATIONS)]
    height = bottom + 50 * len(FOUNDATIONS) + 4
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            'font-family="system-ui, sans-serif" role="img" '
            'aria-label="The rooms of the package and which of them import which">',
            f'<rect width="{WIDTH}" height="{height}" rx="10" fill="#ffffff"/>',
            f'<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            f'markerHeight="7" orient="auto"><path d="M0,0 8,4 0,8z" fill="{LINE}"/></marker>',
            *parts,
            "</svg>\n",
        ]
    )


def _way():
    """The steps in two columns, where the picture has no rooms."""
    title = "An image's way: scripts, what they write; a number marks the rooms that a script calls"
    parts = [_text(LEFT, TOP + 16, title, 13)]
    half = (len(WAY) + 1) // 2
    for i, (script, file) in enumerate(WAY.items()):
        x, y = LEFT + i // half * 290, TOP + 48 + i % half * 40
        parts.append(_badge(x + 10, y, i + 1))
        parts.append(_text(x + 28, y + 5, script, 13, weight="bold"))
        parts.append(_text(x + 176, y + 5, file, 12, colour="#555555"))
    return "\n".join(parts)


def _corner(room):
    """Left upper corner of a room's box."""
    column, floor = PLACES[room]
    return LEFT + column * PITCH[0], TOP + floor * PITCH[1]


def _room(room, numbers):
    x, y = _corner(room)
    lines = textwrap.wrap(purpose(room), 27)
    parts = [_box(x, y, *BOX, room), _text(x + 10, y + 20, room, 15, weight="bold")]
    parts += [_text(x + 10, y + 37 + 14 * i, line, 11) for i, line in enumerate(lines)]
    parts += [_badge(x + BOX[0] - 14 - 21 * i, y + 15, n) for i, n in enumerate(numbers[::-1])]
    return "\n".join(parts)


def _bar(room, y, imports):
    users = [name for name in imports if room in imports[name]]
    lines = [purpose(room), f"Used by {', '.join(users)}."]
    parts = [_box(LEFT, y, WIDTH - 2 * LEFT, 40, room)]
    parts.append(_text(LEFT + 10, y + 25, room, 15, weight="bold"))
    parts += [_text(LEFT + 74, y + 17 + 14 * i, line, 11) for i, line in enumerate(lines)]
    return "\n".join(parts)


def _leaving(imports):
    """Arrows (room, other room, share of the box's width at which it leaves), left to right."""
    for room in PLACES:
        below = sorted((other for other in imports[room] if other in PLACES), key=PLACES.get)
        for number, other in enumerate(below):
            yield room, other, (number + 1) / (len(below) + 1)


def _arrow(room, other, share):
    """From the bottom of a box to the top of another; in between it keeps to the gaps."""
    x, y = _corner(room)
    points = [(x + BOX[0] * (0.15 + 0.7 * share), y + BOX[1])]
    (column, floor), (target, last) = PLACES[room], PLACES[other]
    if last <= floor:
        raise ValueError(f"docs/make_rooms.py: {room} imports {other}, which must stand lower")
    for between in range(floor + 1, last):
        straight = column + (target - column) * (between - floor) / (last - floor)
        # Lines to different rooms that share a gap stay apart.
        gap = _gap(straight, between, target) + 8 * (list(PLACES).index(other) % 3 - 1)
        ceiling = TOP + between * PITCH[1]
        points += [(gap, ceiling), (gap, ceiling + BOX[1])]
    x, y = _corner(other)
    points.append((x + BOX[0] * (0.5 + 0.1 * (column - target)), y - 2))
    return (
        f'<path d="{_path(points)}" fill="none" stroke="{LINE}" stroke-width="1.5" '
        'marker-end="url(#tip)"/>'
    )


def _gap(straight, floor, target):
    """Abscissa near a straight line at which no box of the floor stands."""
    taken = {column for column, other in PLACES.values() if other == floor}
    column = straight
    if round(straight) in taken:
        right = (straight, target) >= (round(straight), straight)
        column = round(straight) + (0.5 if right else -0.5)
    return LEFT + column * PITCH[0] + BOX[0] / 2


def _path(points):
    """Curves that leave and arrive upright."""
    (x, y), *rest = points
    parts = [f"M{x:.0f},{y:.0f}"]
    for a, b in rest:
        middle = (y + b) / 2
        parts.append(f"C{x:.0f},{middle:.0f} {a:.0f},{middle:.0f} {a:.0f},{b:.0f}")
        x, y = a, b
    return " ".join(parts)


def _box(x, y, width, height, room):
    (colour,) = (colour for colour, held in COLOURS.items() if room in held)
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{colour}" '
        f'stroke="{LINE}"/>'
    )


def _badge(x, y, number):
    return (
        f'<circle cx="{x}" cy="{y}" r="9.5" fill="{NUMBER}"/>'
        f'<text x="{x}" y="{y + 4}" font-size="11" font-weight="bold" text-anchor="middle" '
        f'fill="#ffffff">{number}</text>'
    )


def _text(x, y, text, size, colour=INK, weight="normal"):
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}">'
        f"{escape(text)}</text>"
    )


# --- the table ------------------------------------------------------------------------------------


def table():
    """Markdown table of the rooms, their modules, and the rooms that they import."""
    lines = ["| room | what it holds | modules | imports |", "|---|---|---|---|"]
    imports = arrows()
    for room in (*PLACES, *FOUNDATIONS):
        held = ", ".join(f"`{name}`" for name in modules(room))
        others = ", ".join(name for name in imports[room] if name != "names") or "none"
        lines.append(f"| `{room}/` | {purpose(room)} | {held} | {others} |")
    return "\n".join(lines)


def document(text):
    """The page with what stands between its markers made anew."""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"docs/contributing.md: no {START.strip()} with {END.strip()} after it")
    return before + start + table() + "\n" + end + after


def main(arguments):
    old = DOCUMENT.read_text(encoding="utf-8")
    wanted = {PICTURE: picture(), DOCUMENT: document(old)}
    for path, text in wanted.items():
        if arguments != ["--check"]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            sys.exit(f"{path.relative_to(ROOT)} is out of date: python docs/make_rooms.py")


if __name__ == "__main__":
    main(sys.argv[1:])
