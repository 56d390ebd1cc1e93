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

from revwork.analysis.forecast import candidates, origins, outlook, series
from revwork.analysis.forecast.hierarchy import hierarchy, history
from revwork.calendar import Calendar

sold = series.monthly(built(1).lines(), Calendar(), AS_OF)
wide = history(sold)
of = hierarchy(wide.columns)
known = of.sums @ wide.fillna(0.0).to_numpy().T
lowest = (of.nodes.level == "series").to_numpy()

began = process_time()
outlook.forecast(sold, series.coming(Calendar(), AS_OF, "month", 16))
whole = process_time() - began
told = origins.told(known, of, 12)
past = origins.past(told, known, of, origins.scores(told, known, of, 12), 12)


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
methods = {"revwork": lambda: past.expected}
methods |= {name: lambda name=name: bottom_up(name) for name in (candidates.NAIVE, "AutoETS")}
for name, method in methods.items():
    began = process_time()
    wrong, took = np.abs(came - method()), process_time() - began
    shares = []
    for level in dict.fromkeys(of.nodes.level):
        mine = (of.nodes.level == level).to_numpy()
        every = np.abs(np.where(np.isfinite(wrong), came, np.nan)[mine])
        shares.append(f"{level} {np.nansum(wrong[mine]) / np.nansum(every):.1%}")
    said = "" if name == "revwork" else f" · bottom-up, {took:.1f} s CPU at the origins"
    sys.stdout.write(f"{name}: {', '.join(shares)}{said}\n")
