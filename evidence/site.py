"""`python -m evidence.site`: the documents as one folder of plain Markdown, and a site of it that opens offline: `make docs`.

The folder `build/docs` has the paths of the repository, so that links between pages hold as they are; notebooks are carried out and become
Markdown. What makes HTML of it is mkdocs.yml alone.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from evidence.reference.__main__ import main as write_reference

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = ("README.md", "SECURITY.md", "CHANGELOG.md", "docs", "experiments/regions/six-provinces/README.md")
"""files, and folders with all that is in them"""
LINK: Final = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
ESCAPE: Final = re.compile("\x1b\\[[0-9;]*m")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 done, 1 where the site cannot be built, 2 where mkdocs is missing."""
    parser = argparse.ArgumentParser(prog="python -m evidence.site", description="The documents as a site that opens offline.")
    parser.add_argument("--out", type=Path, default=ROOT / "build", metavar="DIR", help="pages go to DIR/docs, the site to DIR/site")
    parser.add_argument("--as-they-are", action="store_true", help="notebooks without their outputs: nothing is carried out")
    asked = parser.parse_args(arguments)
    if find_spec("material") is None:
        sys.stderr.write("evidence.site: mkdocs-material is missing: pip install -e '.[docs]'\n")
        return 2
    write_reference()
    pages = asked.out.resolve() / "docs"
    gather(pages, not asked.as_they_are)
    settings = asked.out.resolve() / "mkdocs.yml"
    shutil.copy(ROOT / "mkdocs.yml", settings)
    build = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--clean", "-f", str(settings)]
    built = subprocess.run(build, check=False, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    sys.stderr.write(f"{asked.out / 'site' / 'index.html'}\n" if not built.returncode else "")
    return min(built.returncode, 1)


def gather(folder: Path, carry_out: bool) -> None:
    """Copies every page to `folder`, under its path in the repository."""
    shutil.rmtree(folder, ignore_errors=True)
    files = [path for name in PAGES for path in ((ROOT / name).rglob("*") if (ROOT / name).is_dir() else [ROOT / name]) if path.is_file()]
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    there = {*files, *notebooks}
    for path in files:
        place = folder / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            place.write_text(linked(path.read_text(encoding="utf-8"), path, there), encoding="utf-8")
        else:
            shutil.copy(path, place)
    for path in notebooks:
        place = folder / "notebooks" / f"{path.stem}.md"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(linked("".join(notebook(path, place.parent, carry_out)), path, there), encoding="utf-8")


def linked(text: str, path: Path, there: set[Path]) -> str:
    """The text with links that hold in the folder: notebooks are pages, and what is no page is named only."""

    def replaced(match: re.Match[str]) -> str:
        mark, words, target = match.groups()
        name, _, anchor = target.partition("#")
        if not name or re.match("[a-z]+:", target):
            return match[0]
        if (path.parent / name).resolve() not in there:
            return words
        return f"{mark}[{words}]({re.sub('ipynb$', 'md', name)}{'#' + anchor if anchor else ''})"

    return LINK.sub(replaced, text)


def notebook(path: Path, folder: Path, carry_out: bool) -> Iterator[str]:
    """The cells of a notebook as Markdown; pictures stand beside the page."""
    for number, cell in enumerate(_cells(path, carry_out)):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield f"{source}\n\n"
            continue
        yield f"```python\n{source}\n```\n\n"
        for place, output in enumerate(cell.get("outputs", ())):
            yield _output(output, folder, f"{path.stem}-{number}-{place}.png")


def _cells(path: Path, carry_out: bool) -> Any:
    if not carry_out:
        return json.loads(path.read_text(encoding="utf-8"))["cells"]
    import nbformat
    from nbclient import NotebookClient

    made = nbformat.read(path, as_version=4)
    NotebookClient(made, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    return made["cells"]


def _output(output: Any, folder: Path, name: str) -> str:
    """One output of a cell: its picture, its table, or its text."""
    data = output.get("data", {})
    if "image/png" in data:
        (folder / name).write_bytes(base64.b64decode("".join(data["image/png"])))
        return f"![output]({name})\n\n"
    if "text/html" in data:
        html = re.sub(r"<style.*?</style>", "", "".join(data["text/html"]), flags=re.DOTALL)
        return "".join(line.strip() + "\n" for line in html.splitlines() if line.strip()) + "\n"
    text = "".join(data.get("text/plain", output.get("text", "")))
    return f"```text\n{ESCAPE.sub('', text).rstrip()}\n```\n\n" if text else ""


if __name__ == "__main__":
    sys.exit(main())
