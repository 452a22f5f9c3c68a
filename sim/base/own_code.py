"""Code of a user's own, found by the place of its file in a folder, never by the path that Python searches.

A name such as `greedy` stands for `greedy.py` in the folder, `ideas.greedy` for `ideas/greedy.py`. A folder's files become modules of a
package with a name of its own: they hide no other module, whatever they are called, and no other module hides them. A file takes what
stands in its folder with `from .other import ...`.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from hashlib import sha256
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any

from shengdian.sim.base.errors import InputError

_LOADING = RLock()
_STAMPS: dict[str, dict[Path, tuple[int, int]]] = {}
"""by package, the files that were imported, each with the time and size that it had then"""


def place(name: str, folder: str | Path) -> Path | None:
    """The file that a dotted name stands for in `folder`; None where there is none, or where `folder` is empty."""
    parts = name.split(".")
    if not str(folder) or not all(part.isidentifier() for part in parts):
        return None
    paths = (Path(folder, *parts, "__init__.py"), Path(folder, *parts[:-1], f"{parts[-1]}.py"))
    try:
        return next((path for path in paths if path.is_file()), None)
    except OSError:  # a name too long for any file
        return None


def find(name: str, attribute: str, folder: str | Path) -> Any:
    """The `attribute` of a module: of the file in `folder` that `name` stands for, else of a module that Python finds by a name with a dot.

    A file that has changed since it was imported is imported again. Raises InputError with one sentence where there is no such module,
    where it cannot be imported, or where it has no such attribute.
    """
    try:
        return getattr(_module(name, folder), attribute)
    except AttributeError as cause:
        raise InputError(f"{place(name, folder) or f'module {name}'} has no {attribute}") from cause


def folder_of(name: str, folder: str | Path) -> Path:
    """Where the module stands that `find` finds. Raises InputError as `find` does."""
    return Path(_module(name, folder).__file__ or "").parent


def package_of(folder: Path) -> str:
    """The name of the package that a folder's files are imported as."""
    return f"shengdian_own_{sha256(str(folder).encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _module(name: str, folder: str | Path) -> ModuleType:
    file = place(name, folder)
    return _of_python(name, folder) if file is None else _of_file(name, file, Path(folder).resolve())


def _of_python(name: str, folder: str | Path) -> ModuleType:
    searched = f"there is no {name.replace('.', '/')}.py in {folder or 'a folder of your own'}"
    if "." not in name or not all(part.isidentifier() for part in name.split(".")):
        raise InputError(searched)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as cause:
        raise InputError(f"{searched}, and Python finds no module {cause.name!r}") from cause
    except Exception as cause:
        raise InputError(f"module {name} cannot be imported ({type(cause).__name__}: {cause})") from cause


def _of_file(name: str, file: Path, folder: Path) -> ModuleType:
    package = package_of(folder)
    full = f"{package}.{name}"
    with _LOADING:
        if any(_stamp(known) != stamp for known, stamp in _STAMPS.get(package, {}).items()):
            _forget(package)
        if full in sys.modules:
            return sys.modules[full]
        if package not in sys.modules:
            root = ModuleType(package, f"Files of {folder}.")
            root.__path__ = [str(folder)]
            sys.modules[package] = root
        importlib.invalidate_caches()
        try:
            found = importlib.import_module(full)
        except Exception as cause:
            _forget(package)
            raise InputError(f"{file} cannot be imported ({_reason(cause, folder)})") from cause
        modules = [module for key, module in sys.modules.items() if key.startswith(f"{package}.")]
        _STAMPS[package] = {Path(module.__file__): _stamp(Path(module.__file__)) for module in modules if module.__file__}
        return found


def _forget(package: str) -> None:
    """So that its files are imported again."""
    _STAMPS.pop(package, None)
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _reason(cause: Exception, folder: Path) -> str:
    """What is wrong, and in which line; what stands in the folder is imported with a dot."""
    if isinstance(cause, SyntaxError):
        return f"line {cause.lineno}: {cause.msg}"
    lines = [frame.lineno for frame in traceback.extract_tb(cause.__traceback__) if Path(frame.filename).is_relative_to(folder)]
    where = f"line {lines[-1]}: " if lines else ""
    missing = cause.name if isinstance(cause, ModuleNotFoundError) else None
    hint = f"; for a file of your own write `from .{missing} import ...`" if missing and place(missing, folder) else ""
    return f"{where}{type(cause).__name__}: {cause}{hint}"
