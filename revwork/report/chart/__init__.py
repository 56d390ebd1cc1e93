"""Pictures: the title states the finding, the subtitle the measure; one function a kind."""

from revwork.report.chart.change import waterfall
from revwork.report.chart.fan import fan
from revwork.report.chart.levels import grid, lines
from revwork.report.chart.over_time import columns, days, line, multiples
from revwork.report.chart.relation import heat, response, scatter
from revwork.report.chart.reliability import reliability
from revwork.report.chart.segments import bars, dots, funnel, pareto
from revwork.report.chart.tornado import tornado
from revwork.report.chart.tree import tree

__all__ = [
    "bars",
    "columns",
    "days",
    "dots",
    "fan",
    "funnel",
    "grid",
    "heat",
    "line",
    "lines",
    "multiples",
    "pareto",
    "reliability",
    "response",
    "scatter",
    "tornado",
    "tree",
    "waterfall",
]
