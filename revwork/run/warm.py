"""What notebooks have in common, imported once: kernels are forked from here."""

import gc
from importlib import import_module

for _name in (
    "IPython.core.completer",
    "duckdb",
    "ibis",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "ipywidgets",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "nbconvert",
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
    "revwork.run.pages",
):
    import_module(_name)
gc.collect()
gc.freeze()  # a child that only reads shares these pages
