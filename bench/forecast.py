"""The forecast beside simpler ones: how far off the total, regions, channels and categories were.

Sample company of seed 1, monthly. Every method forecasts the same months from the same origins;
errors are summed over all of them. AutoETS bottom-up is what a forecaster does first: each series
by itself, added up.
"""

import sys
from pathlib import Path
from time import process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from companies import AS_OF, built

from revwork import open_company
from revwork.analysis.forecast import (
    candidates,
    day_kinds,
    origins,
    outlook,
    series,
    trading_days,
)
from revwork.analysis.forecast.hierarchy import hierarchy, history
from revwork.calendar import Calendar

lines, company = built(1).lines(), open_company("data/sample")
sold = series.monthly(lines, Calendar(), AS_OF)
coming = series.coming(Calendar(), AS_OF, "month", 16)
off = company.public_holidays(sold.region, [*sold.period_start, *coming])
days = day_kinds.Days(day_kinds.daily(lines, AS_OF), off, Calendar())
wide = history(sold)
of = hierarchy(wide.columns)
known = of.sums @ wide.fillna(0.0).to_numpy().T
lowest = (of.nodes.level == "series").to_numpy()

began = process_time()
counting = outlook.forecast(sold, coming, days).counting
whole = process_time() - began


def at_origins(way):
    """What the chosen candidates would have said, days counted in one way: nodes × origins × …."""
    asked = origins.Known(known, of, 12, trading_days.ways(days, wide, of, 16)[way])
    told = origins.told(asked)
    return origins.past(told, asked, origins.scores(told, asked))


past = at_origins(trading_days.chosen(counting))


def bottom_up(name):
    """Each series by itself at the same origins, added up: nodes × origins × horizons."""
    found = np.full_like(past.expected, np.nan)
    for place, origin in enumerate(past.origins):
        rows = known[lowest, :origin]
        each = np.array([candidates.expected([name], row, 12, 12)[0] for row in rows])
        found[:, place] = of.sums @ each
    return found


came = past.expected + past.errors
sys.stdout.write(f"{len(of.nodes)} nodes, {lowest.sum()} series, origins {past.origins}\n")
sys.stdout.write(f"forecast with back-test and intervals: {whole:.1f} s CPU\n")
alike = at_origins(trading_days.PLAIN).expected
methods = {"revwork": lambda: past.expected, trading_days.PLAIN: lambda: alike}
methods |= {name: lambda name=name: bottom_up(name) for name in (candidates.NAIVE, "AutoETS")}
for name, method in methods.items():
    began = process_time()
    wrong, took = np.abs(came - method()), process_time() - began
    shares = []
    for level in dict.fromkeys(of.nodes.level):
        mine = (of.nodes.level == level).to_numpy()
        every = np.abs(np.where(np.isfinite(wrong), came, np.nan)[mine])
        shares.append(f"{level} {np.nansum(wrong[mine]) / np.nansum(every):.1%}")
    said = (
        ""
        if name in ("revwork", trading_days.PLAIN)
        else f" · bottom-up, {took:.1f} s CPU at the origins"
    )
    sys.stdout.write(f"{name}: {', '.join(shares)}{said}\n")
