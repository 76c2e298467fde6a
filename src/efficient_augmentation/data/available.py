"""Whether any source offers published files, found out without downloading them."""

import urllib.error
import urllib.request
from pathlib import Path

from efficient_augmentation.data import published

SECONDS = 5.0
"""How long a server may take to say whether it has a file."""


def lacking(targets, mirrors=()):
    """Why published files cannot be obtained.

    A file can be obtained if it is there already, if a mirror that is a folder holds it, or if a
    publisher or another mirror says that it has it. Only the download shows whether it is intact.

    Args:
      targets: paths <folder>/<data set>/<name> where the workflow keeps the files.
      mirrors: local folders or URLs, as `download.fetch` takes them.
    Returns: str that names the first file that nobody has and the places asked, or None.
    Cost: up to `SECONDS` for each address that does not answer.
    """
    for target in map(Path, targets):
        source = published.find(target.parent.name, target.name)
        places = [f"{str(m).rstrip('/')}/{source.dataset}/{source.name}" for m in mirrors]
        places += source.urls
        if not target.is_file() and not any(map(_answers, places)):
            asked = [target.parent, *(place.removesuffix(source.name) for place in places)]
            return f"{source.name} is in none of {', '.join(map(str, asked))}"
    return None


def _answers(place):
    if not place.startswith(("http://", "https://")):
        return Path(place.removeprefix("file://")).expanduser().is_file()
    request = urllib.request.Request(place, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):
            return True
    except (OSError, ValueError):
        return False
