"""Flattened text to blocks: lines, and wrapped lines joined."""

import re
import textwrap

import pytest

from boilerplate.segment import segment


def test_lines_of_text_are_blocks() -> None:
    page = segment("\n\n \nMenu\r\n\r\n\r\nOne  line\tof text.\fTwo\u2028Three\x85Four\n", "text")
    assert page.texts == ["Menu", "One line of text.", "Two", "Three", "Four"]
    assert page.gap.tolist()[:2] == [0, 2]


WRAPPED = """The ferry to the island has been tied up since the ice came down the river,
and nobody in the village expects it to sail again before the first week of
April. The harbour master says that the last winter like this one was thirty
years ago.

Until then the post comes on foot. Two of the younger men carry it over the
ice each morning, with a rope between them and a dog in front, and on their
way back they bring what the islanders send to the market in the old town.

- a rope of forty yards that can carry the weight of two men and their load
- a dog that knows the way over the ice and does not mind the wind from sea
- a lamp
"""


def test_hard_wrapped_paragraphs_are_joined_and_list_items_are_not() -> None:
    page = segment(WRAPPED, "text")
    assert len(page) == 5
    assert page.texts[0].endswith("was thirty years ago.")
    assert "since the ice came down the river, and nobody" in page.texts[0]
    assert [text[:6] for text in page.texts[2:]] == ["- a ro", "- a do", "- a la"]
    assert page.lines.tolist() == [4, 3, 1, 1, 1]


PROSE = " ".join(WRAPPED.partition("\n- ")[0].split())


@pytest.mark.parametrize(("width", "joined"), [(25, False), (35, True), (150, True), (210, False)])
def test_text_is_wrapped_at_widths_at_which_people_wrap(width: int, joined: bool) -> None:
    lines = textwrap.wrap(PROSE, width)
    text = "\n\n".join(["\n".join(lines)] * 3)
    assert segment(text, "text").texts == ([PROSE] if joined else lines) * 3


def test_indented_quoted_and_listed_lines_do_not_hide_that_text_is_wrapped() -> None:
    first = textwrap.wrap(PROSE, 72, initial_indent="    ")
    text = "\n\n".join(["\n".join(first), f"* [Home]({'x' * 90})", "\n".join(first)])
    assert segment(text, "text").texts == [PROSE, f"* [Home]({'x' * 90})", PROSE]


@pytest.mark.parametrize(
    "sentence",
    [
        "The ice “held.” ",
        "港口结冰了。",
        "港口结冰了。\u3000\u3000",
        "真的吗？！",
        "В 2023 г. в порту лёд. ",
        "Czy m.in. łódź „stoi”? ",
        "„Eis.“ ",
        "ნავსადგური გაიყინა. ",
        "«Да»; «Нет»; Пора. ",
        "Έφυγε; ",
        "क्या हुआ। ",
        "هل غادرت؟ ",
        "The [St. Louis Post](https://example.org/a) said. ",
    ],
)
def test_one_line_that_is_most_of_the_page_is_cut_into_sentences(sentence: str) -> None:
    page = segment(f"Home\n{sentence * 300}\nMap", "text")
    assert page.texts == ["Home", *[sentence.strip()] * 300, "Map"]
    assert len(segment(f"Home\n{sentence * 9}\nMap", "text")) == 3


def test_an_address_amid_chinese_ends_no_cutting() -> None:
    page = "官网https://example.org/a。" + "港口昨晚结冰了，渡轮暂时停航。" * 100
    assert len(segment(page, "text")) == 101
    assert len(segment("Home\n" + "。" * 50_000, "text")) == 2


def test_a_dash_opens_a_sentence_but_is_no_item_amid_one() -> None:
    assert segment("Home\n" + "Он ждал. — Пора. " * 150, "text").texts[1:3] == [
        "Он ждал.",
        "— Пора.",
    ]
    dashed = PROSE.replace("to the", "— they say — to the")
    wrappings = (textwrap.wrap(dashed, width) for width in range(30, 90))
    lines = next(lines for lines in wrappings if any(line.startswith("— ") for line in lines))
    wrapped = "\n\n".join(["\n".join(lines)] * 3)
    assert segment(wrapped, "text").texts == [dashed] * 3
    speech = "The ferry sails at dawn, they say, if the ice in the harbour lets it pass.\n— No."
    assert len(segment("\n\n".join([speech] * 4), "text")) == 8
    assert len(segment(f"– {PROSE * 2}\n\n{WRAPPED}", "text")) == 6


def test_fenced_code_and_rules_stay_lines_in_wrapped_text() -> None:
    line = "curl -O https://example.org/a/rather/long/path/to/some/file/here.tar.gz"
    code = f"```sh\n{line}\n```"
    heading = f"{'The harbour in a winter' * 3}\n{'=' * 65}"
    text = f"{WRAPPED}\n{heading}\n\n{code}\n\n{WRAPPED}"
    assert segment(text, "text").texts[5:10] == [*heading.splitlines(), *code.splitlines()]


def test_a_paragraph_above_tildes_and_a_blank_line_is_no_heading() -> None:
    code = f"{'~' * 16}\nfor x in y:\n{'~' * 16}"
    assert (segment(f"Example:\n\n{code}\n\nEnd.", "text").fence >= 0).sum() == 3


def test_tildes_below_a_heading_are_no_fence_in_wrapped_text() -> None:
    section = f"The ferry\n~~~~~~~~~\n\n{WRAPPED}"
    assert len(segment(f"{section}\n{section}", "text")) == 14


def test_headlines_in_thai_stay_apart() -> None:
    words = "ท่าเรือกลายเป็นน้ำแข็งเรือข้ามฟากหยุดวิ่ง ชาวบ้านบอกว่าฤดูหนาวแบบนี้ไม่มีมาสามสิบปีแล้ว"
    lines = [words[k : k + 45 + k % 12].strip() for k in range(10)]
    assert segment("\n".join(lines), "text").texts == lines


def test_paragraphs_of_chinese_a_line_each_stay_apart() -> None:
    sentence = "某市今日召开老旧小区改造工作推进会，市领导出席会议并讲话，要求各部门"
    lines = [f"{(sentence * 4)[:n]}。" for n in (119, 134, 127, 139, 109, 137)]
    assert segment("\n".join(["首页", *lines, "责任编辑：张三"]), "text").texts[1:-1] == lines


@pytest.mark.parametrize("width", [60, 76])
def test_chinese_may_be_wrapped_at_columns(width: int) -> None:
    paragraph = "港口昨晚结冰了，渡轮WM200停航。居民们说，这样的冬天已经30年没有见过了。" * 6
    lines, room = [""], width
    for part in re.findall(r"[A-Z\d]+|.[，。]?", paragraph):
        columns = sum(1 + (character > "\x7f") for character in part)
        if columns > room:
            lines.append("")
            room = width
        lines[-1] += part
        room -= columns
    wrapped = "\n\n".join(["\n".join(lines)] * 3)
    assert segment(wrapped, "text").texts == [paragraph] * 3


def test_wrapped_lines_of_chinese_are_joined_without_spaces() -> None:
    chinese = "港口昨晚结冰了，渡轮暂时停航。居民们说，这样的冬天已经三十年没有见过了。" * 6
    lines = textwrap.wrap(chinese, 44)
    assert any(line.endswith("，") for line in lines)
    assert segment("\n".join(lines), "text").texts == [chinese]


def test_words_that_were_glued_do_not_hide_that_text_is_wrapped() -> None:
    glued = "HafenFähreEisWinterLotsePostwegeInselnMarktplätzeAltstadtrundgänge"
    lines = [*textwrap.wrap(PROSE, 60), "", *textwrap.wrap(PROSE, 60)]
    text = "\n".join(["Menü", glued * 2, glued, "", *lines])
    assert segment(text, "text").texts[-2:] == [PROSE] * 2


def test_a_line_of_characters_that_show_nothing_is_blank_in_wrapped_text() -> None:
    wrapped = "\n".join(["Ten words stand in this line, which is wrapped at its end here."] * 6)
    unseen = "\u200b" * 63
    assert len(segment(f"{unseen}\n{wrapped}", "text")) == 1
    assert segment(f"Menu\n{unseen}\n{wrapped}", "text").texts[0] == "Menu"


def test_where_a_line_is_far_longer_than_the_others_nobody_wrapped_them() -> None:
    wrapped = textwrap.wrap(PROSE, 72) * 40
    assert len(segment("\n".join(wrapped), "text")) < 200
    assert len(segment("\n".join([*wrapped, PROSE[:200]]), "text")) == len(wrapped) + 1


def test_lines_that_are_not_wrapped_stay_apart() -> None:
    menu = "Home\nNews\nSports\nAbout us\nContact\nPrivacy\nTerms\nThe ferry is tied up."
    assert segment(menu, "text").texts == menu.split("\n")
    chinese = "港口昨晚结冰了,渡轮暂时停航。\n居民们说,这样的冬天已经三十年没有见过了。\n首页"
    assert segment(chinese, "text").texts == chinese.split("\n")


def test_addresses_and_markdown_links_count_as_links() -> None:
    page = segment("[ab cd](/x)\nsee https://example.org/a now\nno [link] (here)", "text")
    assert page.link_chars.tolist() == [len("[abcd](/x)"), len("https://example.org/a"), 0]
