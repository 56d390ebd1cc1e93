"""What every kernel and every page have in common, done once and last: reports are forked then."""

import gc
from importlib import import_module

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager
from matplotlib.backends import backend_registry
from nbformat.v4 import new_markdown_cell, new_notebook

from revwork.report.export import page

for _name in (
    *("IPython.core.completer", "IPython.core.completerlib", "IPython.core.debugger"),
    *("IPython.core.logger", "IPython.core.magics.execution", "IPython.extensions.storemagic"),
    *("ipykernel.kernelapp", "ipykernel.kernelspec", "ipykernel.zmqshell"),
    *("matplotlib.pyplot", "matplotlib_inline.backend_inline", "tornado.platform.asyncio"),
    *("revwork.cli", "revwork.run.kernel", "revwork.run.pages", "revwork.run.worker", "psutil"),
):
    import_module(_name)
backend_registry.list_all()
KernelSpecManager().get_kernel_spec(NATIVE_KERNEL_NAME)
page(new_notebook(cells=[new_markdown_cell("# Rehearsal")]), "")  # compiles what each page would
gc.collect()
gc.freeze()  # a child that only reads what was done up to here shares it
