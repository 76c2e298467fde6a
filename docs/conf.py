"""The site: `make docs` builds it into site/, with every warning an error."""

import importlib
import re
import sys
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "docs")]

import docstrings  # noqa: E402

project = "efficient-augmentation"
html_title = project
html_theme = "furo"
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_css_files = ["site.css"]
html_static_path = ["_static"]

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
nitpicky = True
nitpick_ignore = [("py:class", "jax.numpy.float32")]
highlight_language = "text"
smartquotes = False
myst_heading_anchors = 3
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_preserve_defaults = True
autodoc_typehints = "none"
add_module_names = False

# Names that a Markdown page or a docstring gives in backticks, as it stands in the API reference.
_NAME = re.compile(r"^[A-Za-z]\w*(\.\w+)+(\(.*\))?$")


def setup(app):
    app.connect("source-read", _complete)
    app.connect("autodoc-process-docstring", _docstring)
    app.connect("autodoc-process-signature", _signature)
    app.connect("autodoc-skip-member", _skip)
    app.connect("doctree-read", _link_names)
    app.connect("build-finished", _refuse_requests)


def _complete(app, name, source):
    """Modules that no page shows; and Markdown files beside docs/, which are no pages, as files."""
    if name == "api/workflow":
        pages = [path.read_text(encoding="utf-8") for path in (ROOT / "docs/api").glob("*.md")]
        shown = {module for page in pages for module in docstrings.shown_modules(page)}
        source[0] += docstrings.sections(sorted(set(docstrings.public_modules()) - shown))
    source[0] = re.sub(r"\]\((\.\./[^)#]+\.md)", r"](path:\1", source[0])


def _docstring(app, what, name, thing, options, lines):
    lines[:] = docstrings.to_rest(lines)


def _signature(app, what, name, thing, options, signature, returns):
    """Flax gives every network two arguments of its own."""
    return re.sub(r"(, )?parent=<flax[^>]*>, name=None", "", signature or "") or None, returns


def _skip(app, what, name, thing, skip, options):
    """Named tuples explain their fields under Attributes; types of settings name themselves."""
    return True if type(thing).__name__ in ("_tuplegetter", "_AnnotatedAlias") else None


def _link_names(app, doctree):
    for literal in list(doctree.findall(nodes.literal)):
        if isinstance(literal.parent, nodes.reference | addnodes.pending_xref):
            continue
        if target := _documented(literal.astext()):
            link = addnodes.pending_xref(
                "",
                refdomain="py",
                reftype="obj",
                reftarget=target,
                refexplicit=True,
                refdoc=app.env.docname,
                refwarn=True,
            )
            literal.replace_self(link)
            link += literal


def _documented(text):
    """Full name of a function or class of the package that a text such as `scores.loss` names."""
    if not _NAME.match(text):
        return None
    name = text.partition("(")[0].removeprefix(f"{docstrings.PACKAGE}.")
    module, _, member = f"{docstrings.PACKAGE}.{name}".rpartition(".")
    if module not in docstrings.public_modules() or member.startswith("_"):
        return None
    found = getattr(importlib.import_module(module), member, None)
    return f"{module}.{member}" if getattr(found, "__doc__", None) and callable(found) else None


def _refuse_requests(app, error):
    """A page must show itself without the network."""
    if error or app.builder.format != "html":
        return
    loads = re.compile(
        r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"(?:https?:)?//[^\"]*"
        r"|<link\b(?![^>]*rel=\"(?:canonical|edit)\")[^>]*\bhref=\"(?:https?:)?//[^\"]*"
        r"|(?:@import\s+|url\()[\"']?(?:https?:)?//[^\"')]*"
    )
    folder = Path(app.outdir)
    found = [
        f"{path.relative_to(folder)}: {match[0]}"
        for pattern in ("*.html", "*.css")
        for path in sorted(folder.rglob(pattern))
        for match in loads.finditer(path.read_text(encoding="utf-8"))
    ]
    if found:
        raise ExtensionError("\n".join(["these pages load something from elsewhere:", *found]))
