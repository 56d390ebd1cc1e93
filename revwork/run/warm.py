"""What our own notebooks have in common, imported once."""

from importlib import import_module

for _name in (
    "duckdb",
    "ibis",
    "ipywidgets",
    "pandas",
    "pandera.ibis",
    "pyarrow",
    "scipy.optimize",
    "scipy.stats",
    "seaborn",
    "sklearn.linear_model",
    "statsmodels.api",
    "revwork.data.loading",
    "revwork.report",
    "revwork.report.chart",
):
    import_module(_name)
