"""Findings as slides: one claim a slide, its text editable, with the picture that shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from revwork.findings import Impact
from revwork.report import glossary
from revwork.report.chromium import painted
from revwork.report.page import worth
from revwork.report.words import Reader
from revwork.report.workbook import writable

if TYPE_CHECKING:
    from pptx.slide import Slide

_INK, _QUIET = "1F2933", "56626F"
_WIDE, _HIGH = 13.333, 7.5  # inches, as all that follows
_TITLE = 0.6, 0.45, 12.1, 1.15
_ALONE, _BESIDE = 12.1, 4.6  # how wide text is without and with a picture
_TOP, _BLOCK = 1.95, 1.5
_CAPTION = 5.6, 1.95, 7.1, 0.62
_PICTURE = 5.6, 2.62, 7.1, 3.85
_FOOT = 0.6, 6.9, 12.1, 0.3
_LINE = 1.2  # height of a line in sizes of type


@dataclass(frozen=True)
class Deck:
    """What the title slide says, and the line at the foot of every slide."""

    title: str
    subtitle: str
    foot: str


def slides(
    deck: Deck,
    findings: Sequence[Mapping[str, Any]],
    shown: Sequence[Mapping[str, Any]],
    reader: Reader,
) -> bytes:
    """Return a presentation: a title slide, then one finding a slide, in the order given.

    `shown` is what the notebook carries; a picture of the finding's segment stands beside its
    text where there is one. The notes hold the metric's definition.
    """
    from pptx import Presentation
    from pptx.util import Inches

    made = Presentation()
    made.slide_width, made.slide_height = Inches(_WIDE), Inches(_HIGH)
    cover = _slide(made, deck.title, deck.foot)
    _write(cover, (*_TITLE[:1], 1.7, *_TITLE[2:]), (deck.subtitle, (20, 14), _QUIET))
    pictured = [entry for entry in shown if entry.get("image")]
    chosen = [
        max(pictured, key=lambda entry: _fit(finding, entry, reader), default=None)
        for finding in findings
    ]
    addresses = list(dict.fromkeys(entry["image"] for entry in chosen if entry))
    pictures = dict(zip(addresses, painted(addresses), strict=True))
    for finding, entry in zip(findings, chosen, strict=True):
        slide = _slide(made, finding["claim"], deck.foot)
        _say(slide, finding, _BESIDE if entry else _ALONE, reader)
        if entry:
            _show(slide, entry, pictures[entry["image"]])
        slide.notes_slide.notes_text_frame.text = writable(_notes(finding, reader))
    packed = BytesIO()
    made.save(packed)
    return packed.getvalue()


def fitted(text: str, width: float, height: float, sizes: Sequence[int]) -> tuple[str, int]:
    """Return a text and the largest of `sizes` in points that fits; cut with … at the smallest.

    `width` and `height` are in inches; letters are taken for wide.
    """
    plain = " ".join(writable(text).split())
    for size in sizes:
        across, most = width * 72 / size, int(height * 72 / size / _LINE)
        if lines(plain, across) <= most:
            return plain, size
    while lines(f"{plain}…", across) > most:
        plain = plain[: int(len(plain) * 0.97)]
    return f"{plain.rstrip()}…", size


def lines(text: str, across: float) -> int:
    """Return how many lines a text fills that are as wide as `across` times its size of type.

    A word breaks only where it is longer than a line.
    """
    count, used = 1, 0.0
    for word in text.split(" "):
        wide = sum(map(_wide, word))
        if used and used + wide > across:
            count, used = count + 1, 0.0
        count += int(wide // across)
        used += wide % across + _wide(" ")
    return count


def _wide(letter: str) -> float:
    """Width of a letter in sizes of type, on the safe side."""
    if east_asian_width(letter) in "WF" or letter in "WM@%—…":
        return 1.0
    return 0.7 if letter.isupper() else 0.56


def _fit(finding: Mapping[str, Any], entry: Mapping[str, Any], reader: Reader) -> int:
    """How much of a finding a picture shows: its segment in rows, then by choice, its metric."""
    columns, segment = entry["columns"], finding["segment"]
    first = {row[0] for row in entry["rows"]}
    within = sum(value in entry["choice"].values() for value in segment.values())
    shown = sum(
        columns[0]["name"] == dimension and value in first for dimension, value in segment.items()
    )
    metric = reader.label(finding["metric"].removesuffix("_target"))
    named = metric in first or metric in [column["label"] for column in columns]
    return 4 * shown + 2 * within + named


def _notes(finding: Mapping[str, Any], reader: Reader) -> str:
    known = [glossary.said(finding["metric"], reader)]
    where = f"{finding['notebook']} · {reader.period(finding['period'])}"
    return "\n".join([*known, finding["evidence"], finding["next_step"], where])


def _slide(made: Any, title: str, foot: str) -> "Slide":
    slide = made.slides.add_slide(made.slide_layouts[5])
    _fill(slide.shapes.title, _TITLE, (title, (28, 24, 20, 18), _INK))
    slide.shapes.title.text_frame.paragraphs[0].font.bold = True
    _write(slide, _FOOT, (foot, (10, 9), _QUIET))
    return slide


def _say(slide: "Slide", finding: Mapping[str, Any], width: float, reader: Reader) -> None:
    """Evidence, impact with its interval, and what to do, one below the other."""
    impact = Impact(**finding["impact"]) if finding["impact"] else None
    money = Reader(reader.language, impact.currency) if impact else reader
    told = {
        reader.words("Evidence"): finding["evidence"],
        reader.words("Impact"): worth(impact, money),
        reader.words("Next step"): finding["next_step"],
    }
    for at, (head, text) in enumerate(told.items()):
        top = _TOP + at * (_BLOCK + 0.1)
        _write(slide, (0.6, top, width, 0.3), (head, (12,), _QUIET))
        _write(slide, (0.6, top + 0.3, width, _BLOCK - 0.3), (text, (18, 16, 14, 12), _INK))


def _show(slide: "Slide", entry: Mapping[str, Any], picture: bytes) -> None:
    """The picture under its own title, as large as its place allows."""
    from pptx.util import Inches

    choice = (f"{name}: {option}" for name, option in entry["choice"].items())
    about = " · ".join([entry["title"], entry["subtitle"], *choice])
    _write(slide, _CAPTION, (about, (12, 11, 10), _QUIET))
    left, top, width, height = map(Inches, _PICTURE)
    shape = slide.shapes.add_picture(BytesIO(picture), left, top, width=width)
    if shape.height > height:
        shape.width, shape.height = int(shape.width * height / shape.height), height
    shape._element.nvPicPr.cNvPr.set("descr", writable(entry["alt"]))


def _write(slide: "Slide", place: tuple, said: tuple) -> None:
    from pptx.util import Inches

    _fill(slide.shapes.add_textbox(*map(Inches, place)), place, said)


def _fill(shape: Any, place: tuple, said: tuple[str, Sequence[int], str]) -> None:
    """Put a text of one colour into a shape, in the largest of its sizes that fits."""
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
    from pptx.util import Inches, Pt

    text, sizes, colour = said
    plain, size = fitted(text, *place[2:], sizes)
    shape.left, shape.top, shape.width, shape.height = map(Inches, place)
    frame = shape.text_frame
    frame.auto_size, frame.word_wrap, frame.vertical_anchor = (
        MSO_AUTO_SIZE.NONE,
        True,
        MSO_ANCHOR.TOP,
    )
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    line = frame.paragraphs[0]
    line.alignment = PP_ALIGN.LEFT
    run = line.add_run()
    run.text, run.font.size, run.font.color.rgb = plain, Pt(size), RGBColor.from_string(colour)
