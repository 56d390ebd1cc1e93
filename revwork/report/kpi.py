"""Headline numbers as a row of cards."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape

from revwork.metrics import Kpi
from revwork.report.page import plain
from revwork.report.words import Reader, is_unknown, label, reader

MIME = "application/vnd.revwork.kpis+json"
_WIDE, _HIGH = 120, 28
_FAR = 5  # a change of more than 500 % says less than its money


@dataclass(frozen=True)
class Cards:
    """A row of cards; carries its numbers in the notebook's output for kpis.json."""

    kpis: tuple[Kpi, ...]
    reader: Reader

    def _repr_html_(self) -> str:
        cards = "".join(_card(kpi, self.reader) for kpi in self.kpis)
        return f'<ul class="kpis">{cards}</ul>'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return {
            "text/html": self._repr_html_(),
            "text/plain": "\n".join(_line(kpi, self.reader) for kpi in self.kpis),
            MIME: [_row(kpi) for kpi in self.kpis],
        }


def kpis(numbers: Sequence[Kpi]) -> Cards:
    """Show headline numbers with change, target and the path of the last complete months."""
    return Cards(tuple(numbers), reader())


def _row(kpi: Kpi) -> dict:
    return plain({**asdict(kpi), "label": label(kpi.metric), "change": kpi.change})


def _line(kpi: Kpi, reader: Reader) -> str:
    return f"{label(kpi.metric)}: {_value(kpi, kpi.value, reader)} ({_change(kpi, reader)})"


def _value(kpi: Kpi, value: float | None, reader: Reader) -> str:
    return reader.format(value, {"count": "number"}.get(kpi.unit, kpi.unit))


def _change(kpi: Kpi, reader: Reader) -> str:
    if is_unknown(kpi.change):
        return "not known" if is_unknown(kpi.value) else "new"
    if kpi.unit == "money" and (abs(kpi.change) > _FAR or kpi.comparison < 0):
        return reader.format(kpi.value - kpi.comparison, "signed")
    return reader.format(kpi.change, "points" if kpi.unit == "percent" else "change")


def _card(kpi: Kpi, reader: Reader) -> str:
    rose = None if is_unknown(kpi.change) or not kpi.change else kpi.change > 0
    mark, tone = {None: ("", "flat"), True: ("▲ ", "up"), False: ("▼ ", "down")}[rose]
    known = not is_unknown(kpi.comparison)
    was = f" from {_value(kpi, kpi.comparison, reader)}" if known else ""
    lines = [
        f'<span class="kpi-label">{escape(label(kpi.metric))}</span>',
        f'<strong class="kpi-value">{escape(_value(kpi, kpi.value, reader))}</strong>',
        f'<span class="kpi-change {tone}">{mark}{escape(_change(kpi, reader))}'
        f'<span class="quiet">{escape(was)}</span></span>',
    ]
    if not is_unknown(kpi.target):
        lines.append(f'<span class="kpi-target">{escape(_target(kpi, reader))}</span>')
    return f"<li>{''.join(lines)}{_sparkline(kpi.series)}</li>"


def _target(kpi: Kpi, reader: Reader) -> str:
    target = _value(kpi, kpi.target, reader)
    if is_unknown(kpi.value) or min(kpi.value, kpi.target) <= 0 or kpi.unit == "percent":
        return f"Target {target}"
    return f"{reader.percent(kpi.value / kpi.target)} of target {target}"


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
