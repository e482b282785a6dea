"""`monitor init`: a folder to work in, with every setting at its default and an example programme to look at."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from monitor.errors import StoreError

EXAMPLE = "eurohpc-ai-factories"


def make_home(home: Path) -> Iterator[tuple[Path, bool]]:
    """Each file of the home, and whether it was made now; files that exist are never touched. Raises StoreError when the disk refuses."""
    try:
        yield from _written(home / "monitor.toml", settings_text())
        for source in sorted(example_folder().iterdir(), key=lambda f: f.name):
            if source.name.endswith(".toml"):
                yield from _written(home / "baseline" / EXAMPLE / source.name, source.read_text("utf-8"))
    except OSError as error:
        raise StoreError(f"{error.filename or home} cannot be made: {error.strerror or error}") from error


def settings_text() -> str:
    """monitor.toml with every setting commented out at its default, and what it means."""
    from monitor.baseline.written import toml
    from monitor.config import Settings

    lines = ["# Settings of this home. A line without the # in front takes effect; MONITOR_<NAME> in the environment wins over it.", ""]
    for name, field in Settings.model_fields.items():
        if name != "home":
            default = field.get_default()
            lines += [f"# {field.description}", f"# {name} = {toml('' if default is None else default)}", ""]
    return "\n".join(lines)


def example_folder() -> Traversable:
    """The example programme: inside the package when installed, at the top of the repository in a checkout."""
    packaged = files("monitor") / "_example"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "baseline" / EXAMPLE


def _written(path: Path, text: str) -> Iterator[tuple[Path, bool]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        yield path, True
    except FileExistsError:
        yield path, False
