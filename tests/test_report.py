"""What every view promises: nothing escapes it, nothing breaks it, it also speaks in words."""

import json
import os
import re
import subprocess
import sys
from base64 import b64decode
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from types import SimpleNamespace
from xml.etree import ElementTree

import ipywidgets
import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib.backends.backend_agg import FigureCanvasAgg

from revwork.calendar import Comparison, Period
from revwork.findings import Finding, Impact, Message, Unanswered
from revwork.metrics import Kpi
from revwork.report import Panels, answer, begin, chart, export, findings, index, kpis, table, theme
from revwork.report import library as shelf
from revwork.report.kpi import MIME as KPIS
from revwork.report.page import FINDINGS_MIME as FINDINGS
from revwork.report.picture import Picture
from revwork.report.words import read_as

WIDGET = "application/vnd.jupyter.widget-view+json"
HARMLESS = "Beans"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "</style><style>*{display:none}</style>",
    "</script><script>alert(1)</script>",
    "</title></head><body onload=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "</svg></figure></section>",
    "</td></tr></table><h1>x</h1>",
    "<iframe src=javascript:alert(1)>",
    "javascript:alert(1)",
    '<a href="javascript:alert(1)">x</a>',
    "<!-- --><b>x</b><!--",
    "<![CDATA[<b>x</b>]]>",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "{{7*7}}{% raw %}${7*7}",
    "$x^2$ $\\frac{1}$ \\",
    "{net:money} {0} %s %(a)s",
    "' onmouseover='alert(1)",
    "line\nbreak\ttab",
    "null\x00 bell\x07 esc\x1b sep\x1f\u2028",
    "\u202ereversed\u202c \ufeff\u200b",
    "=HYPERLINK(1) @x | y",
]
HUGE = "A name as long as a contract that nobody has ever read to its end, and then some more"


@pytest.fixture(autouse=True)
def reader(monkeypatch):
    monkeypatch.delenv("REVWORK_HEADLESS", raising=False)
    read_as("en", "EUR")


# frames, one for each kind of picture


def segments(**columns):
    rows = {
        "region": ["North", "South"],
        "current": [9.0, 4.0],
        "base": [8.0, 5.0],
        "target": [10.0, 3.0],
    }
    frame = pd.DataFrame({**rows, **columns})
    return frame.assign(change_rate=frame.current / frame.base - 1) if len(frame) else frame


def months(**columns):
    rows = {
        "start": [date(2026, month, 1) for month in (4, 5, 6)],
        "value": [3.0, 4.0, 5.0],
        "base": [2.0, 4.0, 4.0],
        "target": [3.0, 3.0, 6.0],
        "partial": [False, False, True],
    }
    return pd.DataFrame({**rows, **columns})


def steps(**columns):
    rows = {
        "bar": ["base", "price", "volume", "current"],
        "value": [100.0, 20.0, -5.0, 115.0],
        "kind": ["total", "change", "change", "total"],
    }
    return pd.DataFrame({**rows, **columns})


def leaves(**columns):
    rows = {
        "leaf": ["customers", "order_value"],
        "parent": ["net_revenue", "net_revenue"],
        "department": ["marketing", "product"],
        "unit": ["count", "money"],
        "base": [10.0, 5.0],
        "current": [12.0, 4.0],
        "effect": [8.0, -3.0],
    }
    return pd.DataFrame({**rows, **columns})


def daily(**columns):
    rows = {
        "day": [date(2026, 1, 1) + timedelta(days=n) for n in range(90)],
        "net": [100.0] * 40 + [900.0] + [100.0] * 49,
        "low": 50.0,
        "high": 150.0,
    }
    return pd.DataFrame({**rows, **columns})


KINDS = {
    "line": (chart.line, months, ["value", "base", "target"]),
    "bars": (chart.bars, segments, ["current", "base", "target"]),
    "waterfall": (chart.waterfall, steps, ["value"]),
    "tree": (chart.tree, leaves, ["effect", "base", "current"]),
    "days": (chart.days, daily, ["net", "low", "high"]),
}
kinds = pytest.mark.parametrize(("draw", "frame", "numbers"), KINDS.values(), ids=KINDS)


def finding(text=HARMLESS, **told):
    said = Message("{name:text}: {net:money}", {"name": text, "net": 5.0})
    impact = Impact(1200.0, 100.0, 2300.0, "EUR")
    values = (said, said, said, impact, 0.8)
    made = Finding("net", {"region": text}, "strength", "change", text, "2026-Q2", *values)
    return replace(made, **told)


def masthead(text=HARMLESS, **more):
    period, before = (Period(text, date(y, 4, 1), date(y, 7, 1)) for y in (2026, 2025))
    company = SimpleNamespace(
        name=text, language="en", currency="EUR", confidentiality="", actions=lambda audience: ()
    )
    given = SimpleNamespace(kind="", message=Message("{a:text}", {"a": text}))
    tables = SimpleNamespace(
        **{"as_of": date(2026, 6, 30), "inputs": [read_from(text)], "notes": [given]},
        **{"absent": [text], "audience": "full"},
    )
    return begin(company, tables, Comparison(period, period, before, "year ago", False), **more)


def read_from(text):
    from revwork.data.loading import Input

    return Input(text, f"{text}.csv", 3, date(2026, 1, 1), None, "f")


def published(text):
    cells = [nbformat.v4.new_markdown_cell("# Title"), shown(kpis([]))]
    return export.page(nbformat.v4.new_notebook(cells=cells), source=text)


def pack(text):
    entry = {"notebook": text, "status": "failed", "reason": text, "files": {"html": "x"}}
    claim = {"direction": "strength", "claim": text, "department": text, "notebook": text}
    claim |= {"id": text, "confidence": 0.5}
    manifest = {"run": text, "workspace": text, "as_of": text, "notebooks": [entry]}
    return index.pack(manifest, [{**claim, "impact": None}])


def library(text):
    run = {"run": text, "workspace": text, "as_of": text, "status": "succeeded"}
    ended = {"notebook": text, "before": text, "after": text, "reason": text}
    gone = {"claim": text, "before": 1.0, "after": None, "currency": "EUR"}
    moved = {"metric": text, "segment": {text: text}, "unit": "money", "before": 1.0, "after": 2.0}
    less = {"table": text, "rows": [2, 1], "last_day": [None, None]}
    changes = {"since": text, "notebooks": [ended], "tables": [less], "new": [], "changed": [gone]}
    changes |= {"kpis": [moved | {"period": [text, f"{text}2"]}], "gone": [gone]}
    return shelf.library([(run, changes)], [text], True)


def shown(view):
    """The cell of an executed notebook that shows a view."""
    data = view._repr_mimebundle_() if hasattr(view, "_repr_mimebundle_") else {}
    data = data or {"text/html": view._repr_html_(), "text/plain": repr(view)}
    output = nbformat.v4.new_output("display_data", data=data)
    return nbformat.v4.new_code_cell("code()", outputs=[output], execution_count=1)


def said(view):
    """What a view says where nothing can be drawn."""
    return shown(view).outputs[0].data["text/plain"]


def refuses(text):
    raise Unanswered(text)


VIEWS = {
    "cards": lambda text: kpis([Kpi(text, 5.0, "money", text, text, 4.0, 6.0, (1, None, 3))]),
    "picture": lambda text: Picture(text, text, "data:,", text),
    "table": lambda text: table(pd.DataFrame({text: [text, {"a": text}], "n": [1, 2]}), text),
    "empty table": lambda text: table(pd.DataFrame({text: []}), text),
    "panels": lambda text: Panels(
        lambda **_: table(segments(), text), **{text: [text, "x"]}, by=[text]
    ),
    "answer": lambda text: answer(lambda: refuses(text)),
    "findings": lambda text: findings([finding(text)]),
    "masthead": masthead,
}
DRAWN = {
    "line": lambda names: chart.line(months(), names[0], "Measure"),
    "bars": lambda names: chart.bars(
        pd.concat([segments(region=name) for name in names])[:12], names[0], "Measure"
    ),
    "waterfall": lambda names: chart.waterfall(
        steps(bar=[*names, "current"], value=5.0, kind=["total"] + ["change"] * len(names)),
        names[0],
        "Measure",
    ),
    "tree": lambda names: chart.tree(
        pd.concat([leaves(leaf=name, department=name) for name in names]), names[0], "Measure"
    ),
    "days": lambda names: chart.days(daily(), names[0], "Measure"),
}
PAGES = {"page": published, "pack": pack, "library": library}


def parsed(html):
    return BeautifulSoup(html, "html.parser")


def skeleton(html):
    """Every element with its attributes; values too, where they are not data."""
    return [
        (tag.name, sorted(tag.attrs), tag.get("class"), "href" in tag.attrs)
        for tag in parsed(html).find_all()
    ]


def drawing(picture):
    """The picture's SVG, which a broken name would have made unreadable."""
    return ElementTree.fromstring(b64decode(picture.address.partition(",")[2]))


# what is hostile stays text


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("view", VIEWS)
def test_a_hostile_name_stays_a_name(view, text, monkeypatch):
    for headless in ("", "1"):
        monkeypatch.setenv("REVWORK_HEADLESS", headless)
        html = shown(VIEWS[view](text)).outputs[0].data["text/html"]
        plain = shown(VIEWS[view](HARMLESS.ljust(len(text), "s"))).outputs[0].data["text/html"]
        assert skeleton(html) == skeleton(plain)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("page", PAGES)
def test_a_hostile_name_adds_nothing_to_a_page(page, text):
    assert skeleton(PAGES[page](text)) == skeleton(PAGES[page](HARMLESS))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is_but_for_signs_that_turn_our_words(text):
    html = table(pd.DataFrame({"name": [text]}), "caption")._repr_html_()
    turned = re.sub("[\u202a-\u202e\u2066-\u2069]", "", text)
    assert parsed(html).find("tbody").th.get_text() == turned


@pytest.mark.parametrize("names", [HOSTILE[:12], HOSTILE[12:]], ids=["first", "second"])
@pytest.mark.parametrize("kind", ["bars", "waterfall", "tree"])
def test_a_hostile_name_stays_text_in_a_drawing(kind, names):
    picture, plain = (DRAWN[kind](given) for given in (names, [HARMLESS] * 12))
    assert skeleton(picture._repr_html_()) == skeleton(plain._repr_html_())
    svg = drawing(picture)
    assert {e.tag for e in svg.iter()} == {e.tag for e in drawing(plain).iter()}
    names = {name for element in svg.iter() for name in element.attrib}
    assert not [name for name in names if name.startswith("on")]
    links = [v for e in svg.iter() for n, v in e.attrib.items() if n.endswith("href")]
    assert all(link.startswith("#") for link in links)


def test_a_formula_is_not_typeset():
    svg = drawing(chart.bars(segments(region=["$x^2$ and $y$", "b"]), "t", "s"))
    assert "$x^2$ and $y$" in "".join(svg.itertext())


# what there is to say


@pytest.mark.parametrize("view", [*VIEWS, *DRAWN])
def test_a_view_says_in_words_what_it_shows(view):
    words = said(VIEWS[view](HARMLESS) if view in VIEWS else DRAWN[view]([HARMLESS] * 3))
    assert HARMLESS in words
    assert not re.search(r"[<>]|base64|object at|\w+\(\w+=", words)


def test_cards_say_every_number():
    words = said(kpis([Kpi("net_revenue", 1200.0, "money", "finance", "2026-Q2", 1000.0)]))
    assert words.splitlines()[0] == "Net revenue: €1,200 (+20%)"


def test_numbers_and_findings_of_a_part_say_which():
    masthead(only=["region=North", "channel=Web", "channel=Shop"])
    part = {"region": "North", "channel": "Web, Shop"}
    (number,) = kpis([Kpi("net_revenue", 1.0, "money", "sales", "2026-Q2")])._repr_mimebundle_()[
        KPIS
    ]
    (claim,) = findings([finding(segment={"category": "Beans"})])._repr_mimebundle_()[FINDINGS]
    assert number["segment"] == part and claim["segment"] == part | {"category": "Beans"}
    whole = finding(segment={"category": "Beans"}).id
    assert claim["id"] == finding(segment=claim["segment"]).id != whole


def test_a_number_of_the_whole_has_no_segment():
    masthead()
    (number,) = kpis([Kpi("net_revenue", 1.0, "money", "sales", "2026-Q2")])._repr_mimebundle_()[
        KPIS
    ]
    assert number["segment"] == {}


def test_a_table_says_every_cell():
    words = said(table(segments(), "By region", "region", "current"))
    assert words == "By region\nRegion · Now\nNorth · €9\nSouth · €4"


def test_an_answer_says_what_its_views_say_or_why_there_is_none():
    assert "€9" in said(answer(lambda: (table(segments(), "a"), table(segments(), "b"))))
    assert said(answer(lambda: refuses("Add sessions."))) == "Add sessions."


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("line", ["1 Jun 2026", "now €5", "before €4", "target €6"]),
        ("bars", ["North €9 (+12.5%)", "South €4 (−20%)"]),
        ("waterfall", ["Before €100", "Price €20", "Volume −€5", "Now €115"]),
        ("tree", ["Customers · Marketing: €8", "Order value · Product: −€3"]),
        ("days", ["10 Feb 2026 €900"]),
    ],
)
def test_the_alternative_text_is_computed_from_what_is_drawn(kind, words):
    draw, frame, _ = KINDS[kind]
    html = draw(frame(), "t", "s")._repr_html_()
    assert [word for word in words if word not in parsed(html).img["alt"]] == []


def test_a_cards_carried_numbers_are_json_even_where_they_are_none():
    card = kpis([Kpi("m", np.inf, "money", "d", "p", float("nan"), None, (np.nan, np.int64(1)))])
    row = card._repr_mimebundle_()["application/vnd.revwork.kpis+json"][0]
    assert json.loads(json.dumps(row, allow_nan=False))["series"] == [None, 1]


def test_findings_carried_are_json_with_their_sentences_in_words():
    told = Message("{day:date} {x:money}", {"day": date(2026, 6, 1), "x": np.float64("nan")})
    bundle = findings([finding(evidence=told)])._repr_mimebundle_()
    row = bundle["application/vnd.revwork.findings+json"][0]
    assert json.loads(json.dumps(row, allow_nan=False))["evidence"] == "1 Jun 2026 –"


def test_no_finding_is_said():
    assert "Nothing stands out" in said(findings([]))
    assert "Nothing stands out" in findings([])._repr_html_()


# what data can be like


@kinds
@pytest.mark.parametrize(
    "value",
    [None, np.nan, np.inf, -np.inf, 0.0, -7.0, 1e12, -1e12, 1e-9],
    ids=["null", "nan", "inf", "minus inf", "zero", "negative", "huge", "minus huge", "tiny"],
)
def test_a_picture_stands_whatever_its_numbers_are(draw, frame, numbers, value):
    for columns in (numbers, numbers[:1], numbers[1:]):
        view = draw(frame(**dict.fromkeys(columns, value)), "Title", "Measure")
        assert not re.search(r"\b(nan|inf|None|NaT)\b", view._repr_html_() + repr(view))


@kinds
def test_no_row_or_one_row_is_enough(draw, frame, numbers):
    assert "nothing" in said(draw(frame()[:0], "Title", "Measure"))
    assert drawing(draw(frame()[:1], "Title", "Measure")) is not None


@kinds
def test_one_missing_number_leaves_the_others_standing(draw, frame, numbers):
    full = frame()
    full.loc[1, numbers] = np.nan
    assert drawing(draw(full, "Title", "Measure")) is not None


@kinds
def test_the_same_data_give_the_same_bytes(draw, frame, numbers):
    assert draw(frame(), "t", "s") == draw(frame(), "t", "s")


def test_another_process_draws_the_same_bytes(root):
    script = (
        "import sys; sys.path.insert(0, 'tests'); import test_report as t, hashlib;"
        "print(hashlib.sha256(''.join(draw(frame(), 't', 's').address"
        " for draw, frame, _ in t.KINDS.values()).encode()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = "".join(draw(frame(), "t", "s").address for draw, frame, _ in KINDS.values())
    assert done.stdout.strip() == sha256(here.encode()).hexdigest()


def test_two_segments_of_the_same_long_name_have_a_bar_each():
    picture = chart.bars(segments(region=[HUGE + " 1", HUGE + " 2"]), "t", "s")
    assert "".join(drawing(picture).itertext()).count("A name as long as a c…") == 2


def test_forty_segments_become_twelve_and_the_others_and_still_add_up():
    names = [f"Country {n:02}" for n in range(40)]
    frame = segments(region=names, current=range(40, 0, -1), base=1.0, target=np.nan)
    picture = chart.bars(frame, "t", "s")
    shown = "".join(drawing(picture).itertext())
    assert "28 others" in shown and "Country 11" in shown and "Country 12" not in shown
    assert "28 others €406" in picture.alt


def test_a_segment_that_vanished_is_not_hidden_among_the_others():
    names = [f"Country {n:02}" for n in range(20)]
    base = [1.0] * 19 + [500.0]
    frame = segments(region=names, current=[9.0] * 19 + [0.0], base=base, target=np.nan)
    assert "Country 19 €0 (−100%)" in chart.bars(frame, "t", "s").alt


def test_a_table_shows_what_is_unknown_as_a_dash():
    frame = pd.DataFrame({"name": [None, "a"], "net": [None, np.nan], "share": [np.inf, pd.NA]})
    cells = [td.get_text() for td in parsed(table(frame, "c")._repr_html_()).tbody.find_all("td")]
    assert cells == ["–"] * 4


@pytest.mark.parametrize("value", [Decimal("1234.5"), 1234.5, np.float64(1234.5)])
def test_a_table_writes_any_kind_of_number_for_people(value):
    frame = pd.DataFrame({"name": ["a"], "weight": pd.Series([value], dtype=object)})
    assert "1,234.5" in table(frame, "c")._repr_html_()


@pytest.mark.parametrize("name", ["NaT", "<NA>", "nan", "None", ""])
def test_a_segment_may_be_called_like_nothing(name):
    frame = pd.DataFrame({"name": [name], "net": [1.0]})
    assert parsed(table(frame, "c")._repr_html_()).tbody.th.get_text() == name


@pytest.mark.parametrize("value", [None, np.nan, np.inf])
def test_a_card_without_a_number_shows_a_dash(value):
    card = kpis([Kpi("net", value, "money", "d", "p", value, value, (value, value, value))])
    html = parsed(card._repr_html_())
    assert html.find(class_="kpi-value").get_text() == "–"
    assert "not known" in html.get_text() and not re.search("nan|inf|None|▲|▼", html.get_text())


def test_a_card_tells_up_from_down_by_more_than_colour():
    def mark(now):
        return parsed(kpis([Kpi("n", now, "money", "d", "p", 4.0)])._repr_html_()).get_text()

    assert "▲" in mark(5.0) and "▼" in mark(3.0) and not set("▲▼") & set(mark(4.0))


@pytest.mark.parametrize("target", [0.0, -10.0])
def test_a_share_of_a_target_is_said_only_where_it_means_something(target):
    html = kpis([Kpi("n", 5.0, "money", "d", "p", 4.0, target)])._repr_html_()
    assert "% of target" not in html and "Target" in html


@pytest.mark.parametrize(
    ("better", "value", "tone"),
    [
        ("higher", 0.25, "worse"),
        ("higher", 0.35, "better"),
        ("lower", 0.25, "better"),
        ("lower", 0.35, "worse"),
        ("neither", 0.35, "flat"),
        ("lower", 0.30001, "flat"),
    ],
)
def test_a_target_is_judged_the_way_the_metric_is_good(better, value, tone):
    card = parsed(
        kpis([Kpi("m", value, "percent", "d", "p", None, 0.3, better=better)])._repr_html_()
    )
    told = card.find(class_="kpi-target")
    assert tone in told["class"] and told.get_text().startswith("Target 30%")


def test_a_card_tells_how_far_it_is_from_its_target_in_the_metric_s_unit():
    def told(value, unit, target, **more):
        html = kpis([Kpi("m", value, unit, "d", "p", None, target, **more)])._repr_html_()
        return parsed(html).find(class_="kpi-target").get_text()

    assert told(0.25, "percent", 0.3) == "Target 30%: −5 pp"
    assert told(110.0, "cents", 100.0, better="lower") == "Target €100.00: +10%"
    assert told(3.5, "score", 4.0, target_is="mean") == "Target 4, mean of its months: −0.5"
    assert told(90.0, "money", 100.0, target_is="to date") == "90% of target €100 to date"


# what fits


@pytest.fixture
def figures(monkeypatch):
    """The figures behind the pictures drawn in a test."""
    drawn, image = [], theme.image
    monkeypatch.setattr(theme, "image", lambda figure: drawn.append(figure) or image(figure))
    return drawn


def texts(figure):
    """The words in a figure that can be seen, each with its box in pixels."""
    axes = figure.axes[0]
    low, high = sorted(axes.get_ylim())
    left, right = sorted(axes.get_xlim())
    ticks = [t for t in axes.get_xticklabels() if left <= t.get_position()[0] <= right]
    ticks += [t for t in axes.get_yticklabels() if low <= t.get_position()[1] <= high]
    renderer = FigureCanvasAgg(figure).get_renderer()
    return {t: t.get_window_extent(renderer) for t in [*axes.texts, *ticks] if t.get_text()}


def ten_steps(value):
    bars = ["net_revenue", "cost", "gross_margin", "commission", "payment_cost", "shipping_cost"]
    bars += ["marketing", "contribution_margin", "running", "operating_result"]
    values = [value * share for share in (1, -0.6, 0.4, -0.03, -0.01, -0.04, -0.05, 0.27, -0.2)]
    kinds = ["total" if n in (0, 2, 7, 9) else "change" for n in range(10)]
    return pd.DataFrame({"bar": bars, "value": [*values, value * 0.07], "kind": kinds})


CROWDED = {
    "bars": lambda: chart.bars(
        segments(region=[f"{n} {HUGE}" for n in range(40)], current=1e12, base=9e11, target=2e12),
        "t",
        "s",
    ),
    "negative bars": lambda: chart.bars(segments(current=[-9e6, -4e6], base=-5e6), "t", "s"),
    "thousands": lambda: chart.waterfall(ten_steps(238_029.0), "t", "s"),
    "millions": lambda: chart.waterfall(ten_steps(123_456_789.0), "t", "s"),
    "billions": lambda: chart.waterfall(ten_steps(1.234e12), "t", "s"),
    "losses": lambda: chart.waterfall(ten_steps(-1.234e12), "t", "s"),
    "tree": lambda: chart.tree(
        leaves(leaf=[HUGE, "b"], unit="money", base=1e12, current=2e12, effect=[1e12, -1e12]),
        "t",
        "s",
    ),
    "one line": lambda: chart.line(months(value=5.0, base=5.0, target=5.0), "t", "s"),
    "huge line": lambda: chart.line(months(value=[1e12, 3e12, 2e12], base=1e12), "t", "s"),
    "days": lambda: chart.days(daily(net=[900.0 - n for n in range(90)], high=100.0), "t", "s"),
}


@pytest.mark.parametrize("language", ["en", "es", "fr"])
@pytest.mark.parametrize("crowded", CROWDED)
def test_no_word_is_cut_off_or_lies_on_another(crowded, language, figures):
    read_as(language, "EUR")
    CROWDED[crowded]()
    boxes = texts(figures[0])
    edge = figures[0].bbox.padded(1)
    cut = [t.get_text() for t, box in boxes.items() if not _within(box, edge)]
    assert cut == []
    pairs = [(a, b) for n, a in enumerate(boxes) for b in list(boxes)[n + 1 :]]
    on_another = [(a.get_text(), b.get_text()) for a, b in pairs if _overlap(boxes[a], boxes[b])]
    assert on_another == []


def _within(box, edge):
    return edge.x0 <= box.x0 and box.x1 <= edge.x1 and edge.y0 <= box.y0 and box.y1 <= edge.y1


def _overlap(one, other):
    return one.padded(-0.5).overlaps(other.padded(-0.5))


# answers


def test_several_views_stand_one_after_the_other():
    html = answer(lambda: [table(segments(), "one"), table(segments(), "two")])._repr_html_()
    assert html.index("one") < html.index("two")


# what reaches a page


def executed(*outputs, source="secret_code()"):
    cell = nbformat.v4.new_code_cell(source, outputs=list(outputs), execution_count=1)
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Report"), cell])


def test_a_widget_that_would_be_blank_is_refused_by_its_cell():
    slider = ipywidgets.IntSlider()._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data=slider)
    with pytest.raises(export.Unpublishable, match="cell 2"):
        export.page(executed(output), "source")


def test_panels_drawn_live_are_published_as_their_first_picture():
    cells = [
        nbformat.v4.new_markdown_cell("# Report"),
        shown(Panels(refuses, text=["a in None", "b"])),
    ]
    html = export.page(nbformat.v4.new_notebook(cells=cells), "source")
    assert "a in None" in html and WIDGET not in html


def test_code_messages_errors_and_what_was_printed_stay_behind():
    html_output = nbformat.v4.new_output("display_data", data={"text/html": "<p>shown</p>"})
    notebook = executed(
        nbformat.v4.new_output("stream", name="stdout", text="PASSWORD=hunter2"),
        nbformat.v4.new_output("stream", name="stderr", text="/home/me/.pgpass hunter2"),
        nbformat.v4.new_output("error", ename="E", evalue="hunter2", traceback=["Traceback"]),
        nbformat.v4.new_output("execute_result", data={"text/plain": "hunter2"}),
        nbformat.v4.new_output("display_data", data={"application/json": {"key": "hunter2"}}),
        html_output,
        source="connect(password='hunter2')",
    )
    notebook.cells.append(nbformat.v4.new_raw_cell("hunter2"))
    notebook.metadata["papermill"] = {"parameters": {"key": "hunter2"}}
    notebook.metadata["widgets"] = {"state": "hunter2"}
    html = export.page(notebook, "source")
    assert "shown" in html
    assert not [word for word in ("hunter2", "Traceback", "connect", ".pgpass") if word in html]


def test_publishing_leaves_the_executed_notebook_as_it_was():
    notebook = executed(nbformat.v4.new_output("stream", name="stdout", text="kept"))
    before = nbformat.writes(notebook)
    export.page(notebook, "source")
    assert nbformat.writes(notebook) == before


def test_the_style_comes_with_the_report_in_lab_and_with_the_page_elsewhere(monkeypatch):
    assert ".jp-OutputArea-output" in masthead()._repr_html_()
    monkeypatch.setenv("REVWORK_HEADLESS", "1")
    assert "<style>" not in masthead()._repr_html_()
