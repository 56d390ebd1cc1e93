"""Which function makes which table."""

from collections.abc import Callable

from generator import (
    customers,
    deals,
    finance,
    market,
    marketing,
    orders,
    people,
    product,
    reputation,
    service,
    subscriptions,
    targets,
    web,
)

_MADE = [
    customers.customers,
    deals.opportunities,
    deals.opportunity_history,
    finance.expenses,
    finance.fx_rates,
    market.competitor_events,
    market.competitor_prices,
    market.competitors,
    market.demand,
    market.market_size,
    marketing.campaigns,
    marketing.experiments,
    marketing.spend,
    marketing.touchpoints,
    orders.orders,
    people.people,
    product.prices,
    product.products,
    product.promotions,
    reputation.mentions,
    reputation.reviews,
    service.surveys,
    service.tickets,
    subscriptions.subscriptions,
    targets.partners,
    targets.targets,
    web.sessions,
    web.web_events,
]
TABLES: dict[str, Callable] = {make.__name__: make for make in _MADE}
