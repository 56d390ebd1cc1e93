"""What our own notebooks have in common, imported, and made once without an engine."""

from importlib import import_module

import ibis

from revwork.contracts import TABLES, contract
from revwork.report import theme

for _name in (
    *("ibis.backends.duckdb", "ipywidgets", "pandera.ibis", "pyarrow.dataset"),
    *("scipy.optimize", "scipy.stats", "revwork.analysis.headlines", "revwork.analysis.worth"),
    *("revwork.data.loading", "revwork.report.bar", "revwork.report.chart"),
):
    import_module(_name)
for _table in TABLES:
    contract(_table).to_schema()
ibis.to_sql(ibis.table({"n": "int64"}).aggregate(n=ibis._.n.sum()), dialect="duckdb")
with theme.canvas() as (_figure, _axes):
    _axes.plot([0, 1])
    theme.image(_figure)
