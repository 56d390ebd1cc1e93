"""Pipeline: what open deals were worth on two days, and everything that changed it in between."""

import ibis
import pandas as pd

from revwork.analysis.money import in_cents
from revwork.analysis.periods import is_within
from revwork.analysis.sales_flow.deals import last_move
from revwork.calendar import Period
from revwork.findings import Unanswered

BARS = ("created", "reopened", "pulled_in", "increased", "decreased", "pushed", "won", "lost")


def waterfall(moves: ibis.Table, period: Period, closing: Period | None = None) -> pd.DataFrame:
    """Return open pipeline before the period's first day and on its last, and all in between.

    Of every open deal, or of those expected to close in the period `closing`: then a deal whose
    close date moves into it is pulled in, one that moves out is pushed. Each change counts when
    it happened, so a deal pushed out and pulled in again is in both bars. Won is what was signed
    (a change of the amount on that day is an increase or a decrease), lost what stood in the
    pipeline; won within `closing` though not expected there is pulled in and won. An amount that
    is not known yet counts as 0.

    Columns: bar, value (money, to the cent; the bars add up to the end), kind (total or change),
    deals (how many: open, or changed). Raises Unanswered without a history.
    """
    if not moves.filter(moves.is_recorded).count().execute():
        raise Unanswered(
            "What changed the pipeline is not known: add opportunity_history, one row per change "
            "of a deal."
        )
    steps = _steps(moves, closing)
    during = steps.filter(is_within(steps.changed_on, period))
    bars = {bar: getattr(during, bar) for bar in BARS}
    found = during.aggregate(
        **{bar: value.sum().cast("float64") for bar, value in bars.items()},
        **{f"{bar}_deals": during.opportunity_id.nunique(where=v != 0) for bar, v in bars.items()},
    )
    row = found.execute().fillna(0).iloc[0]
    first = ibis.date(period.start)
    start, end = (_open(steps.filter(part)) for part in (steps.changed_on < first, _by(period)))
    changes = row[list(BARS)].astype(float)
    cents = in_cents(changes, [*BARS], start[0], end[0])
    rows = [("start", round(start[0], 2), "total", start[1])]
    rows += [(bar, cents[bar], "change", int(row[f"{bar}_deals"])) for bar in BARS]
    rows.append(("end", round(end[0], 2), "total", end[1]))
    return pd.DataFrame(rows, columns=["bar", "value", "kind", "deals"])


def _by(period: Period) -> ibis.Deferred:
    return ibis._.changed_on < ibis.date(period.end)


def _steps(moves: ibis.Table, closing: Period | None) -> ibis.Table:
    """Each change of a deal with what it moves between the bars, all of them decimals."""
    dated = moves.mutate(
        due=moves.closed_on.coalesce(moves.close_date), worth=moves.amount.fill_null(0)
    )
    inside = is_within(dated.due, closing).fill_null(False) if closing else ibis.literal(True)
    dated = dated.mutate(inside=inside)
    window = ibis.window(group_by="opportunity_id", order_by=["changed_on", "sequence"])
    was = {f"was_{name}": dated[name].lag().over(window) for name in ("outcome", "worth", "inside")}
    found = dated.mutate(**was)
    found = found.mutate(was_worth=found.was_worth.fill_null(0))
    return found.mutate(**_between(found))


def _between(t: ibis.Table) -> dict[str, ibis.Value]:
    """What a change adds to each bar."""
    new = t.was_outcome.isnull()
    was_in = t.was_inside.fill_null(False) & (t.was_outcome == "open").fill_null(False)
    was_out = ~t.was_inside.fill_null(True) & (t.was_outcome == "open").fill_null(False)
    is_open, won, lost = (t.outcome == outcome for outcome in ("open", "won", "lost"))
    was_closed = t.was_outcome.isin(["won", "lost"]).fill_null(False)
    stays = was_in & ((is_open & t.inside) | won)
    grown = t.worth - t.was_worth
    return {
        "created": _if(new & t.inside, t.worth),
        "reopened": _if(was_closed & is_open & t.inside, t.worth),
        "pulled_in": _if(was_out & t.inside & ~lost, t.worth),
        "increased": _if(stays & (grown > 0), grown),
        "decreased": _if(stays & (grown < 0), grown),
        "pushed": _if(was_in & is_open & ~t.inside, -t.was_worth),
        "won": _if(won & (was_in | (t.inside & (new | was_out))), -t.worth),
        "lost": ibis.cases(
            (lost & was_in, -t.was_worth), (lost & new & t.inside, -t.worth), else_=t.worth * 0
        ),
    }


def _if(condition: ibis.Value, amount: ibis.Value) -> ibis.Value:
    return ibis.cases((condition, amount), else_=amount * 0)


def _open(steps: ibis.Table) -> tuple[float, int]:
    """What is open after these steps: its money and how many deals."""
    last = last_move(steps)
    kept = last.filter((last.outcome == "open") & last.inside)
    row = kept.aggregate(worth=kept.worth.sum().cast("float64"), deals=kept.count()).execute()
    return float(row.worth.fillna(0)[0]), int(row.deals[0])
