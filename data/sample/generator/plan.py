"""What is planted: twelve effects that a seed draws, and how each is left out."""

from dataclasses import dataclass, fields, replace

from generator import company as co
from generator.draws import Draws
from generator.names import PARTNERS, SALES, STAGES
from generator.names import SPEND_CHANNELS as SPENT

DAY = co.DAYS.get_loc


@dataclass(frozen=True)
class Checkout:
    """A share of visits is lost between payment and purchase."""

    device: int
    region: int
    since: int
    loss: float


@dataclass(frozen=True)
class Churn:
    """After a plan's price rose, its subscribers leave `faster` times as fast."""

    plan: int
    since: int
    rise: float
    faster: float


@dataclass(frozen=True)
class Pair:
    """Who buys the first product adds the second; products by category and rank of price."""

    first: tuple[int, int]
    second: tuple[int, int]
    attach: float


@dataclass(frozen=True)
class Rival:
    """A rival's prices in a category fall by `cut`; demand for ours follows with `cross`."""

    competitor: int
    category: int
    since: int
    cut: float
    cross: float


@dataclass(frozen=True)
class Delivery:
    """Parcels come late; six to twelve weeks on, a share of consumers' orders stays away."""

    region: int
    since: int
    late: float
    loss: float


@dataclass(frozen=True)
class Erosion:
    """A partner's discount grows for ten months, by so much in the end."""

    partner: int
    since: int
    discount: float


@dataclass(frozen=True)
class Costly:
    """A large account on terms that cost money; `volume` is the share of its orders it places."""

    region: int
    since: int
    volume: float


@dataclass(frozen=True)
class Shift:
    """A share of one advertising channel's money moves to another, which is full already."""

    spent: int
    starved: int
    since: int
    moved: float


@dataclass(frozen=True)
class Leak:
    """An owner gives more discount."""

    region: int
    since: int
    discount: float


@dataclass(frozen=True)
class Stall:
    """Deals of a segment pass a stage at a fraction of the pace."""

    segment: int
    stage: int
    since: int
    pace: float


@dataclass(frozen=True)
class Short:
    """People of a team leave and are not replaced; a share of the orders they served is lost."""

    team: int
    region: int
    since: int
    vacant: int
    loss: float


@dataclass(frozen=True)
class Niche:
    """A segment in one country multiplies its orders within fifteen months."""

    segment: int
    region: int
    since: int
    times: float


TEAMS = ["sales", "service"]
NEUTRAL = {
    "checkout": {"loss": 0.0},
    "churn": {"faster": 1.0},
    "pair": {"attach": 0.0},
    "rival": {"cut": 0.0},
    "delivery": {"late": 0.0, "loss": 0.0},
    "erosion": {"discount": 0.0},
    "costly": {"volume": 0.03},
    "shift": {"moved": 0.0},
    "leak": {"discount": 0.0},
    "stall": {"pace": 1.0},
    "short": {"vacant": 0, "loss": 0.0},
    "niche": {"times": 1.0},
}


@dataclass(frozen=True)
class Plan:
    """The twelve effects."""

    checkout: Checkout
    churn: Churn
    pair: Pair
    rival: Rival
    delivery: Delivery
    erosion: Erosion
    costly: Costly
    shift: Shift
    leak: Leak
    stall: Stall
    short: Short
    niche: Niche

    def without(self, *effects: str) -> "Plan":
        """Return the plan with these effects of no size; all else stays."""
        return replace(self, **{e: replace(getattr(self, e), **NEUTRAL[e]) for e in effects})

    def null(self) -> "Plan":
        """Return the plan with nothing planted."""
        return self.without(*(field.name for field in fields(self)))


def drawn(seed: int) -> Plan:
    """Return the plan of a seed; checkout, delivery, team and niche get a country each."""
    lot = _Lot(Draws(seed, "plan"))
    checkout, delivery, short, niche = lot.shuffled(range(len(co.REGIONS)))
    elsewhere = [region for region in range(len(co.REGIONS)) if region != short]
    return Plan(
        Checkout(
            lot.one([0, 1]), checkout, lot.day("2026-02-16", "2026-05-18"), lot.size(0.6, 0.8)
        ),
        Churn(
            lot.one([1, 2, 3]),
            lot.month("2025-07", "2025-10"),
            lot.size(0.09, 0.14),
            lot.size(3.0, 3.8),
        ),
        _pair(lot),
        Rival(
            lot.one(range(len(co.COMPETITORS))),
            lot.one([co.GRINDERS, co.BREWERS, co.ACCESSORIES]),
            lot.day("2025-10-06", "2026-02-02"),
            lot.size(0.19, 0.24),
            lot.size(2.4, 2.8),
        ),
        Delivery(
            delivery,
            lot.day("2025-11-03", "2026-01-19"),
            lot.size(0.45, 0.55),
            lot.size(0.33, 0.39),
        ),
        Erosion(
            lot.one([i for i, one in enumerate(PARTNERS) if one.tier == "gold"]),
            lot.day("2025-03-03", "2025-06-30"),
            lot.size(0.15, 0.2),
        ),
        Costly(lot.one(elsewhere), lot.day("2024-03-04", "2024-11-25"), 1.0),
        Shift(
            lot.one([SPENT.index("Search"), SPENT.index("Social")]),
            lot.one([SPENT.index("Display"), SPENT.index("Affiliate")]),
            lot.month("2025-06", "2025-11"),
            lot.size(0.9, 0.96),
        ),
        Leak(lot.one(elsewhere), lot.day("2025-04-07", "2025-09-29"), lot.size(0.1, 0.14)),
        Stall(
            lot.one([1, 2]),
            lot.one(range(1, len(STAGES))),
            lot.day("2025-06-02", "2025-10-06"),
            lot.size(0.01, 0.02),
        ),
        _short(lot, short),
        Niche(lot.one([3, 4]), niche, lot.day("2024-12-02", "2025-05-26"), lot.size(2.8, 3.6)),
    )


def owner(plan: Plan) -> str:
    """Return who gives discount away: the one who stays longest in that region."""
    return SALES[co.REGIONS[plan.leak.region]][0]


def _short(lot: "_Lot", region: int) -> Short:
    """Two of three seats empty: sales loses their accounts, service firms that need an answer."""
    team, since = lot.one([0, 1]), lot.month("2025-09", "2025-12")
    return Short(team, region, since, 2, (lot.size(0.56, 0.62), lot.size(0.34, 0.4))[team])


def _pair(lot: "_Lot") -> Pair:
    """A machine or grinder in the middle of its range, and a dear thing of another category."""
    first = lot.one([co.MACHINES, co.GRINDERS])
    second = {co.MACHINES: co.GRINDERS, co.GRINDERS: co.BREWERS}[first]
    places = (first, lot.one(range(7, 13))), (second, lot.one(range(10, 16)))
    return Pair(*places, lot.size(0.45, 0.6))


class _Lot:
    """Draws one after the other, each with a number of its own."""

    def __init__(self, draws: Draws):
        self._draws, self._number = draws, 0

    def _luck(self) -> float:
        self._number += 1
        return float(self._draws.uniform("lot", [self._number])[0])

    def one(self, of: "range | list") -> int:
        return list(of)[int(self._luck() * len(of))]

    def size(self, low: float, high: float) -> float:
        return round(low + self._luck() * (high - low), 3)

    def shuffled(self, of: range) -> list[int]:
        return sorted(of, key=lambda _: self._luck())

    def day(self, first: str, last: str) -> int:
        return int(DAY(first) + 7 * int(self._luck() * ((DAY(last) - DAY(first)) / 7 + 1)))

    def month(self, first: str, last: str) -> int:
        months = list(co.DAYS[(co.DAYS.day == 1)])
        span = [DAY(month) for month in months if first <= f"{month:%Y-%m}" <= last]
        return int(self.one(span))
