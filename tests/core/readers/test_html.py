"""HTML pages: blocks, labels, tables and dates."""

from datetime import date

import pytest

from monitor.core import readers
from monitor.core.model import Form, Region, Source
from monitor.core.readers.walk import MAX_BLOCKS
from tests.core.readers.pages import URL, find, read_html, texts


def test_inline_tags_join_a_sentence_and_block_tags_part_it() -> None:
    page = read_html("<p>The <b>line</b> costs <a href=/x>EUR 1.5&nbsp;billion</a>.</p><div>It opens in 2027.</div>")
    assert texts(page) == ["The line costs EUR 1.5\xa0billion.", "It opens in 2027."]


def test_invisible_characters_are_dropped_and_white_space_is_folded() -> None:
    page = read_html("<p>Inves&shy;tition:\n  5\u200b Mio.\u202e Euro</p>")
    assert page.text == "Investition: 5 Mio. Euro"


def test_footnote_marks_do_not_change_a_number_but_exponents_stay() -> None:
    page = read_html(
        "<p>EUR 1.5 billion<sup>1</sup> for 3 km<sup>2</sup>, 10<sup>18</sup> operations, the 19<sup>th</sup> site [<sup>[2]</sup>]</p>"
    )
    assert page.text == "EUR 1.5 billion for 3 km², 10¹⁸ operations, the 19th site []"


def test_struck_out_and_screen_reader_text_is_hidden() -> None:
    page = read_html('<p>Opens in <del>2026</del> <ins>2027</ins><span class="sr-only">for screen readers</span>.</p>')
    assert texts(page, Region.MAIN) == ["Opens in 2027."]
    assert texts(page, Region.HIDDEN) == ["2026", "for screen readers"]


def test_scripts_styles_and_comments_are_never_read() -> None:
    page = read_html("<p>Seen</p><script>var cost = 5</script><style>p{}</style><!-- EUR 5 --><template><p>EUR 6</p></template>")
    assert texts(page, Region.MAIN) == ["Seen"]
    assert "5" not in page.text


def test_styled_spans_side_by_side_are_two_words() -> None:
    assert read_html('<div class="kpi"><span class="n">7</span><span class="l">sites</span></div>').text == "7 sites"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("The budget is<br>EUR 5 million", ["The budget is EUR 5 million"]),  # a break of the layout
        ("First sentence.<br>Second sentence.", ["First sentence.", "Second sentence."]),  # sentences
        ("<b>Budget:</b> 5m<br><b>Start:</b> 2027", ["Budget: 5m", "Start: 2027"]),  # labels
        ("One<br><br>two", ["One", "two"]),  # a paragraph made of breaks
        ("Lyon<br>Turin<br>Porto", ["Lyon", "Turin", "Porto"]),  # a list made of breaks
    ],
)
def test_line_breaks_part_what_looks_like_lines(markup: str, expected: list[str]) -> None:
    assert texts(read_html(f"<p>{markup}</p>")) == expected


def test_headings_hold_for_what_follows_and_end_with_their_section() -> None:
    page = read_html("<h1>Plan</h1><section><h2>Money</h2><p>EUR 5m</p></section><p>After</p>")
    assert find(page, "EUR 5m").headings == ("Plan", "Money")
    assert find(page, "After").headings == ("Plan",)


def test_wrapped_headings_hold_for_their_siblings() -> None:
    page = read_html("<h1>Plan</h1><div class=head><h2>Money</h2></div><div class=text><p>EUR 5m</p></div>")
    assert find(page, "EUR 5m").headings == ("Plan", "Money")


def test_lead_in_labels_its_list_and_items_label_themselves() -> None:
    page = read_html("<p>Sites:</p><ul><li>Lyon (depot)</li><li>Turin: workshop</li></ul>")
    assert find(page, "Lyon").label == "Sites"
    turin = find(page, "Turin")
    assert (turin.label, turin.headings[-1], turin.form) == ("Turin", "Sites", Form.ITEM)


def test_nested_items_are_labelled_by_the_item_above() -> None:
    page = read_html("<ul><li>Poland<ul><li>Poznań</li></ul></li></ul>")
    assert find(page, "Poznań").label == "Poland"


def test_definitions_carry_their_term() -> None:
    page = read_html("<dl><dt>Funding</dt><dd>EUR 250 million</dd><dt>Opening</dt><dd>2027</dd></dl>")
    assert [find(page, t).label for t in ("EUR 250", "2027")] == ["Funding", "Opening"]


def test_bold_line_labels_the_line_below_it() -> None:
    assert find(read_html("<div><strong>Start</strong><br>March 2027</div>"), "March").label == "Start"


def test_cards_are_groups_with_their_heading_as_label() -> None:
    card = '<div class="card"><h3>{}</h3><p>Hosted by {}</p></div>'
    page = read_html(f"<h1>Sites</h1><div class=grid>{card.format('Bologna', 'CINECA')}{card.format('Athens', 'GRNET')}</div>")
    first, second = find(page, "CINECA"), find(page, "GRNET")
    assert (first.label, second.label) == ("Bologna", "Athens")
    assert first.group != second.group
    assert second.headings == ("Sites", "Athens")


def test_short_first_line_of_a_card_labels_the_rest() -> None:
    page = read_html('<div class="timeline-item"><div>2028</div><div>Regular operation</div></div>')
    assert find(page, "Regular").label == "2028"


def test_bold_start_of_an_item_before_a_figure_is_its_label() -> None:
    assert find(read_html("<ul><li><b>Cost</b> 3.3 bn euros</li></ul>"), "Cost").label == "Cost"


def test_accordions_and_details_are_read_as_headings_with_text() -> None:
    page = read_html(
        "<h1>Plan</h1><details><summary>When?</summary><p>In 2029.</p></details>"
        "<h3><button aria-controls=p1 aria-expanded=false>How much?</button></h3><div id=p1 hidden><p>EUR 9m.</p></div>"
    )
    assert find(page, "2029").headings == ("Plan", "When?")
    answer = find(page, "EUR 9m")
    assert (answer.headings, answer.region) == (("Plan", "How much?"), Region.MAIN)


def test_captions_are_captions() -> None:
    assert find(read_html("<figure><img src=x><figcaption>The hall in May</figcaption></figure>"), "hall").form is Form.CAPTION


# ------------------------------------------------------------------------------------------------------------------------ metadata


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (
            '<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","datePublished":"2026-03-01T08:00:00Z"}]}</script>',
            "",
            "json-ld",
        ),
        ('<meta property="article:published_time" content="2026-03-01">', "", "meta"),
        ("", '<time datetime="2026-03-01" itemprop="datePublished">today</time>', "time"),
        ("", '<p><time datetime="2026-03-01">1 March</time></p>', "time"),
        ("", "<p>1 March 2026 | Lyon</p>", "text"),
        ("", "<p>Published: 01/03/2026</p>", "text"),
    ],
)
def test_publication_date_says_where_it_was_read(head: str, body: str, expected: str) -> None:
    page = read_html(f"<head>{head}</head><h1>Line 4 opens later</h1>{body}<p>The line opens on 5 May 2031 after all.</p>")
    assert (page.published_on, page.published_from) == (date(2026, 3, 1), expected)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Published on March 1, 2026"),
        ("de", "Veröffentlicht am 1. März 2026"),
        ("fr", "Publié le 1er mars 2026"),
        ("es", "Publicado el 1 de marzo de 2026"),
        ("it", "Pubblicato il 1 marzo 2026"),
        ("pl", "Opublikowano: 1 marca 2026"),
        ("pt", "Publicado em 1 de março de 2026"),
        ("nl", "Gepubliceerd op 1 maart 2026"),
    ],
)
def test_visible_stamps_are_read_in_eight_languages(language: str, line: str) -> None:
    page = read_html(f"<html lang={language}><h1>4</h1><p>{line}</p>")
    assert (page.published_on, find(page, line).form) == (date(2026, 3, 1), Form.META)


def test_last_update_is_the_modification_date() -> None:
    page = read_html("<h1>Status</h1><p>Text.</p><p>Last updated 11 December 2024</p>")
    assert (page.published_on, page.modified_on) == (None, date(2024, 12, 11))


def test_dates_in_the_news_are_no_stamps() -> None:
    page = read_html("<html lang=fr><h1>Le tunnel</h1><p>Ouverture le 3 mars 2027</p><ul><li>Start of works: 4 April 2027</li></ul>")
    assert (page.published_on, page.modified_on) == (None, None) or find(page, "3 mars").form is Form.META
    assert find(page, "4 April").form is Form.ITEM


def test_event_in_json_ld_becomes_meta_passages_and_repeated_text_does_not() -> None:
    page = read_html(
        '<script type="application/ld+json">[{"@type":"Event","name":"Ground breaking","startDate":"2027-03-01",'
        '"location":{"@type":"Place","name":"Depot","address":{"addressLocality":"Lyon","addressCountry":"FR"}}},'
        '{"@type":"NewsArticle","headline":"Line 4","articleBody":"The line costs money."}]</script>'
        "<h1>Line 4</h1><p>The line costs money.</p>"
    )
    meta = [(p.label, page.text[p.start : p.end]) for p in page.passages if p.region is Region.META]
    assert meta == [(None, "Ground breaking"), ("startDate", "2027-03-01"), ("location", "Depot, Lyon, FR")]


def test_links_are_absolute_and_web_addresses_only() -> None:
    page = read_html(
        '<base href="https://metro.example/en/"><p><a href="a">A</a> <a href="/b">B</a> <a href="javascript:x()">C</a> <a href="#d">D</a>'
    )
    assert [(link.url, link.text) for link in page.links] == [("https://metro.example/en/a", "A"), ("https://metro.example/b", "B")]


def test_selectors_of_the_source_choose_what_is_read() -> None:
    source = Source("s", URL, include=(".news",), exclude=(".ad",))
    page = readers.read(b"<div class=news><p>Kept</p><p class=ad>Bought</p></div><div>Other</div>", "text/html", URL, source)
    assert texts(page) == ["Kept"]


def test_unreadable_selector_is_a_problem_and_the_page_is_read() -> None:
    page = readers.read(b"<p>Kept</p>", "text/html", URL, Source("s", URL, include=("p[[",)))
    assert texts(page) == ["Kept"]
    assert page.problems[0].where == "selector"


def test_endless_table_is_read_to_a_bound_and_says_so() -> None:
    rows = "".join(f"<tr><td>Site {n}<td>EUR {n} million" for n in range(MAX_BLOCKS))
    page = read_html(f"<main><h1>Awards</h1><table>{rows}</table></main>")
    assert page.title == "Awards"
    assert len(page.passages) == MAX_BLOCKS
    assert find(page, "EUR 7 million").row_header == "Site 7"
    assert any(f"more than {MAX_BLOCKS} paragraphs" in problem.text for problem in page.problems)
