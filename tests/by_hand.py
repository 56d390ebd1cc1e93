"""Journeys typed by hand: a path of media, the day of its last contact, and its order."""

from datetime import date, timedelta

from conftest import kept, sales_lines, typed

from revwork.analysis import sales
from revwork.analysis.marketing import journeys

DAY = date(2026, 1, 8)
AS_OF = date(2026, 3, 31)


def touchpoints(*paths):
    """Rows of paths such as ("search email", "o1"), a contact a day up to the path's day."""
    rows = []
    for number, (path, order, *more) in enumerate(paths):
        media, last = path.split(), (more or [DAY])[0]
        for place, told in enumerate(media):
            medium, _, campaign = told.partition(":")
            rows.append(
                {
                    **{"path_id": f"J{number:03}", "position": place + 1, "channel": medium},
                    "touched_at": last - timedelta(days=len(media) - 1 - place),
                    **{"campaign_id": campaign or None, "order_id": order},
                }
            )
    return typed("touchpoints", rows)


def lines(*orders):
    """Sales lines of orders such as ("o1", net, cost) with what else is said of them."""
    rows = [
        {
            **{"order_id": name, "net_amount": net, "cost_amount": cost, "customer_id": name},
            **{"order_date": DAY.isoformat(), "line": 1, "channel": "Shop", **(more or [{}])[0]},
        }
        for name, net, cost, *more in orders
    ]
    return sales_lines(rows)


def contacts(paths, orders, as_of=AS_OF, patience=journeys.PATIENCE):
    sold = sales.by_order(lines(*orders))
    return kept(journeys.contacts(touchpoints(*paths), sold, as_of, patience))
