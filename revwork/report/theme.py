"""One look for every picture: colours, type, and how a figure becomes an image."""

import re
from base64 import b64decode, b64encode
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
TARGET = "#8f1d5c"
WASH = "#f5f7f9"
CATEGORIES = (NOW, "#b57f00", TARGET, BASE)
RISING = ("#eef4fa", "#0a4a85")
AROUND = ("#a5430f", "#f7f6f3", "#0a4a85")
SMALL = (
    8.6  # of a width of 547: above nine pixels on a phone, where pictures are 616 wide and scroll
)
FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

RULES = {
    "axes.edgecolor": RULE,
    "axes.grid": False,
    "axes.labelcolor": QUIET,
    "axes.labelsize": SMALL,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "hatch.linewidth": 1.2,
    "svg.fonttype": "none",
    "text.parse_math": False,
    "svg.hashsalt": "revwork",
    "text.color": INK,
    "xtick.color": QUIET,
    "xtick.major.size": 0,
    "ytick.color": QUIET,
    "ytick.major.size": 0,
}
_NOTHING = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_SPARED = re.compile(
    rb"<!--.*?-->| font-family: 'DejaVu Sans';| transform=\"rotate\(-0 [^\"]*\""
    rb'| id="(?:figure|axes|patch|line2d|text|[xy]tick|legend|matplotlib\.axis|\w*Collection)_\d+"'
)
_FINE = re.compile(rb"(\d\.\d\d)\d{2,}")  # a hundredth of a point is enough; no amount is as fine
_RASTER = re.compile(rb"data:image/png;base64,\s*([^\"]+)")


@contextmanager
def canvas(
    height: float = 3.0, width: float = 7.6, **grid: object
) -> Iterator[tuple["Figure", "Axes"]]:
    """Give a figure and its axes in the house look; sizes in inches, `grid` for more than one."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(RULES):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.subplots(**grid)


def image(figure: "Figure") -> str:
    """Return the figure as an SVG data address for an <img>, the same bytes for the same data.

    Text stays text in the page's own type; it was measured in a wider one, so it fits. Laid out
    here, at the size of the drawing, the figure is drawn once: `savefig` alone draws it twice.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    drawn = BytesIO()
    with mpl.rc_context(RULES):
        FigureCanvasSVG(figure)
        dpi, figure.dpi = figure.dpi, FigureCanvasSVG.fixed_dpi
        figure.get_layout_engine().execute(figure)
        figure.set_layout_engine(None)
        figure.dpi = dpi
        figure.savefig(drawn, format="svg", metadata=_NOTHING, transparent=True, dpi=110)
    svg = re.sub(rb">\s+<", b"><", _SPARED.sub(b"", drawn.getvalue()))
    svg = _FINE.sub(rb"\1", svg)
    svg = _RASTER.sub(_quantised, svg)
    svg = svg.replace(b"<svg ", f'<svg font-family="{FONTS}" '.encode(), 1)
    return "data:image/svg+xml;base64," + b64encode(svg).decode()


def _quantised(found: re.Match) -> bytes:
    """A drawing's picture in 64 colours, where that makes it smaller."""
    from PIL import Image

    whole = b64decode(found[1])
    fewer = BytesIO()
    Image.open(BytesIO(whole)).quantize(64, Image.Quantize.FASTOCTREE).save(
        fewer, "png", optimize=True
    )
    return b"data:image/png;base64," + b64encode(min(whole, fewer.getvalue(), key=len))
