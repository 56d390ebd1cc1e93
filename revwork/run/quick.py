"""nbformat without the grammar of international addresses, whose import takes two seconds."""

import sys

_GRAMMAR = "rfc3987_syntax"  # jsonschema does without, where it is not installed
_is_known = _GRAMMAR in sys.modules
sys.modules.setdefault(_GRAMMAR, None)
import nbformat  # noqa: E402

if not _is_known:
    del sys.modules[_GRAMMAR]

__all__ = ["nbformat"]
