"""TOML with lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.text import toml


def test_blocks_and_keys_know_their_lines() -> None:
    document = toml.read(
        'a = 1\n# [[no]]\n[[fact]]\nkey = "x"\nlist = [\n  "[[fact]]",\n]\n"odd key" = 1\n\n[[ fact ]]\nkey = "y"\n[fact.value]\nb = 2\n',
        "f",
    )
    first, second = document.blocks
    assert document.problems == ()
    assert (document.top.where("a"), first.where(), first.where("key"), first.where("list"), first.where("odd key")) == (
        "f:1",
        "f:3",
        "f:4",
        "f:5",
        "f:8",
    )
    assert (second.where(), second.where("value"), second.where("missing")) == ("f:10", "f:12", "f:10")
    assert second.values == {"key": "y", "value": {"b": 2}}


def test_a_block_header_inside_text_or_a_list_begins_no_block() -> None:
    text = 'a = """\n[[fact]]\n"""\nb = \'\'\'\n[[fact]]\n\'\'\'\nc = [\n[["x"]],\n]\nd = "\\"[[" # ]]\n[[fact]]\nkey = 1\n'
    document = toml.read(text, "f")
    assert document.problems == ()
    assert [b.where() for b in document.blocks] == ["f:11"]


def test_a_torn_block_is_left_out_and_told_with_its_line_and_words() -> None:
    document = toml.read('[[fact]]\nkey = oops\n[[fact]]\nkey = "b"\n', "f")
    assert [b.values for b in document.blocks] == [{"key": "b"}]
    assert document.problems[0].where == "f:2"
    assert "`key = oops`" in document.problems[0].text


@given(st.text(alphabet="ab=\"'[]{}#\\\n .,1", max_size=80))
def test_what_tomllib_reads_is_read_with_the_same_values(text: str) -> None:
    import tomllib

    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        toml.read(text, "f")
        return
    document = toml.read(text, "f")
    if not document.problems:
        assert {k: v for k, v in expected.items() if not isinstance(v, list) or k in document.top.values} == dict(document.top.values)
