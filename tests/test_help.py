"""The manual mentions everything there is: commands, settings, kinds, change types, status words, baseline keys."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer.main

from monitor import plugins
from monitor.baseline.facts import FACT_KEYS, REVISION_KEYS
from monitor.baseline.programme import EXPECT_KEYS, SOURCE_KEYS, TOP_KEYS
from monitor.cli import manual
from monitor.cli.app import app
from monitor.config import Settings
from monitor.core.model import ChangeStatus, ChangeType, Role, SourceStatus
from monitor.errors import UsageError

HELP = Path(manual.__file__).parents[1] / "help"


def text(topic: str) -> str:
    return (HELP / f"{topic}.md").read_text("utf-8")


def command_names() -> list[str]:
    names = []
    root = typer.main.get_command(app)
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        names += [f"{name} {sub}" for sub in inner] if inner else [name]
    return names


@pytest.mark.parametrize("name", command_names())
def test_every_command_is_in_the_manual(name: str) -> None:
    assert f"`monitor {name}" in text("commands")


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_in_the_manual(name: str) -> None:
    assert f"`{name}`" in text("settings")


def test_the_defaults_in_the_manual_are_the_real_ones() -> None:
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        if name != "home" and default not in (None, "", ()):
            assert f"| `{name}` | {default} | {field.description} |" in text("settings")


@pytest.mark.parametrize("name", list(plugins.targets("monitor.kinds")))
def test_every_kind_is_in_the_manual(name: str) -> None:
    assert f"`{name}`" in text("kinds")


@pytest.mark.parametrize(
    ("topic", "word"),
    [("changes", t.value) for t in ChangeType]
    + [("review", s.value) for s in ChangeStatus]
    + [("sources", s.value) for s in SourceStatus]
    + [("kinds", r.value) for r in Role]
    + [("sources", k) for k in SOURCE_KEYS]
    + [("baseline", k) for k in (*TOP_KEYS, *FACT_KEYS, *REVISION_KEYS, *EXPECT_KEYS)],
)
def test_every_word_of_the_contracts_is_explained(topic: str, word: str) -> None:
    assert f"`{word}`" in text(topic) or f"\n    {word} " in text(topic) or f"`{word} = " in text(topic)


def test_every_page_begins_with_its_subject_and_links_to_pages_there_are() -> None:
    topics = manual.topics()
    assert list(topics)[: len(manual.ORDER)] == list(manual.ORDER)
    for topic, subject in topics.items():
        assert subject
        for line in text(topic).split("`monitor help ")[1:]:
            assert line.startswith("[TOPIC]") or line.split("`")[0] in topics


def test_an_unknown_topic_is_told_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="did you mean 'baseline'"):
        manual.page("basline")
