"""Every picture: what it says in words, what it makes of odd data, how it looks."""

import os
import re
from base64 import b64decode
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image, ImageFilter
from test_report import _overlap, _within, texts

from revwork.findings import Message
from revwork.report import chart, theme
from revwork.report.chart import amounts
from revwork.report.chart.segments import _largest
from revwork.report.panels import Note
from revwork.report.picture import Picture
from revwork.report.words import UNITS, read_as

PICTURES = Path(__file__).parent / "pictures"
STYLE = (Path(theme.__file__).parent / "template" / "page.css").read_text()
HUGE = "A name as long as a contract that nobody has ever read to its end"
MOST = 60 * 1024


@pytest.fixture(autouse=True)
def reader():
    read_as("en", "EUR")


# one frame for each kind of picture; `n` rows of it, each named by `name`


def periods(n=6, **columns):
    rows = {
        "start": [date(2025 + m // 12, m % 12 + 1, 1) for m in range(n)],
        "value": [100.0 + 10 * m for m in range(n)],
        "base": [90.0 + 8 * m for m in range(n)],
        "target": 140.0,
        "low": [95.0 + 10 * m for m in range(n)],
        "high": [105.0 + 10 * m for m in range(n)],
        "partial": [False] * (n - 1) + [True] * min(n, 1),
    }
    return pd.DataFrame({**rows, **columns})


def rates(n=3, name="Country", **columns):
    rows = {
        "country": [f"{name} {m}" for m in range(n)],
        "current": [0.5 - 0.4 * m / n for m in range(n)],
        "base": 0.3,
        "low": [0.45 - 0.4 * m / n for m in range(n)],
        "high": [0.55 - 0.4 * m / n for m in range(n)],
    }
    return pd.DataFrame({**rows, **columns})


def stages(n=3, name="Stage", **columns):
    rows = {
        "stage": [f"{name} {m}" for m in range(n)],
        "value": [1000.0 / 2**m for m in range(n)],
        "base": [900.0 / 2**m for m in range(n)],
        "rate": [np.nan, *[0.5] * n][:n],
        "rate_base": [np.nan, *[0.6] * n][:n],
    }
    return pd.DataFrame({**rows, **columns})


def shares(n=5, name="Customer", **columns):
    share = np.array([0.5**m for m in range(n)])
    share = share / share.sum() if n else share
    rows = {"customer": [f"{name} {m}" for m in range(n)], "share": share}
    return pd.DataFrame({**rows, "cumulative_share": share.cumsum(), **columns})


def cells(n=3, name="Row", **columns):
    rows = [(f"{name} {r}", f"C{c}", 10.0 * r + c) for r in range(n) for c in range(4)]
    return pd.DataFrame(rows, columns=["row", "column", "net"]).assign(**columns)


def points(n=8, name="Product", **columns):
    rows = {
        "product": [f"{name} {m}" for m in range(n)],
        "net_revenue": [1000.0 * (m * 7 % 11 + 1) for m in range(n)],
        "margin": [0.1 * (m * 5 % 9 + 1) for m in range(n)],
    }
    return pd.DataFrame({**rows, **columns})


def curve(n=9, **columns):
    spend = np.arange(n) * 1000.0
    rows = {"spend": spend, "net_revenue": np.sqrt(spend) * 100}
    rows |= {"low": rows["net_revenue"] * 0.9, "high": rows["net_revenue"] * 1.1}
    marks = ["now" if m == 2 else "optimum" if m == 6 else None for m in range(n)]
    return pd.DataFrame({**rows, "mark": pd.Series(marks, dtype=object), **columns})


def series(n=3, name="Country", **columns):
    parts = [periods(6).assign(country=f"{name} {m}") for m in range(n)]
    frame = pd.concat(parts or [periods(0).assign(country="")], ignore_index=True)
    return frame[["country", "start", "value", "base", "partial"]].assign(**columns)


def steps(n=4, name="Step", **columns):
    changes = [(f"{name} {m}", 20.0 - 15 * m, "change") for m in range(max(0, n - 2))]
    rows = [
        ("base", 100.0, "total"),
        *changes,
        ("current", 100.0 + sum(c[1] for c in changes), "total"),
    ]
    return pd.DataFrame(rows[:n], columns=["bar", "value", "kind"]).assign(**columns)


def segments(n=3, name="Country", **columns):
    now, before = [900.0 - 9 * m for m in range(n)], [800.0 + 5 * m for m in range(n)]
    rows = {"country": [f"{name} {m}" for m in range(n)], "current": now, "base": before}
    rate = [a / b - 1 for a, b in zip(now, before, strict=True)]
    return pd.DataFrame({**rows, "target": 850.0, "change_rate": rate, **columns})


def drivers(n=6, name="customers", **columns):
    rows = {
        "leaf": [name, "orders_per_customer", "value_per_known_order", "other", "returns", "fx"],
        "parent": ["known_customers"] * 3 + ["net_revenue"] * 3,
        "department": ["marketing", "sales", "product", "sales", "service", "finance"],
        "unit": ["count", "rate", "money", "money", "money", "money"],
        "base": [100.0, 2.0, 50.0, 3000.0, -500.0, np.nan],
        "current": [120.0, 2.0, 48.0, 2500.0, -700.0, np.nan],
        "effect": [1900.0, 0.0, -380.0, -500.0, -200.0, 100.0],
    }
    return pd.DataFrame({**rows, **columns})[:n]


def daily(n=90, **columns):
    rows = {
        "day": [date(2026, 1, 1) + timedelta(days=m) for m in range(n)],
        "net": [900.0 if m == 40 else 100.0 for m in range(n)],
    }
    return pd.DataFrame({**rows, "low": 50.0, "high": 150.0, **columns})


def indices(n=3, name="Category", **columns):
    rows = [(f"{name} {r}", f"R{c}", 90.0 + 7 * r + 4 * c) for r in range(n) for c in range(3)]
    frame = pd.DataFrame(rows, columns=["category", "rival", "value"])
    return frame.assign(**{"n": range(1, len(rows) + 1), **columns})


def weekly(n=3, name="Rival", **columns):
    weeks = [date(2026, 1, 5) + timedelta(weeks=w) for w in range(20)]
    rows = [
        (w, f"{name} {r}", 100.0 + 4 * r + at % 3) for r in range(n) for at, w in enumerate(weeks)
    ]
    frame = pd.DataFrame(rows, columns=["week", "rival", "value"])
    ends = {"low": frame.value - 2, "high": frame.value + 2}
    return frame.assign(**{**ends, "n": 4, **columns})


def expected(n=6, **columns):
    ahead = [m >= n - 3 for m in range(n)]
    wide = {
        "low_95": [85.0 + 10 * m for m in range(n)],
        "high_95": [115.0 + 10 * m for m in range(n)],
    }
    return periods(n, **{"ahead": pd.Series(ahead, dtype=bool), **wide, **columns}).drop(
        columns="partial"
    )


def swings(n=4, name="price", **columns):
    up = [40.0 - 12 * m for m in range(n)]
    rows = {"lever": [f"{name}_{m}" if m else name for m in range(n)], "up": up}
    rows["down"] = [-1.2 * one for one in up]
    for side, at in (("up", "+10%"), ("down", "−10%")):
        rows |= {f"low_{side}": [one - 5 for one in rows[side]], f"{side}_at": [at] * n}
        rows[f"high_{side}"] = [one + 5 for one in rows[side]]
    return pd.DataFrame({**rows, **columns})


def events(*rows):
    return pd.DataFrame(rows, columns=["day", "label", "kind"])


KINDS = {
    "line": (chart.line, periods, ["value", "base", "target", "low", "high"]),
    "columns": (chart.columns, periods, ["value", "base", "target"]),
    "days": (chart.days, daily, ["net", "low", "high"]),
    "multiples": (chart.multiples, series, ["value", "base"]),
    "bars": (chart.bars, segments, ["current", "base", "target"]),
    "dots": (chart.dots, rates, ["current", "base", "low", "high"]),
    "funnel": (chart.funnel, stages, ["value", "base", "rate", "rate_base"]),
    "pareto": (chart.pareto, shares, ["cumulative_share", "share"]),
    "waterfall": (chart.waterfall, steps, ["value"]),
    "tree": (chart.tree, drivers, ["effect", "base", "current"]),
    "heat": (chart.heat, cells, ["net"]),
    "grid": (chart.grid, indices, ["value"]),
    "lines": (chart.lines, weekly, ["value", "low", "high"]),
    "scatter": (chart.scatter, points, ["margin", "net_revenue"]),
    "response": (chart.response, curve, ["net_revenue", "low", "high"]),
    "fan": (chart.fan, expected, ["value", "base", "target", "low", "high", "low_95", "high_95"]),
    "tornado": (chart.tornado, swings, ["up", "down", "low_up", "high_down"]),
}
SHORT = ("waterfall", "funnel")  # of our own steps and stages there are never many
NAMED = ["multiples", "bars", "dots", "funnel", "pareto", "waterfall", "heat", "scatter", "grid"]
kinds = pytest.mark.parametrize("kind", KINDS)


def drawn(kind, *options, frame=None):
    draw, typed, _ = KINDS[kind]
    return draw(typed() if frame is None else frame, "Title", "Measure", *options)


def svg(picture):
    return b64decode(picture.address.partition(",")[2])


def shown(picture):
    return " ".join(ElementTree.fromstring(svg(picture)).itertext())


@pytest.fixture
def figures(monkeypatch):
    made, image = [], theme.image
    monkeypatch.setattr(theme, "image", lambda figure: made.append(figure) or image(figure))
    return made


# what a picture says


@pytest.mark.parametrize(
    ("kind", "said"),
    {
        "line": "Line by period, last 1 Jun 2025: now €150, before €130, target €140. "
        "Interval: €145 to €155.",
        "columns": "Bars by period, last 1 Jun 2025: now €150, before €130, target €140.",
        "days": "Daily line; marked: 10 Feb 2026 €900.",
        "multiples": "Small lines, last value: Country 0 €150, Country 1 €150, Country 2 €150.",
        "bars": "Bars: Country 0 €900 (+12.5%), Country 1 €891 (+10.7%), Country 2 €882 (+8.9%).",
        "dots": "Dots, highest first: Country 0 50% (+20 pp), Country 1 36.7% (+6.7 pp), "
        "Country 2 23.3% (−6.7 pp).",
        "funnel": "Funnel, share of the stage before: Stage 0 1,000, Stage 1 500 (50%), "
        "Stage 2 250 (50%).",
        "pareto": "Cumulative share of 5; largest: Customer 0 51.6%, Customer 1 25.8%, "
        "Customer 2 12.9%. 3 of 5: 90.3%.",
        "waterfall": "Waterfall: Before €100, Step 0 €20, Step 1 €5, Now €125.",
        "tree": "Effects: Customers · Marketing: €1,900; Value per known order · Product: −€380; "
        "Other · Sales: −€500; Returns · Service: −€200; Exchange rates · Finance: €100.",
        "heat": "Heat map, 3 × 4; highest Row 2 · C3 €23, lowest Row 0 · C0 €0.",
        "grid": "Grid: Category 0 / R0 90, Category 0 / R1 94, Category 0 / R2 98, "
        "Category 1 / R0 97, Category 1 / R1 101, Category 1 / R2 105, "
        "Category 2 / R0 104, Category 2 / R1 108, Category 2 / R2 112.",
        "fan": "Line by period with what is expected, last 1 Jun 2025: €150, 80 %: €145 to €155, "
        "95 %: €135 to €165; before €130, target €140.",
        "tornado": "Levers, largest first: Price −10% −€48, +10% €40; Price 1 −10% −€34, +10% €28; "
        "Price 2 −10% −€19, +10% €16; Price 3 −10% −€5, +10% €4.",
        "lines": "Lines over time; last: Rival 0 101, Rival 1 105, Rival 2 109.",
        "response": "Curve of Net revenue over Spend, €0 to €8,000; marked: "
        "Now €2,000 → €4,472; Optimum €6,000 → €7,746.",
    }.items(),
)
def test_its_words_are_computed_from_its_data(kind, said):
    assert drawn(kind).alt == said


def test_the_words_of_a_scatter_name_the_points_that_are_named_on_it():
    picture = chart.scatter(points(), "t", "s", "money", "percent")
    assert picture.alt.startswith("8 points, Net revenue and Margin; named: Product ")
    named = re.findall(r"Product \d", picture.alt)
    assert len(named) > 4 and sorted(named) == sorted(re.findall(r"Product \d", shown(picture)))
    assert "Product 0 €1,000, 10%" in picture.alt


@pytest.mark.parametrize("language", ["es", "fr"])
@kinds
def test_it_speaks_the_readers_language(kind, language):
    read_as(language, "EUR")
    alt = drawn(kind).alt
    assert not re.search(r"€\d|\b(now|before|marked|highest|last|named|share of)\b", alt)


@pytest.mark.parametrize(
    ("unit", "said"),
    {
        **{"money": "€4", "cents": "€4.20", "count": "4", "rate": "4.2", "percent": "420%"},
        **{"score": "4.2", "index": "4.2", "days": "4.2 days", "multiple": "4.2×"},
    }.items(),
)
def test_a_value_is_written_in_its_unit(unit, said):
    assert (
        f"now {said}, before –, target –."
        in drawn("line", unit, frame=periods(2, value=4.2, base=None, target=None, low=None)).alt
    )


def test_the_source_stands_under_the_picture_where_it_is_known():
    assert "as-of" not in drawn("bars")._repr_html_()
    read_as("en", "EUR", "Source: <b>A & B</b>, data to 30 Jun 2026")
    page = BeautifulSoup(drawn("bars")._repr_html_(), "html.parser")
    assert (
        page.figure.find(class_="as-of").get_text() == "Source: <b>A & B</b>, data to 30 Jun 2026"
    )


def test_a_change_is_written_as_its_unit_has_it():
    told = {unit: amounts.moved(3.5, 2.0, unit) for unit in UNITS}
    assert told == {
        **dict.fromkeys(("money", "cents", "count", "rate"), "+75%"),
        **{"percent": "+150 pp", "score": "+1.5", "index": "+1.5"},
        **{"days": "+1.5 days", "multiple": "+1.5×"},
    }
    assert [amounts.moved(2.0, 2.01, unit) for unit in ("score", "days")] == ["0", "0 days"]
    assert {amounts.moved(1.0, np.nan, unit) for unit in UNITS} == {""}
    assert amounts.moved(1.0, 0.0, "money") == ""


def test_an_axis_and_a_cell_write_every_unit():
    for unit in UNITS:
        assert amounts.brief(12.4, unit) and amounts.bare(12.4, unit) and amounts.full(12.4, unit)
    assert [amounts.brief(3.25, unit, 2) for unit in ("multiple", "days")] == ["3.25×", "3.25 days"]
    assert [amounts.bare(3.25, unit) for unit in ("multiple", "days")] == ["3.2", "3.2"]


# what data can be like


@kinds
@pytest.mark.parametrize("value", [None, np.nan, np.inf, -np.inf, 0.0, -7.0, 1e12, -1e12, 1e-9])
def test_it_stands_whatever_its_numbers_are(kind, value):
    draw, frame, numbers = KINDS[kind]
    value = value and np.clip(value, -1e8, 1e8) if kind == "tree" else value  # it multiplies them
    for columns in (numbers, numbers[:1], numbers[1:]):
        view = draw(frame(**dict.fromkeys(columns, value)), "Title", "Measure")
        assert not re.search(r"\b(nan|inf|None|NaT)\b", view._repr_html_() + repr(view))


@kinds
def test_without_rows_it_says_so_and_one_row_is_enough(kind):
    draw, frame, _ = KINDS[kind]
    nothing = draw(frame(0), "Title", "Measure")
    assert isinstance(nothing, Note) and "nothing" in repr(nothing)
    assert isinstance(draw(frame(1), "Title", "Measure"), Picture)


@pytest.mark.parametrize("count", [2, 13, 60])
@pytest.mark.parametrize("kind", [*NAMED, "tree"])
def test_sixty_long_names_neither_touch_nor_leave_the_picture(kind, count, figures):
    draw, frame, _ = KINDS[kind]
    count = min(count, 10 if kind == "waterfall" else 12) if kind in SHORT else count
    picture = draw(frame(count, name=HUGE), "Title", "Measure")
    boxes = texts(figures[0])
    assert [
        t.get_text() for t, box in boxes.items() if not _within(box, figures[0].bbox.padded(1))
    ] == []
    assert [
        (a.get_text(), b.get_text())
        for a, b in combinations(boxes, 2)
        if _overlap(boxes[a], boxes[b])
    ] == []
    assert len(svg(picture)) * 4 / 3 < MOST


@pytest.mark.parametrize(
    ("kind", "rest"), {"dots": 36, "heat": 36, "multiples": 48, "grid": 48, "lines": 54}.items()
)
def test_what_has_no_room_is_counted_under_the_picture_and_in_its_words(kind, rest):
    picture = drawn(kind, frame=KINDS[kind][1](60))
    assert f"{rest} others are not shown." in picture.alt
    assert f"{rest} others are not shown." in shown(picture)


def ranks(n, **columns):
    """Segments of net 1 to n, as large before as now; the second one grew by three."""
    net = np.arange(1.0, n + 1)
    frame = pd.DataFrame({"region": [f"r{x:.0f}" for x in net], "current": net, "base": net})
    frame.loc[1, "current"] += 3
    rate = (frame.current - frame.base) / frame.base
    return frame.assign(share=frame.current / frame.current.sum(), change_rate=rate, **columns)


def test_the_smaller_segments_become_one_row_and_it_still_adds_up():
    whole = ranks(5, target=[4.0, None, None, None, None])
    found = _largest(whole, most=2)
    assert list(found.region) == ["r2", "r5", Message("{n:number} others", {"n": 3})]
    for column in ("current", "base", "share", "target"):
        assert found[column].sum() == pytest.approx(whole[column].sum())
    last = found.iloc[-1]
    assert (last.current, last.base, last.change_rate, last.target) == (8, 8, 0, 4)


def test_few_segments_stay_as_they_are():
    whole = ranks(2)
    assert _largest(whole, most=1) is whole


def test_others_without_a_base_have_no_change():
    unknown = np.full(4, np.nan)
    whole = ranks(4).assign(base=unknown, change_rate=unknown, target=unknown)
    last = _largest(whole, most=2).iloc[-1]
    assert last.current == 1 + 3 and last[["base", "change_rate", "target"]].isna().all()


def test_sixty_amounts_become_twelve_and_the_others_and_still_add_up():
    alt = drawn("bars", frame=segments(60)).alt
    assert (
        sum(int(x) for x in re.findall(r"€(\d+)", alt.replace(",", "")))
        == segments(60).current.sum()
    )


@pytest.mark.parametrize(
    ("kind", "frame"),
    {
        "line": periods(120),
        "columns": periods(60),
        "heat": pd.concat([cells(24).assign(column=f"W{w}") for w in range(52)])[::4],
        "scatter": points(4000, margin=np.random.default_rng(1).normal(size=4000)),
        "pareto": shares(5000, share=1 / 5000, cumulative_share=np.arange(1, 5001) / 5000),
        "days": daily(730),
        "lines": weekly(24),
    }.items(),
    ids=str,
)
def test_many_marks_stay_small(kind, frame):
    assert len(svg(drawn(kind, frame=frame.reset_index(drop=True)))) * 4 / 3 < MOST


@kinds
def test_the_same_data_give_the_same_bytes(kind):
    assert drawn(kind).address == drawn(kind).address


def test_an_unknown_cell_is_a_dash_and_a_pair_that_does_not_exist_is_empty():
    frame = cells(2)
    frame.loc[0, "net"] = np.nan
    assert shown(drawn("heat", frame=frame)).count("–") == 1
    assert shown(drawn("heat", frame=frame[1:])).count("–") == 0


def test_months_and_ages_stand_in_their_order_and_names_as_they_come():
    frame = pd.DataFrame(
        [(date(2026, 2, 1), 1, 0.5), (date(2026, 1, 1), 2, 0.2), (date(2026, 1, 1), 0, 1.0)],
        columns=["cohort", "age", "kept"],
    )
    said = shown(chart.heat(frame, "t", "s", "percent")).split()
    assert [x for x in said if x in "012"][:3] == ["0", "1", "2"]
    assert " ".join(said).index("Feb 26") < " ".join(said).index("Jan 26")


def test_a_parent_is_the_product_or_the_sum_of_its_children_if_each_has_a_level():
    said = shown(drawn("tree"))
    assert "€10,000 → €11,520" in said and "+€1,520" in said
    assert said.count("→") == 6 and "+€920" in said
    levels = {"base": drivers().base.fillna(0), "current": drivers().current.fillna(100)}
    assert "€12,500 → €13,420" in shown(drawn("tree", frame=drivers(**levels)))
    assert drawn("tree").frame.effect.sum() == 920


def test_small_prices_are_told_apart_on_an_axis():
    prices = periods(3, value=[2.4, 2.45, 2.42])[["start", "value"]]
    picture = drawn("line", "cents", frame=prices)
    ticks = re.findall(r"€2\.\d+", shown(picture))
    assert len(set(ticks)) == len(ticks) > 2


# time axes


def test_events_are_marked_and_decisions_told_apart_by_more_than_colour():
    given = events(
        (date(2025, 3, 15), "New prices", "decision"), (date(2025, 5, 1), "A rival opens", "event")
    )
    for kind in ("line", "columns"):
        picture = drawn(kind, "money", given)
        assert "◆ New prices" in shown(picture) and "▾ A rival opens" in shown(picture)
        assert "Marked: 15 Mar 2025 New prices (Decision); 1 May 2025 A rival opens" in picture.alt


def test_an_event_outside_the_periods_is_not_marked():
    given = events((date(2024, 12, 31), "Before", "event"), (date(2025, 7, 1), "After", "event"))
    assert drawn("line", "money", given).alt == drawn("line").alt


def test_names_of_events_on_the_same_days_never_touch(figures):
    given = events(*[(date(2025, 3, d), f"{HUGE} {d}", "event") for d in range(1, 29)])
    picture = drawn("line", "money", given)
    boxes = texts(figures[0])
    assert not [1 for a, b in combinations(boxes.values(), 2) if _overlap(a, b)]
    assert all(_within(box, figures[0].bbox.padded(1)) for box in boxes.values())
    assert picture.alt.count(HUGE) == 28


def test_a_partial_period_is_hatched_as_a_bar_and_dashed_as_a_line():
    for kind, sign in (("columns", b"<pattern"), ("line", b"stroke-dasharray: 5")):
        whole = drawn(kind, frame=periods(partial=False))
        assert sign in svg(drawn(kind)) and sign not in svg(whole)


def test_a_line_without_comparison_target_or_interval_needs_no_such_columns():
    assert "now €150, before –, target –." in drawn("line", frame=periods()[["start", "value"]]).alt


# the look


@kinds
def test_on_a_phone_no_letter_is_smaller_than_nine_pixels(kind):
    rem = float(re.search(r"figure \.scroll img \{[^}]*min-width: ([\d.]+)rem", STYLE)[1])
    drawing = svg(drawn(kind, frame=steps(10) if kind == "waterfall" else None)).decode()
    wide = float(re.search(r'viewBox="0 0 ([\d.]+)', drawing)[1])
    sizes = [float(x) for x in re.findall(r"font(?:-size)?: (?:bold )?([\d.]+)px", drawing)]
    assert min(sizes) * rem * 16 / wide >= 9


MACHADO = {
    "normal": np.eye(3),
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
}


def lab(colour, eyes):
    """What these eyes make of a colour, in CIE Lab (D65)."""
    part = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    xyz = to_xyz @ np.clip(np.asarray(MACHADO[eyes]) @ linear, 0, 1) / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one, other, eyes):
    return np.linalg.norm(lab(one, eyes) - lab(other, eyes))


TOGETHER = {
    "categories": (theme.CATEGORIES, 20),
    "up, down, total": ((theme.UP, theme.DOWN, theme.INK), 30),
    "up and down": ((theme.UP, theme.DOWN), 45),
    "now, before, target": ((theme.NOW, theme.BASE, theme.TARGET), 20),
    "below and above a middle": ((theme.AROUND[0], theme.AROUND[2]), 45),
}


@pytest.mark.parametrize("eyes", MACHADO)
@pytest.mark.parametrize("together", TOGETHER)
def test_colours_that_stand_together_differ_for_every_eye(together, eyes):
    colours, least = TOGETHER[together]
    apart = {f"{a} {b}": difference(a, b, eyes) for a, b in combinations(colours, 2)}
    assert min(apart.values()) >= least, apart


def test_black_and_white_are_a_hundred_apart():
    assert difference("#ffffff", "#000000", "normal") == pytest.approx(100, abs=0.1)


def test_up_and_down_have_signs_and_groups_have_marks():
    assert {"+€5", "−€10"} <= set(shown(drawn("waterfall", frame=steps(5))).split())
    drawing = svg(drawn("scatter", frame=points(9, group=["a", "b", "c"] * 3))).decode()
    marks = re.findall(r'<path id="(?:m|C\d)[^"]*" d="([^"]*)"', drawing)
    assert len({re.sub(r"[\d.\s-]", "", mark) for mark in marks}) >= 3


# against the pictures that were looked at


def painted(figure, **rules):
    """A figure as laid out, in grey dots, small and soft: what hints do to letters is gone."""
    figure.set_layout_engine("none")
    figure.set_dpi(80)
    with mpl.rc_context({**theme.RULES, **rules}):
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        dots = Image.fromarray(np.asarray(canvas.buffer_rgba()))
    page = Image.new("RGBA", dots.size, "white")
    page.alpha_composite(dots)
    return page.convert("L").filter(ImageFilter.GaussianBlur(2)).reduce(2)


def apart(one, other):
    """The root mean square of what differs, of 255."""
    if one.size != other.size:
        return 255.0
    return float(np.sqrt(np.mean((np.asarray(one, float) - np.asarray(other, float)) ** 2)))


NEAR = 4  # hints differ by up to 3.6, the smallest mark that moves by 4.8


@kinds
def test_it_looks_as_it_did_when_it_was_looked_at(kind, figures):
    drawn(kind)
    now, kept = painted(figures[0]), PICTURES / f"{kind}.png"
    if os.environ.get("REVWORK_KEEP_PICTURES"):
        now.save(kept, optimize=True)
    assert kept.stat().st_size <= 15 * 1024
    assert apart(now, Image.open(kept).convert("L")) <= NEAR


MOVED = {
    "line": periods(value=[100.0, 110, 150, 130, 140, 150]),
    "columns": periods(value=[100.0, 110, 140, 130, 140, 150]),
    "days": daily(net=[900.0 if m == 70 else 100.0 for m in range(90)]),
    "bars": segments(current=[900.0, 600.0, 882.0]),
    "dots": rates(current=[0.5, 0.3, 0.233]),
    "funnel": stages(value=[1000.0, 700, 250]),
    "waterfall": steps(value=[100.0, 20.0, -15.0, 105.0]),
    "tree": drivers(effect=[1900.0, 0.0, -1380.0, -500.0, -200.0, 100.0]),
    "heat": cells(net=[float(n * 5 % 12) for n in range(12)]),
    "grid": indices(value=[90.0, 94, 98, 97, 101, 105, 130, 108, 112]),
    "lines": weekly(value=[100.0 + n % 40 / 2 for n in range(60)]),
    "fan": expected(value=[100.0, 110, 150, 130, 140, 150]),
    "tornado": swings(up=[40.0, 28.0, -16.0, 4.0]),
}


@pytest.mark.parametrize("kind", MOVED)
def test_a_mark_that_moved_is_seen(kind, figures):
    drawn(kind, frame=MOVED[kind])
    assert apart(painted(figures[0]), Image.open(PICTURES / f"{kind}.png").convert("L")) > NEAR


@pytest.mark.parametrize("hinting", ["none", "force_autohint"])
@pytest.mark.parametrize("kind", ["line", "bars", "tree", "heat"])
def test_a_hint_of_the_font_is_not(kind, hinting, figures):
    drawn(kind)
    hinted = painted(figures[0], **{"text.hinting": hinting})
    assert apart(hinted, Image.open(PICTURES / f"{kind}.png").convert("L")) <= NEAR
