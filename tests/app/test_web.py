"""The page: fit for a strict content security policy, and for everyone."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "app" / "web"
Element = tuple[str, Mapping[str, str | None]]


class Page(HTMLParser):
    """Every element of the page, and the text of what could be inline code."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.inline = ""
        self.feed((WEB / "index.html").read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in {"script", "style"}:
            self.inline += data.strip()

    def values(self, name: str) -> list[str]:
        return [value for _, given in self.elements if (value := given.get(name))]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page()


def test_nothing_is_inline(page: Page) -> None:
    assert page.inline == ""
    names = {name for _, given in page.elements for name in given}
    assert not {name for name in names if name == "style" or name.startswith("on")}


SCRIPTS = {path.name: path.read_text() for path in sorted(WEB.glob("*.js"))}


def test_the_scripts_neither_make_markup_nor_set_styles() -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|\.style\b|https?:"
    assert not [name for name, script in SCRIPTS.items() if re.search(forbidden, script)]


def test_the_script_imports_all_of_its_parts() -> None:
    imported = {name for script in SCRIPTS.values() for name in re.findall(r'from "/(.+)"', script)}
    assert imported | {"app.js"} == set(SCRIPTS)


def test_every_link_is_to_a_file_of_the_site(page: Page) -> None:
    links = page.values("href") + page.values("src")
    assert sorted(links) == ["/app.js", "/favicon.svg", "/style.css"]
    assert all((WEB / link.removeprefix("/")).is_file() for link in links)


def test_the_page_says_its_language_and_fits_a_phone(page: Page) -> None:
    assert ("html", {"lang": "en-GB"}) in page.elements
    viewport = {"name": "viewport", "content": "width=device-width, initial-scale=1"}
    assert ("meta", viewport) in page.elements


def test_every_field_has_a_label(page: Page) -> None:
    fields = [
        given["id"]
        for tag, given in page.elements
        if tag in {"input", "select"} and given.get("type") != "radio"
    ]
    assert sorted(page.values("for")) == sorted(str(field) for field in fields)


def test_what_happens_is_announced(page: Page) -> None:
    assert page.values("role") == ["status", "alert"]


def test_headings_leave_out_no_level(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_everything_that_refers_to_one_finds_it(page: Page) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    used = set(re.findall(r'\belement\("([a-z-]+)"\)', SCRIPTS["app.js"]))
    assert used
    assert used | set(page.values("aria-labelledby")) <= set(ids)


# Colours: as the guidelines for accessible content (WCAG 2.2, AA) measure them.


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_controls_stand_out(scheme: str) -> None:
    colours = [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", (WEB / "style.css").read_text(), re.DOTALL)
    ][["light", "dark"].index(scheme)]
    text = [
        *(("ink", ground) for ground in ("page", "card", "good-page", "bad-page")),
        *(("quiet", ground) for ground in ("page", "card", "over-page")),
        *(("accent", ground) for ground in ("page", "card")),
        ("accent-ink", "accent"),
        ("good", "good-page"),
        ("bad", "card"),
    ]
    controls = [("control", "card"), ("control", "page"), ("accent", "page")]
    low = [pair for pair in text if contrast(*(colours[name] for name in pair)) < 4.5]
    low += [pair for pair in controls if contrast(*(colours[name] for name in pair)) < 3]
    assert low == []
