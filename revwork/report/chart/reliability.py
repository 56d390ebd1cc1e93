"""Whether chances hold true: what was foretold beside what came."""

import pandas as pd

from revwork.metrics import Unit
from revwork.report.chart.amounts import fitting, full
from revwork.report.chart.axes import scaled
from revwork.report.picture import Picture, finished, of
from revwork.report.theme import BASE, INK, NOW, QUIET, RULE, SMALL, canvas
from revwork.report.words import Title, words

_MOST = 20  # groups of which each can be told its n


@of("share", "low_share", "high_share", "chance", "customers")
def reliability(
    frame: pd.DataFrame, title: Title, subtitle: str, unit: Unit = "percent"
) -> Picture:
    """Draw what came true against the chance foretold: on the dotted line both are the same.

    Columns: chance and share (0–1), low_share and high_share (its interval, optional), customers
    (how many in the group, optional).
    """
    shown = frame.dropna(subset=["chance", "share"]).sort_values("chance", ignore_index=True)
    most = max(shown[["chance", "share", "high_share"]].max()) * 1.06 or 1.0
    size = fitting(shown.customers.dropna(), 5, "count")
    with canvas(3.6) as (figure, axes):
        axes.plot([0, most], [0, most], color=BASE, lw=1.2, ls=":")
        axes.vlines(shown.chance, shown.low_share, shown.high_share, color=NOW, lw=3, alpha=0.3)
        axes.plot(shown.chance, shown.share, color=NOW, lw=1.2)
        axes.plot(shown.chance, shown.share, "o", color=NOW, ms=6)
        axes.set(xlim=(0, most), ylim=(0, most))
        for row in shown.head(_MOST).dropna(subset="customers").itertuples():
            at = row.chance, max(row.share, row.high_share if row.high_share > 0 else 0)
            axes.annotate(size(row.customers), at, (0, 5), textcoords="offset points",
                          ha="center", color=QUIET, fontsize=SMALL)  # fmt: skip
        axes.set(xlabel=words("Foretold"), ylabel=words("Came true"))
        for axis in (axes.xaxis, axes.yaxis):
            scaled(axis, unit)
        axes.grid(True, color=RULE, lw=0.7)
        axes.set_axisbelow(True)
        axes.tick_params(colors=INK)
    told = (
        f"{full(row.chance, unit)} → {full(row.share, unit)} (n {full(row.customers, 'count')})"
        for row in shown.itertuples()
    )
    alt = words("Foretold and come true: {groups:told}.", groups=", ".join(told))
    return finished(figure, frame, title, subtitle, alt)
