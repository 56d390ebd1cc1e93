"""What a change redraws where a kernel is: on the kernel's own thread, the newest change last."""

import ast
import asyncio
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import redirect_stdout, suppress
from io import StringIO
from typing import TYPE_CHECKING

from revwork.findings import Unanswered
from revwork.report.panels import Kind, Note, Panels, drawn
from revwork.report.words import label, reader, words

if TYPE_CHECKING:
    from ipywidgets import DOMWidget

QUIET = 0.15
_linked: defaultdict[str, list["Controls"]] = defaultdict(list)


class Later:
    """Work to do after a change: at once where the last one is long ago, else when they pause.

    Calls may come from any thread; work that has not ended gives way to what is asked next.
    """

    def __init__(self, work: Callable[[], Awaitable[None]], *signs: "DOMWidget") -> None:
        self.work, self.signs, self.task, self.called = work, signs, None, float("-inf")
        self.loop = asyncio.get_running_loop() if kernel() else None

    def __call__(self, _change: object = None) -> None:
        """Ask for the work to be done."""
        if self.loop is None:
            steps = self.work()
            with suppress(StopIteration):
                while True:
                    steps.send(None)
        else:
            self.loop.call_soon_threadsafe(self._plan)

    def _plan(self) -> None:
        now = self.loop.time()
        wait, self.called = QUIET if now - self.called < QUIET else 0, now
        if self.task:
            self.task.cancel()
        self.task = self.loop.create_task(self._do(wait))

    async def _do(self, wait: float) -> None:
        for sign in self.signs:
            sign.add_class("busy")
        await asyncio.sleep(wait)
        await self.work()
        for sign in self.signs:
            sign.remove_class("busy")


class Controls:
    """The widgets of a set of panels: its controls, and under them the picture they choose."""

    def __init__(self, panels: Panels) -> None:
        import ipywidgets as widgets

        self.panels, self.picture = panels, widgets.HTML()
        self.pickers = {
            name: picker(panels.kinds[name], label(name), options)
            for name, options in panels.choices.items()
        }
        self.later = Later(self._redraw, self.picture)
        for name, one in self.pickers.items():
            one.observe(lambda change, name=name: self._changed(name, change), names="index")
        if panels.group:
            _linked[panels.group].append(self)
        row = widgets.HBox([*self.pickers.values()])
        self.box = widgets.VBox([row, self.picture])
        self.picture.value = self._drawn()

    def adopt(self, panels: Panels) -> None:
        """Show other panels under the same controls, the choice kept where they offer it."""
        self.panels = panels
        for name, one in self.pickers.items():
            options = [*panels.choices[name]]
            relabel(one, label(name), options, _place(one, options))
        self.picture.value = self._drawn()

    def _changed(self, name: str, change: Mapping) -> None:
        if self.pickers[name].settled:
            self.later()
            for other in _linked[self.panels.group] if self.panels.group else ():
                other.follow(name, self.pickers[name].label)

    def follow(self, name: str, option: str) -> None:
        """Choose what a set of the same group has chosen, where this one offers it."""
        one = self.pickers.get(name)
        if one is not None and option in one.options and one.label != option:
            one.label = option

    def _drawn(self) -> str:
        shown = [one.label for one in self.pickers.values()]
        return safely(lambda: drawn(lambda: self.panels.show(shown)))

    async def _redraw(self) -> None:
        picture = self._drawn()
        await asyncio.sleep(0)  # whatever was chosen meanwhile cancels this one here
        self.picture.value = picture


def kernel() -> object | None:
    """Return the shell of the kernel that this runs in, if it does."""
    from IPython import get_ipython

    shell = get_ipython()
    return shell if hasattr(shell, "kernel") else None


def picker(kind: Kind, name: str, options: Sequence[str] | Mapping) -> "DOMWidget":
    """Return the control of that kind for the names of the options."""
    import ipywidgets as widgets

    made = {"select": widgets.Dropdown, "slider": widgets.SelectionSlider}
    look = {"description": name, "style": {"description_width": "initial"}}
    if kind in ("tabs", "toggle"):
        look["style"] |= {"button_width": "auto"}
    one = made.get(kind, widgets.ToggleButtons)(options=list(options), **look)
    one.settled = True
    return one


def relabel(one: "DOMWidget", name: str, options: Sequence[str] | Mapping, at: int) -> None:
    """Give a control other words and options, the one at a place chosen, as if always so."""
    one.settled = False
    one.description = name
    if list(options) != list(one.options):
        one.options = list(options)
    one.index = at
    one.settled = True


def _place(one: "DOMWidget", options: Sequence[str]) -> int:
    """Where among other options the chosen one stands: by its name, or else by its place."""
    if one.label in options:
        return [*options].index(one.label)
    return one.index if len(options) == len(one.options) else 0


def safely(draw: Callable[[], str]) -> str:
    """Return what is drawn, or the one sentence a reader can do with; the log has the rest."""
    try:
        return draw()
    except Exception as error:
        return Note(excuse(error))._repr_html_()


def excuse(error: Exception) -> str:
    """Return the sentence for an error, and tell JupyterLab's own log where it came from."""
    from traitlets.log import get_logger

    if isinstance(error, Unanswered):
        return reader().say(error.message)
    if isinstance(error, ValueError) and hasattr(error, "sentences"):
        return str(error)
    get_logger().error("revwork could not draw", exc_info=error)
    name = type(error).__name__
    return words("This could not be drawn ({error:text}): JupyterLab's log says why.", error=name)


class Below:
    """The cells from the one that begins the report on: their source, and what they show."""

    def __init__(self, shell: object) -> None:
        self.shell, self.names = shell, shell.user_ns
        self.above = {name for source in self.names["In"][:-1] for name in _stored(source)}
        self.sources: dict[str, str] = {}
        self.shown: dict[tuple[str, int], Controls | None] = {}
        self.again, self.place = "", 0
        self.first = self._cell()
        for view in _views():
            shell.display_formatter.ipython_display_formatter.for_type(view, self.show)
        shell.events.register("pre_run_cell", self._start)
        shell.events.register("post_run_cell", self._keep)

    def show(self, view: object) -> None:
        """Display a view, or draw it anew in the place where its cell showed one before."""
        key = (self.again or self._cell(), self.place)
        self.place += 1
        if not self.again:
            self.shown[key] = self._display(view, key)
        elif (controls := self.shown.get(key)) and isinstance(view, Panels):
            controls.adopt(view)
        elif key in self.shown and not controls:
            self._publish(view, key, update=True)

    async def run(self) -> None:
        """Run the cells again, as Run All Below would; what fails is said there and below."""
        keys = list(self.sources)
        for at, key in enumerate(keys):
            await asyncio.sleep(0)
            try:
                self._run(key)
            except Exception as error:
                self._say(Note(excuse(error)), keys[at:])
                return

    def _run(self, key: str) -> None:
        self.again, self.place = key, 0
        try:
            with redirect_stdout(StringIO()):
                tree = ast.parse(self.shell.transform_cell(self.sources[key]))
                last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
                exec(compile(tree, "<again>", "exec"), self.names)
                if last:
                    shown = eval(compile(ast.Expression(last.value), "<again>", "eval"), self.names)
                    self.shell.display_formatter.format(shown)
        finally:
            self.again = ""

    def _say(self, note: Note, cells: Sequence[str]) -> None:
        for key, controls in self.shown.items():
            if key[0] in cells and controls:
                controls.picture.value = note._repr_html_()
            elif key[0] in cells:
                self._publish(note, key, update=True)

    def _start(self, _info: object) -> None:
        self.place = 0

    def _keep(self, result: object) -> None:
        """Remember a cell that ran, unless it does again what was done above."""
        source, cell = result.info.raw_cell, self._cell()
        stored = set(_stored(source))
        if cell == self.first or (source.strip() and not (stored and stored <= self.above)):
            self.sources[cell] = source

    def _cell(self) -> str:
        parent = self.shell.get_parent()
        return parent.get("metadata", {}).get("cellId") or parent["content"]["code"]

    def _display(self, view: object, key: tuple[str, int]) -> Controls | None:
        if not isinstance(view, Panels):
            return self._publish(view, key, update=False)
        controls = Controls(view)
        bundle = controls.box._repr_mimebundle_()
        plain = {"text/html": controls.picture.value, "text/plain": repr(view)}
        self.shell.display_pub.publish({**bundle, **plain})
        return controls

    def _publish(self, view: object, key: tuple[str, int], update: bool) -> None:
        bundle = {"text/html": view._repr_html_(), "text/plain": repr(view)}
        if hasattr(view, "_repr_mimebundle_"):
            bundle = view._repr_mimebundle_()
        place = {"display_id": "revwork-{}-{}".format(*key)}
        self.shell.display_pub.publish(bundle, transient=place, update=update)


def _views() -> list[type]:
    """Every class of the report that shows itself."""
    modules = [m for name, m in sys.modules.items() if name.startswith("revwork.report.")]
    classes = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    return [one for one in classes if hasattr(one, "_repr_html_") or one is Panels]


def _stored(source: str) -> list[str]:
    """The names that a cell's source gives a value."""
    try:
        nodes = ast.walk(ast.parse(source))
    except SyntaxError:
        return []
    return [
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
