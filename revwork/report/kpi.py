"""Headline numbers as a row of cards."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape

from revwork.metrics import RELATIVE, Kpi
from revwork.report import glossary
from revwork.report.page import plain
from revwork.report.words import UNITS, Reader, is_unknown, label, reader

MIME = "application/vnd.revwork.kpis+json"
ON_CARD = ("better", "n")
_WIDE, _HIGH = 120, 28
_FAR = 5  # a change of more than 500 % says less than its money


@dataclass(frozen=True)
class Cards:
    """A row of cards; carries its numbers in the notebook's output for kpis.json."""

    kpis: tuple[Kpi, ...]
    reader: Reader

    def _repr_html_(self) -> str:
        cards = "".join(_card(kpi, self.reader) for kpi in self.kpis)
        return glossary.beside(f'<ul class="kpis">{cards}</ul>', self.reader)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return {
            "text/html": self._repr_html_(),
            "text/plain": "\n".join(_line(kpi, self.reader) for kpi in self.kpis),
            MIME: [_row(kpi, self.reader) for kpi in self.kpis],
        }


def kpis(numbers: Sequence[Kpi]) -> Cards:
    """Show headline numbers with change, target and the path of the last complete months."""
    return Cards(tuple(numbers), reader())


def _row(kpi: Kpi, reader: Reader) -> dict:
    """The number in what JSON knows, of the part of the business that is shown."""
    placed = {"segment": {**dict(reader.part), **kpi.segment}}
    return plain({**asdict(kpi), **placed, "label": label(kpi.metric), "change": kpi.change})


def _line(kpi: Kpi, reader: Reader) -> str:
    return f"{label(kpi.metric)}: {_value(kpi, kpi.value, reader)} ({_change(kpi, reader)})"


def _value(kpi: Kpi, value: float | None, reader: Reader) -> str:
    return reader.format(value, UNITS[kpi.unit][0])


def _change(kpi: Kpi, reader: Reader) -> str:
    if is_unknown(kpi.change):
        return reader.words("not known") if is_unknown(kpi.value) else reader.words("new")
    if kpi.unit == "money" and (abs(kpi.change) > _FAR or kpi.comparison < 0):
        return reader.format(kpi.value - kpi.comparison, "signed")
    return reader.format(kpi.change, UNITS[kpi.unit][1])


def _card(kpi: Kpi, reader: Reader) -> str:
    rose = None if is_unknown(kpi.change) or not round(kpi.change, _digits(kpi)) else kpi.change > 0
    mark = {None: "", True: "▲ ", False: "▼ "}[rose]
    good = {"higher": True, "lower": False}.get(kpi.better)
    tone = "flat" if rose is None or good is None else "better" if rose == good else "worse"
    known = not is_unknown(kpi.comparison)
    was = reader.words("from {base:text}", base=_value(kpi, kpi.comparison, reader))
    lines = [
        f'<span class="kpi-label">{escape(reader.label(kpi.metric))}'
        f"{glossary.button(kpi.metric, reader)}</span>",
        f'<strong class="kpi-value">{escape(_value(kpi, kpi.value, reader))}</strong>',
        f'<span class="kpi-change {tone}">{mark}{escape(_change(kpi, reader))}'
        f'<span class="quiet">{escape(f" {was}" if known else "")}</span></span>',
    ]
    lines += [f'<span class="kpi-target">{escape(told)}</span>' for told in _about(kpi, reader)]
    return f"<li>{''.join(lines)}{_sparkline(kpi.series)}</li>"


def _digits(kpi: Kpi) -> int:
    """Digits of a change that show: a tenth of a point, a day or a percent."""
    return 3 if kpi.unit in (*RELATIVE, "percent") else 1


def _about(kpi: Kpi, reader: Reader) -> Iterator[str]:
    """What else a card says: its segment, its target, its cases, which way is good."""
    if kpi.segment:
        yield reader.segment(kpi.segment)
    if not is_unknown(kpi.target):
        yield _target(kpi, reader)
    if kpi.n is not None:
        yield reader.words("n = {n:number}", n=kpi.n)
    if kpi.better == "lower":
        yield reader.words("Lower is better")


def _target(kpi: Kpi, reader: Reader) -> str:
    target = _value(kpi, kpi.target, reader)
    is_amount = kpi.unit in ("money", "count") and kpi.better == "higher"
    if is_unknown(kpi.value) or min(kpi.value, kpi.target) <= 0 or not is_amount:
        return reader.words("Target {target:text}", target=target)
    reached = kpi.value / kpi.target
    return reader.words("{rate:percent} of target {target:text}", rate=reached, target=target)


def _sparkline(series: Sequence[float | None]) -> str:
    """An inline drawing without words: the cards' text says the same."""
    known = [value for value in series if not is_unknown(value)]
    if len(known) < 2 or min(known) == max(known):
        return ""
    low, span = min(known), max(known) - min(known)
    points = [
        (i * _WIDE / (len(series) - 1), _HIGH - 3 - (value - low) / span * (_HIGH - 6))
        for i, value in enumerate(series)
        if not is_unknown(value)
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<svg class="spark" viewBox="-3 0 {_WIDE + 6} {_HIGH}" '
        f'preserveAspectRatio="xMinYMid" aria-hidden="true">'
        f'<polyline points="{path}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/></svg>'
    )
