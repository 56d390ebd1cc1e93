"""What revwork.toml says of how its reports are run: the section [run]."""

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as declared

_CLOSED = {"extra": "forbid"}
Positive = Annotated[float, Field(gt=0)]


@declared(frozen=True, config=_CLOSED)
class Running:
    """How long a cell and a notebook may take, what a kernel may hold, how many runs are kept.

    Without `memory_gb` the kernels that run together share three quarters of the machine's.
    """

    cell_minutes: Positive = 20
    notebook_minutes: Positive = 30
    memory_gb: Positive | None = None
    keep: Annotated[int, Field(ge=1)] | None = None
