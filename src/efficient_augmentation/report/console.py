"""The answers of a finished run, for the terminal."""

import json
import textwrap
from pathlib import Path

WIDTH = 100


def lines(results, experiments):
    """The answer of every transform with its warnings, and the report's path.

    After the transforms comes what to do with the test images of each experiment.

    Args:
      results: folder of the results.
      experiments: mapping from names to effective settings; those without an answer are left out.
    Returns: list of str.
    """
    results, found, held_out = Path(results), [], {}
    for name, settings in experiments.items():
        for transform in settings["transforms"]:
            path = results / name / transform / "selection.json"
            if path.is_file():
                answer = json.loads(path.read_text(encoding="utf-8"))
                found += _block(f"{name}, {transform}: {answer['answer']}")
                for text in answer["warnings"]:
                    found += _block(f"Warning: {text}", "  ")
                held_out[name] = answer.get("test_images", "")
    # A list that an older version made does not say it.
    for name, text in held_out.items():
        found += _block(f"{name}: {text}") if text else []
    page = results / "report.html"
    return [*found, f"Report: {page.absolute()}"] if page.is_file() else found


def show(texts, stream):
    """Write lines, with escapes for control characters and for what the terminal has no code for.

    Args:
      texts: list of str.
      stream: text stream, such as sys.stdout.
    """
    encoding = getattr(stream, "encoding", None) or "utf-8"
    for text in texts:
        shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
        print(shown.encode(encoding, "backslashreplace").decode(encoding), file=stream)


def _block(text, indent=""):
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ")
