"""Imports libraries without what takes long in them, and what they do without.

nbformat: the grammar of international addresses, two seconds. A kernel: its debugger, a third of
its start.
"""

import sys
from importlib import import_module

for _name, _spared in (("nbformat", "rfc3987_syntax"), ("ipykernel.debugger", "debugpy")):
    _was_there = _spared in sys.modules
    sys.modules.setdefault(_spared, None)
    import_module(_name)
    if not _was_there:
        del sys.modules[_spared]
