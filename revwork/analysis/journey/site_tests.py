"""Site tests: what each version of a test on the site came to, step by step where visits saw it."""

from collections.abc import Sequence

import ibis
import pandas as pd

from revwork.analysis.journey import step_rates
from revwork.analysis.journey.journey_steps import Step, required
from revwork.findings import Message, Unanswered
from revwork.metrics import wilson

LEVEL = 0.95


def by_version(experiments: ibis.Table) -> pd.DataFrame:
    """Return what share of each version's units did what was hoped for.

    Tests by region are left out. Whether versions differ beyond chance is not told here: groups
    have to be checked first, and several versions counted. Columns: experiment, variant, units,
    converted_count, conversion_rate with low_ and high_conversion_rate (95 %, Wilson). Raises
    Unanswered where no test tells who converted.

    Formula: conversion_rate = who converted ÷ all; Converted is a visit or a journey that led to an
    order; in a test, what was hoped for.
    """
    rows = experiments.filter(
        experiments.converted.notnull()
        & (experiments.region.isnull() | (experiments.unit_id != experiments.region))
    )
    counted = rows.group_by(experiment=rows.experiment_id, variant=rows.variant).agg(
        units=rows.count(), converted_count=rows.converted.cast("int64").sum()
    )
    table = counted.order_by("experiment", "variant").execute()
    if table.empty:
        raise Unanswered(
            "No test on the site is recorded: add rows to experiments, with converted."
        )
    told = wilson(table.converted_count, table.units, LEVEL)
    told.columns = ["conversion_rate", "low_conversion_rate", "high_conversion_rate"]
    return table.join(told)


def by_step(experiments: ibis.Table, reached: ibis.Table, steps: Sequence[Step]) -> pd.DataFrame:
    """Return the share that goes on from each step by version, where visits are what is tested.

    A unit is a visit where sessions know its number on the day of assignment. Columns: experiment,
    variant, step (the last they reach), reached, step_rate with low_ and high_step_rate (95 %,
    Wilson). Raises Unanswered where no test names visits.
    """
    seen = experiments.filter(experiments.assigned_on.notnull())
    seen = seen.select("experiment_id", "variant", "assigned_on", visit="unit_id")
    rows = reached.inner_join(seen, [reached.unit == seen.visit, reached.begun == seen.assigned_on])
    rows = rows.rename(experiment="experiment_id").drop("visit", "assigned_on")
    way = required(steps)
    table = step_rates.counts(rows, way, ["experiment", "variant"])
    if table.empty:
        raise Unanswered(
            "No test names visits: where unit_id is the session_id of the day of assignment, it is "
            "read here step by step."
        )
    following = table.groupby(["experiment", "variant"]).reached.shift(-1)
    told = wilson(following, table.reached, LEVEL)
    told.columns = ["step_rate", "low_step_rate", "high_step_rate"]
    found = table[["experiment", "variant", "step", "reached"]].join(told)
    return found[table.place < len(way)].reset_index(drop=True)


def reading(rows: pd.DataFrame) -> Message:
    """Say how many tests there are, and where their verdicts stand."""
    return Message(
        "Tests on the site: {tests:number}; their verdicts stand in Marketing",
        {"tests": rows.experiment.nunique()},
    )
