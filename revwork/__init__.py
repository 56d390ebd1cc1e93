"""The revenue workbench: departmental data in, an interactive revenue report out."""

from importlib import import_module

_HOME = {"open_company": "revwork.workspace", "open_run": "revwork.pack"}


def __getattr__(name: str) -> object:
    """Import a public name on its first use, so that `import revwork` costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module 'revwork' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """Offer the public names for completion."""
    return sorted(_HOME)
