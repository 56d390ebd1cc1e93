"""One look for every picture: colours, type, and how a figure becomes an image."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1f2933"
QUIET = "#5f6c7b"
RULE = "#d9dee4"
BASE = "#8592a0"
NOW = "#0b5394"
UP = "#1b7f79"
DOWN = "#c2541a"
TARGET = "#7a5195"
FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_RULES = {
    "axes.edgecolor": RULE,
    "axes.grid": False,
    "axes.labelcolor": QUIET,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "svg.fonttype": "none",
    "text.parse_math": False,
    "svg.hashsalt": "revwork",
    "text.color": INK,
    "xtick.color": QUIET,
    "xtick.major.size": 0,
    "ytick.color": QUIET,
    "ytick.major.size": 0,
}


@contextmanager
def canvas(height: float = 3.0, width: float = 7.6) -> Iterator[tuple["Figure", "Axes"]]:
    """Give a figure and its axes in the house look; sizes in inches."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_RULES):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.subplots()


def image(figure: "Figure") -> str:
    """Return the figure as an SVG data address for an <img>, the same bytes for the same data.

    Text stays text in the page's own type; it was measured in a wider one, so it fits.
    """
    import matplotlib as mpl

    drawn = BytesIO()
    with mpl.rc_context(_RULES):
        figure.savefig(drawn, format="svg", metadata={"Date": None}, transparent=True)
    svg = drawn.getvalue().replace(b"'DejaVu Sans'", FONTS.encode())
    return "data:image/svg+xml;base64," + b64encode(svg).decode()
