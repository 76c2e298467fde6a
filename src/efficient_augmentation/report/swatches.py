"""Small pictures of a policy's line and marker, for tables and the glossary."""

import jinja2

from efficient_augmentation.figures import looks

MARKERS = {
    "o": '<circle cx="17" cy="6" r="3"/>',
    "s": '<rect x="14" y="3" width="6" height="6"/>',
    "^": '<path d="M17 2.4l3.5 6.4h-7z"/>',
    "v": '<path d="M17 9.6l3.5-6.4h-7z"/>',
    "D": '<path d="M17 2l4 4-4 4-4-4z"/>',
    "P": '<path d="M15.7 2.5h2.6v2.2h2.2v2.6h-2.2v2.2h-2.6v-2.2h-2.2v-2.6h2.2z"/>',
    "p": '<path d="M17 2.4l3.5 2.6-1.3 4.1h-4.4l-1.3-4.1z"/>',
    "<": '<path d="M13.4 6l6.4-3.5v7z"/>',
    "X": '<path d="M15 2.5l2 2 2-2 1.5 1.5-2 2 2 2-1.5 1.5-2-2-2 2-1.5-1.5 2-2-2-2z"/>',
    ">": '<path d="M20.6 6l-6.4-3.5v7z"/>',
    "d": '<path d="M17 2l2.4 4-2.4 4-2.4-4z"/>',
    "h": '<path d="M17 2.4l3.1 1.8v3.6l-3.1 1.8-3.1-1.8v-3.6z"/>',
    "H": '<path d="M13.4 6l1.8-3.1h3.6l1.8 3.1-1.8 3.1h-3.6z"/>',
    "8": '<path d="M15.6 2.6h2.8l2 2v2.8l-2 2h-2.8l-2-2v-2.8z"/>',
    (4, 1, 0): '<path d="M17 2l1.2 2.8 2.8 1.2-2.8 1.2-1.2 2.8-1.2-2.8-2.8-1.2 2.8-1.2z"/>',
    (4, 1, 45): '<path d="M14.2 3.2l2.8 1.1 2.8-1.1-1.1 2.8 1.1 2.8-2.8-1.1-2.8 1.1 1.1-2.8z"/>',
    (5, 1, 0): (
        '<path d="M17 1.8L15.8 4.3L13 4.7L15 6.6L14.5 9.4'
        'L17 8.1L19.5 9.4L19 6.6L21 4.7L18.2 4.3z"/>'
    ),
    (6, 1, 0): (
        '<path d="M17 1.8L15.9 4.2L13.4 3.9L14.9 6L13.4 8.1L15.9 7.8'
        'L17 10L18.1 7.8L20.6 8.1L19.1 6L20.6 3.9L18.1 4.2z"/>'
    ),
    (5, 1, 180): (
        '<path d="M17 10L18.2 7.7L21 7.3L19 5.4L19.5 2.6L17 3.9L14.5 2.6L15 5.4L13 7.3L15.8 7.7z"/>'
    ),
}
"""Markers of policies as SVG, in a picture of 34 by 12."""


def swatch(policy):
    """A policy's line and marker as a small inline picture, the same as in the figures."""
    look = looks.look(policy)
    dash = ""
    if look.dash:
        lengths = " ".join(f"{look.width * 1.3 * d:.1f}" for d in look.dash)
        dash = f' stroke-dasharray="{lengths}"'
    return jinja2.filters.Markup(
        f'<svg class="swatch" viewBox="0 0 34 12" aria-hidden="true">'
        f'<path d="M1 6h32" stroke="{look.color}" stroke-width="{look.width * 1.3:.1f}"{dash}/>'
        f'<g fill="{look.face}" stroke="{look.color}">{MARKERS[look.marker]}</g></svg>'
    )
