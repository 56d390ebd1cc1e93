"""Headline numbers as a row of cards."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape

from revwork.metrics import RELATIVE, Kpi
from revwork.report import glossary
from revwork.report.page import plain
from revwork.report.told import sentences
from revwork.report.words import UNITS, Reader, html, is_unknown, label, reader

MIME = "application/vnd.revwork.kpis+json"
_USUAL = {"better": "higher", "n": None, "target_is": "", "low": None, "high": None, "level": None}
_WIDE, _HIGH = 120, 28
_FAR = 5  # a change of more than 500 % says less than its money


@dataclass(frozen=True)
class Cards:
    """A row of cards; carries its numbers in the notebook's output for kpis.json."""

    kpis: tuple[Kpi, ...]
    reader: Reader

    def _repr_html_(self) -> str:
        cards = "".join(card(kpi, self.reader) for kpi in self.kpis)
        told = " ".join(self._sentences())
        said = f'<p class="told">{html(told)}</p>' if told else ""
        return glossary.beside(f'<ul class="kpis">{cards}</ul>{said}', self.reader)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        return {
            "text/html": self._repr_html_(),
            "text/plain": "\n".join([*self._lines(), *self._sentences()]),
            MIME: [_row(kpi, self.reader) for kpi in self.kpis],
        }

    def _lines(self) -> Iterator[str]:
        return (_line(kpi, self.reader) for kpi in self.kpis)

    def _sentences(self) -> list[str]:
        return sentences(
            self.kpis,
            lambda kpi: _signed(kpi, self.reader),
            lambda kpi: _value(kpi, kpi.value, self.reader),
            self.reader,
        )


def kpis(numbers: Sequence[Kpi]) -> Cards:
    """Show headline numbers with change, target and the path of the last complete months."""
    return Cards(tuple(numbers), reader())


def _row(kpi: Kpi, reader: Reader) -> dict:
    """The number in what JSON knows, of the part that is shown, without what is as usual."""
    placed = {"segment": {**dict(reader.part), **kpi.segment}}
    told = {**asdict(kpi), **placed, "label": label(kpi.metric), "change": kpi.change}
    return plain({k: v for k, v in told.items() if k not in _USUAL or v != _USUAL[k]})


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


def _signed(kpi: Kpi, reader: Reader) -> str:
    """A change for a sentence: with its sign, as no arrow stands before it."""
    told = _change(kpi, reader)
    rose = kpi.change > 0 and any(digit in told for digit in "123456789")
    return told if told[:1] in "+−×" or not rose else f"+{told}"


def card(kpi: Kpi, reader: Reader, owner: str = "") -> str:
    """Return a number as a card, with the name of who answers for it where one is given."""
    tone = _tone(kpi, kpi.change)
    mark = "▲ " if _moved(kpi, kpi.change) > 0 else "▼ " if _moved(kpi, kpi.change) < 0 else ""
    known = not is_unknown(kpi.comparison)
    was = reader.words("from {base:text}", base=_value(kpi, kpi.comparison, reader))
    lines = [
        f'<span class="kpi-label">{escape(reader.label(kpi.metric))}'
        f"{glossary.button(kpi.metric, reader)}</span>",
        f'<strong class="kpi-value">{escape(_value(kpi, kpi.value, reader))}</strong>',
        f'<span class="kpi-change {tone}">{mark}{escape(_change(kpi, reader))}'
        f'<span class="quiet">{escape(f" {was}" if known else "")}</span></span>',
    ]
    lines += [
        f'<span class="kpi-target{tone}">{escape(told)}</span>'
        for tone, told in _about(kpi, reader)
    ]
    lines += [f'<span class="kpi-owner">{escape(owner)}</span>'] if owner else []
    return f"<li>{''.join(lines)}{_sparkline(kpi.series)}</li>"


def _tone(kpi: Kpi, gap: float | None) -> str:
    """Whether a distance, in the unit of the metric's changes, is for the better or the worse."""
    towards = {"higher": 1, "lower": -1, "neither": 0}[kpi.better] * _moved(kpi, gap)
    return "better" if towards > 0 else "worse" if towards < 0 else "flat"


def _moved(kpi: Kpi, gap: float | None) -> float:
    """A change in the digits of it that show: a tenth of a point, a day or a percent."""
    return 0 if is_unknown(gap) else round(gap, 3 if kpi.unit in (*RELATIVE, "percent") else 1)


def _about(kpi: Kpi, reader: Reader) -> Iterator[tuple[str, str]]:
    """What else a card says: its segment, interval, target, cases, which way is good."""
    if kpi.segment:
        yield "", reader.segment(kpi.segment)
    if not (is_unknown(kpi.low) or is_unknown(kpi.high)):
        low, high = (_value(kpi, end, reader) for end in (kpi.low, kpi.high))
        template = "{level:percent}: {low:text} to {high:text}"
        yield "", reader.words(template, level=kpi.level, low=low, high=high)
    if not is_unknown(kpi.target):
        yield f" {_tone(kpi, kpi.gap)}", _target(kpi, reader)
    if kpi.n is not None:
        yield "", reader.words("n = {n:number}", n=kpi.n)
    if kpi.better == "lower":
        yield "", reader.words("Lower is better")


def _target(kpi: Kpi, reader: Reader) -> str:
    target = _value(kpi, kpi.target, reader)
    if kpi.target_is == "to date":
        target = reader.words("{target:text} to date", target=target)
    if kpi.target_is == "mean":
        target = reader.words("{target:text}, mean of its months", target=target)
    if is_unknown(kpi.gap):
        return reader.words("Target {target:text}", target=target)
    if kpi.unit in ("money", "count") and kpi.better == "higher" and min(kpi.value, kpi.target) > 0:
        reached = kpi.value / kpi.target
        return reader.words("{rate:percent} of target {target:text}", rate=reached, target=target)
    gap = reader.format(kpi.gap, UNITS[kpi.unit][1])
    return reader.words("Target {target:text}: {gap:text}", target=target, gap=gap)


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
