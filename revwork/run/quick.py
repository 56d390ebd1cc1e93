"""Imports nbformat without the grammar of international addresses, which takes two seconds."""

import sys
from importlib import import_module

_GRAMMAR = "rfc3987_syntax"  # jsonschema does without it where it is not installed
_was_there = _GRAMMAR in sys.modules
sys.modules.setdefault(_GRAMMAR, None)
import_module("nbformat")
if not _was_there:
    del sys.modules[_GRAMMAR]
