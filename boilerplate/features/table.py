"""Every column that the models see: its name, its group, and what it means.

A block is long if it has ten words or more and few of them stand in links. What words are keywords,
`cohesion.keywords_of` says.

`columns` is the one place that lists them; the modules beside this one compute them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from boilerplate.features.context import LEVELS, NEIGHBOURS, RADII, neighbour
from boilerplate.features.records import RECORDS
from boilerplate.features.stacked import ALONE, COHESION_RANGES, NEAR
from boilerplate.features.stacked import NEIGHBOURS as STACKED_NEIGHBOURS
from boilerplate.page import Kind

Group = Literal["wording", "markup", "layout", "context", "title", "page", "stacked"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the feature matrix; `kinds` are the kinds of page that have it."""

    name: str
    group: Group
    meaning: str
    kinds: tuple[Kind, ...] = ("html", "text")


_WORDING = {
    "log_words": "words, log(1 + n); a character of a script without spaces is a word",
    "log_chars": "characters without spaces, log(1 + n)",
    "words_to_5": "words up to 5, as a share of 5",
    "words_to_15": "words up to 15, as a share of 15",
    "words_to_40": "words up to 40, as a share of 40",
    "words_over_100": "words beyond 100, log(1 + n)",
    "word_length": "characters a word, at most 20",
    "short_words": "share of words of at most 3 characters",
    "long_words": "share of words of at least 9 characters",
    "huge_words": "share of words of at least 25 characters",
    "letters": "share of the characters that are letters",
    "digits": "share of the characters that are digits",
    "uppercase": "share of the letters with case that are capitals",
    "spaceless": "share of the characters that belong to a script without spaces",
    "capitalised_words": "share of words that begin with a capital",
    "lowercase_words": "share of words that begin with a small letter",
    "capital_words": "share of words all in capitals",
    "number_words": "share of words that begin with a digit",
    "punctuation": "punctuation and symbols, per character",
    "terminals": "sentence-ending marks, per word",
    "commas": "commas, per word",
    "log_commas": "commas, log(1 + n)",
    "colons": "colons, per word, at most 2",
    "quotes": "quotation marks, per word, at most 2",
    "brackets": "brackets, per word, at most 2",
    "dashes": "dashes, per word, at most 2",
    "bars": "vertical bars and bullets, per word, at most 2",
    "arrows": "arrows and guillemets, per word, at most 2",
    "currency": "currency signs, per word, at most 1",
    "copyright": "whether there is a copyright or trademark sign",
    "ats": "at and number signs, at most 3",
    "slashes": "slashes, per word, at most 2",
    "braces": "curly braces, at most 4",
    "code_like": "braces, signs like equals, underscores, slashes, bars, angle brackets and "
    "semicolons, per character",
    "inner_dots": "dots between letters, as in file names and addresses, per word, at most 1",
    "camel_case": "capitals after small letters, per word, at most 1",
    "doubled_marks": "punctuation that stands twice, per word, at most 1",
    "log_sentences": "ends of sentences, log(1 + n)",
    "sentence_length": "words a sentence, log(1 + n)",
    "log_lines": "line breaks inside, log(1 + n)",
    "ends_sentence": "whether the block ends like a sentence; quotation marks, brackets and notes "
    "at its end do not count",
    "ends_ellipsis": "whether it ends in an ellipsis",
    "ends_colon": "whether it ends in a colon",
    "ends_comma": "whether it ends in a comma",
    "ends_question": "whether it ends in a question mark",
    "starts_lower": "whether it begins with a small letter",
    "starts_upper": "whether it begins with a capital",
    "starts_digit": "whether it begins with a digit",
    "starts_mark": "whether it begins with punctuation or a symbol",
    "sentence_of_10": "whether it ends like a sentence and has at least 10 words",
    "link_density": "share of the characters that stand in links",
}
_MARKUP = {
    "all_link": "whether all characters stand in links",
    "has_link": "whether there is a link",
    "log_links": "links, log(1 + n)",
    "links_per_word": "links, per word, at most 1",
    "log_unlinked_words": "words outside links, log(1 + n)",
    "strong_density": "share of the characters that are emphasised",
    "log_images": "images since the last block, log(1 + n)",
    "log_breaks": "single line breaks, log(1 + n)",
    "inline_elements": "inline elements inside, log(1 + n)",
    "tag_paragraph": "whether the element is a paragraph",
    "tag_heading_1": "whether it is an h1",
    "tag_heading_2": "whether it is an h2",
    "tag_heading_low": "whether it is an h3 to h6",
    "tag_item": "whether it is an item of a list",
    "tag_cell": "whether it is a cell of a table",
    "tag_pre": "whether it is preformatted",
    "tag_quote": "whether it is a quotation",
    "tag_generic": "whether it is a div or the like",
    "log_depth": "block elements around it, log(1 + n)",
    "in_navigation": "whether an element around it is or is named navigation",
    "in_header": "the same for a header",
    "in_footer": "the same for a footer",
    "in_aside": "the same for an aside or sidebar",
    "in_main": "the same for the main part",
    "in_article": "the same for an article or post",
    "in_form": "the same for a form, button or label",
    "in_table": "the same for a table",
    "in_list": "the same for a list",
    "in_figure": "the same for a figure",
    "in_hidden": "whether an element around it is hidden",
    "in_comments": "whether an element around it is named comments",
    "heading_level": "level of the last heading above, 0 without one",
    "heading_link_density": "link density of the last heading above",
    "heading_next": "whether the next block is a heading",
    "heading_previous": "whether the previous block is a heading",
    "same_tag_previous": "whether the previous block has the same tag",
    "same_tag_next": "whether the next block has the same tag",
    "in_page_footer": "whether it stands in a footer that is in no article, item or main part",
    "after_page_footer": "whether it comes after such a footer",
    "prose_outside_before": "share of the prose outside records that stands before",
    "shape_log_count": "blocks of the page with the same element and parent, log(n)",
    "shape_log_words": "mean log words of those blocks",
    "shape_link_density": "mean link density of those blocks",
    "shape_sentences": "share of those blocks that end like a sentence",
}
_RECORDS = {
    "in_{}": "whether there is one",
    "{}_log_count": "records of its group, log(n)",
    "{}_page_share": "share of the page's words in its group",
    "{}_log_words": "words a record, log(1 + n)",
    "{}_variation": "standard deviation of the records' words over their mean, at most 3",
    "{}_link_density": "share of the group's words in links",
    "{}_images": "images a record, at most 3",
    "{}_prose_share": "share of the group's words in long blocks that end like a sentence",
    "{}_log_blocks": "blocks a record, log(n)",
    "{}_place": "place of the record in its group, 0 to 1",
    "{}_own_prose": "share of the record's words in long blocks that end like a sentence",
    "{}_block_share": "share of the record's words in this block",
}
_LAYOUT = {
    "gap_before": "blank lines before, at most 3",
    "gap_after": "blank lines after, at most 3",
    "gap_both": "whether blank lines stand before and after",
    "previous_gap": "blank lines before the previous block, at most 3",
    "log_source_lines": "lines that were joined to this block, log(1 + n)",
    "like_heading": "whether it is short, no sentence, and before something longer",
    "lower_follows": "whether the next block begins with a small letter",
}
_CONTEXT = {
    "position": "place in the page, 0 to 1",
    "words_before": "share of the page's words that stand before",
    "log_index": "blocks before, log(1 + n)",
    "log_index_from_end": "blocks after, log(1 + n)",
    "heading_distance": "blocks since the last heading, or of the whole page, log(1 + n)",
    "log_since_long": "blocks since the last long one, or of the whole page, log(1 + n)",
    "log_until_long": "blocks until the next long one, or of the whole page, log(1 + n)",
    "log_short_run": "one more than the blocks of the run of short ones around it, or all blocks "
    "of the page where the run reaches an end of it, log(1 + n); 0 in a long block",
    "before_first_long": "whether no long block comes before",
    "after_last_long": "whether no long block follows",
    "log_same_text": "times that this text stands in the page, log(n)",
    "same_text_before": "whether this text stood in the page before",
    "long_text_before": "the same, of texts of at least 8 words",
    "log_same_first_word": "blocks that begin with the same word or mark, log(n)",
}
_RECURRING = {
    "recurring_inside": "whether it stands between two short lines that say the same, the words "
    "in whatever case, the numbers whatever they are, and such a line stands in the page at least "
    "three times: in a record, which goes from one to the next, twelve blocks at most; of several "
    "the narrowest counts",
    "recurring_log_blocks": "blocks of that record, log(1 + n)",
    "recurring_log_words": "words of that record, log(1 + n)",
    "recurring_prose_share": "share of its words in long blocks that end like a sentence",
    "recurring_place": "place in the record, 0 to 1",
    "recurring_block_share": "share of the record's words in this block",
    "recurring_log_count": "records that the same line begins, its group, log(1 + n)",
    "recurring_page_share": "share of the page's words in that group",
    "recurring_group_prose_share": "share of the group's words in long blocks that end like a "
    "sentence",
    "recurring_group_log_words": "words a record of the group, log(1 + n)",
    "recurring_line": "whether it is a short line that stands in the page at least three times",
}
_COHESION = {
    "cohesion": "share of its keywords that another long block holds",
    "cohesion_spread": "mean of log(1 + long blocks that hold the word) over its keywords",
    "cohesion_central": "log(1 + sum of the shares of long blocks that hold each keyword)",
    "cohesion_central_long": "the same in a long block, else 0",
    "cohesion_over_page": "cohesion less the page's mean, scaled by the number of keywords",
}
_TITLE = {
    "title_covers": "share of its words that the page's title holds, 0 in blocks of more than 40",
    "title_covered": "share of the title's words that it holds, 0 likewise",
    "title_product": "product of the two",
    "title_equal": "whether the title begins or ends with this text, of more than 3 characters",
    "after_title": "whether it comes after the first block of at least two words for which "
    "this is so",
    "log_since_title": "blocks since that block, log(1 + n)",
    "page_has_title_block": "whether there is such a block",
}
_PAGE = {
    "page_log_blocks": "blocks of the page, log(1 + n)",
    "page_log_words": "words of the page, log(1 + n)",
    "page_link_density": "share of the page's words in links",
    "page_long_share": "share of the page's words in long blocks",
    "page_prose_share": "share of the page's words in long blocks that end like a sentence",
    "page_sentence_share": "share of the page's blocks that end like a sentence",
    "page_log_block_words": "words a block, log(1 + n)",
}
_PAGE_HTML = {
    "page_headings": "headings of the page, log(1 + n)",
    "page_paragraphs": "share of the blocks that are paragraphs",
    "page_records_share": "share of the page's words in records (siblings named alike)",
    "page_record_largest": "share of the page's words in the largest group of records",
    "page_record_prose": "share of that group's words in long blocks that end like a sentence",
    "page_prose_outside": "share of the page's words that are prose outside records",
    "page_og_article": "whether the page declares itself an article (Open Graph)",
    "page_og_product": "whether the page declares itself a product (Open Graph)",
}
_RANGE_QUANTITIES = {
    "log_blocks": "blocks, log(1 + n)",
    "log_free_words": "words outside links, log(1 + n)",
    "free_share": "share of the words that stand outside links",
    "sentence_share": "share of the blocks that end like a sentence",
    "long_share": "share of the blocks that are long",
    "prose_share": "share of the words in long blocks that end like a sentence",
    "log_block_words": "words a block, log(1 + n)",
    "commas": "commas a word, at most 0.3",
}
_RANGE_COHESION = {
    "cohesion": "mean cohesion of the long blocks, less the page's",
    "central": "mean central cohesion of the long blocks, less the page's",
}
_STACKED_RANGE_QUANTITIES = {
    "content_by_words": "mean probability of content, by words",
    "content_by_blocks": "mean probability of content, by blocks",
    "content_share": "share of the content that the page is expected to have",
}
_OPINION = {
    "own_log_odds": "log-odds of content",
    "log_odds_over_cut": "log-odds less those of the cut with the largest expected F1",
    "over_cut": "whether it is above that cut",
    "shape_content_by_words": "mean probability of the blocks of the same shape, by words",
    "shape_content_by_blocks": "the same, by blocks",
    "shape_log_odds": "mean log-odds of the blocks of the same shape",
    "long_log_odds_previous_1": "log-odds of the nearest block of ten words before",
    "long_log_odds_previous_2": "log-odds of the second nearest such block before",
    "long_log_odds_next_1": "log-odds of the nearest block of ten words after",
    "long_log_odds_next_2": "log-odds of the second nearest such block after",
}
_STACKED = {
    "own_content": "probability of content",
    "own_headline": "probability of being the headline",
    "content_before": "share of the expected content that stands before",
    "content_between": "that share times the share after: high amid the content",
    "page_content_share": "share of the page's words expected to be content",
    "page_log_content": "expected words of content, log(1 + n)",
    "page_sureness": "share of the expected content in blocks more probable than 0.8",
    "headline_before": "probability that the headline came before",
    "headline_largest": "probability of being the headline, over the page's largest",
    "likelier_words": "share of the page's words in blocks at least as probable",
    "likelier_content": "share of the expected content in blocks at least as probable",
    "page_cut": "log-odds of the cut with the largest expected F1",
    "page_expected_f1": "the F1 to expect from that cut",
    "page_largest_log_odds": "log-odds of the page's most probable block",
    "shape_content_share": "share of the expected content in blocks of the same shape",
    "words_evidence": "mean log-odds, over its keywords, that other blocks with the word are "
    "content; 0 for a word that no other block holds",
    "words_evidence_sum": "the sum of the same, -20 to 20",
    "words_evidence_shared": "the mean over the words that other blocks hold",
    "words_content": "mean probability of the other blocks with the word, less the page's mean",
    "words_in_content": "share of its keywords that stand in other content",
    "words_in_boilerplate": "share of its keywords that only boilerplate holds besides",
    "words_log_content": "mean of log(1 + expected blocks of content that hold the word)",
    "bulk_inside": "whether it is in the run of blocks that gains most if kept whole",
    "bulk_before": "blocks from here to that run, log(1 + n)",
    "bulk_after": "blocks since that run, log(1 + n)",
    "bulk_content_share": "share of the expected content in that run",
    "bulk_blocks": "share of the page's blocks in that run",
    "bulk_density": "share of the run's words expected to be content",
}

_STACKED_TEXT = {
    "recurring_log_odds": "mean log-odds of the record between two recurring lines around it",
    "recurring_content_by_words": "mean probability of content in that record, by words",
    "recurring_group_log_odds": "mean log-odds of the blocks in records of the same group",
    "recurring_group_content_by_words": "mean probability of content in that group, by words",
    "content_cohesion": "share of its keywords that stand in other content, less the mean of "
    "the page's content, scaled by the number of keywords",
    "page_content_cohesion": "that mean",
    "loose_tail": "how surely, 0 to 1, it is in an end of the page that shares no words with the "
    "content",
}


@cache
def columns(kind: Kind) -> tuple[Column, ...]:
    """Every column of both passes that a model for this kind of page sees."""
    return tuple(column for column in _all_columns() if kind in column.kinds)


def _all_columns() -> Iterator[Column]:
    html: tuple[Kind, ...] = ("html",)
    text: tuple[Kind, ...] = ("text",)
    both = html + text
    yield from _of("wording", _WORDING, both)
    yield from _of("markup", _MARKUP, html)
    yield from _of("layout", _LAYOUT, text)
    yield Column("page_gaps", "page", "share of the blocks with a blank line before", text)
    yield from _of("context", _CONTEXT, both)
    yield from _of("context", _RECURRING, text)
    shared = "share of the page's words between lines that recur"
    yield Column("page_recurring", "page", shared, text)
    yield from _of("context", _COHESION, text)
    yield Column("page_cohesion", "page", "mean cohesion of the page's long blocks", text)
    yield from _of("title", _TITLE, both)
    yield from _of("page", _PAGE, both)
    yield from _of("page", _PAGE_HTML, html)
    for shift in NEIGHBOURS:
        name, where = _neighbour(shift)
        yield Column(f"{name}_log_words", "context", f"words, log(1 + n), {where}")
        yield Column(f"{name}_link_density", "context", f"link density {where}")
        yield Column(f"{name}_ends_sentence", "context", f"whether it ends a sentence, {where}")
    for name, where, kinds in _ranges():
        for quantity, meaning in _RANGE_QUANTITIES.items():
            yield Column(f"{name}_{quantity}", "context", f"{meaning}, {where}", kinds)
        for quantity, meaning in _RANGE_COHESION.items() if "text" in kinds else ():
            yield Column(f"{name}_{quantity}", "context", f"{meaning}, {where}", text)
        if name in COHESION_RANGES:
            meaning = f"content_cohesion of the blocks of ten words or more {where}"
            yield Column(f"{name}_content_cohesion", "stacked", meaning, text)
        if name.startswith("container"):
            yield Column(f"{name}_place", "context", f"place {where}, 0 to 1", kinds)
            yield Column(f"{name}_page_share", "context", f"share of the words {where}", kinds)
    for place, which in zip(RECORDS, ("innermost", "outermost"), strict=True):
        for template, meaning in _RECORDS.items():
            name = template.format(place)
            yield Column(name, "context", f"{meaning}; of the {which} record around", html)
    for percent in (40, 60, 80):
        bulk = f"the smallest element that holds {percent} % of the page's prose"
        yield Column(f"bulk_{percent}_inside", "context", f"whether it is in {bulk}", html)
        yield Column(f"bulk_{percent}_away", "context", f"blocks to {bulk}, log(1 + n)", html)
        yield Column(f"bulk_{percent}_page_share", "page", f"share of the blocks in {bulk}", html)
    yield from _of("stacked", _STACKED, both)
    yield from _of("stacked", _STACKED_TEXT, text)
    yield from _opinion("", "", STACKED_NEIGHBOURS)
    for alone in ALONE:
        yield from _opinion(f"{alone}_", f", as the {alone} alone tell", NEAR)


def _opinion(prefix: str, by: str, neighbours: tuple[int, ...]) -> Iterator[Column]:
    for name, meaning in _OPINION.items():
        yield Column(f"{prefix}{name}", "stacked", f"{meaning}{by}")
    for shift in neighbours:
        name, where = _neighbour(shift)
        yield Column(f"{prefix}log_odds_{name}", "stacked", f"log-odds of content {where}{by}")
    for name, where, kinds in _ranges():
        for quantity, meaning in _STACKED_RANGE_QUANTITIES.items():
            text = f"{meaning}, {where}{by}"
            yield Column(f"{prefix}{name}_{quantity}", "stacked", text, kinds)


def _of(group: Group, table: dict[str, str], kinds: tuple[Kind, ...]) -> Iterator[Column]:
    return (Column(name, group, meaning, kinds) for name, meaning in table.items())


def _neighbour(shift: int) -> tuple[str, str]:
    return neighbour(shift), f"of the block {abs(shift)} {'before' if shift < 0 else 'after'}"


def _ranges() -> Iterator[tuple[str, str, tuple[Kind, ...]]]:
    for radius in RADII:
        yield f"window_{radius}", f"within {radius} blocks to either side", ("html", "text")
    for level in range(LEVELS):
        widen = "the innermost container" if level == 0 else f"the container {level} levels wider"
        yield f"container_{level}", f"in {widen}", ("html",)
    yield "group", "between two blank lines", ("text",)
    yield "run", "in the run of long sentences, or of other blocks, around it", ("text",)
    yield "section", "between two lines like headings", ("text",)
