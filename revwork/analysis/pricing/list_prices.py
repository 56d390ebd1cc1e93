"""List prices: every sale beside the price list and the promotions of its day."""

import ibis

from revwork.analysis.money import product

_SPOT = ["product_id", "currency", "region", "channel", "order_date"]
_MONEY = "decimal(18, 4)"
AT_LIST = 0.005  # a price asked this near to the list is the list's


def beside_list(
    lines: ibis.Table, prices: ibis.Table, promotions: ibis.Table, currency: str
) -> ibis.Table:
    """Return the sales lines with what the list and the promotions of their day say of them.

    The list price is the day's in the order's currency, of its own region and channel before one
    that holds everywhere; where there is none, the price asked. What came off a line is split:
    `terms` from list to the price asked (agreed or contract prices; above list it is positive),
    `offers` what a promotion of the day takes off, at most what came off, and `discounts`, the
    rest: discount that somebody gave. listed + terms + offers + discounts = net.

    Columns: those of lines; list_price (in the order's currency, null unknown), promotion_rate
    (null without), listed, terms, offers, discounts (money; null on what came back).
    """
    keyed = lines.mutate(
        spot_region=lines.region.fill_null(""), spot_channel=lines.channel.fill_null("")
    )
    spots = keyed.select(
        "product_id", "currency", "order_date", region="spot_region", channel="spot_channel"
    )
    spots = spots.filter(spots.product_id.notnull()).distinct()
    for found in (_listed(spots, prices, currency), _offered(spots, keyed, promotions)):
        keyed = _told(keyed, found)
    return _split(keyed.drop("spot_region", "spot_channel"))


def at_list(sold: ibis.Table) -> ibis.Table:
    """Return the sales at the list price or an offer's, or without a list; all where most are not.

    `sold` is what `beside_list` returns. Prices agreed beforehand (contracts, subscriptions) do not
    answer to the list; where most sales are away from it, the list is not what is asked. What came
    back is left out.
    """
    sold = sold.filter(~sold.is_return)
    listed = sold.list_price.cast("float64").nullif(0)
    asked = sold.unit_price.cast("float64") / listed
    on_offer = asked / (1 - sold.promotion_rate.fill_null(0.0)).nullif(0)
    away = ((asked - 1).abs() > AT_LIST) & ((on_offer.fill_null(0.0) - 1).abs() > AT_LIST)
    away = away.fill_null(False)
    known = sold.aggregate(away=away.sum(), quoted=listed.count()).execute().iloc[0]
    most_away = known.quoted > 0 and known.away > known.quoted / 2
    return sold if most_away else sold.filter(~away)


def _split(rows: ibis.Table) -> ibis.Table:
    """From list to net, in the company's currency; what is not known of a step is nothing."""
    asked = product(rows.quantity, rows.rate).cast("decimal(38, 4)")
    asked = (asked * rows.unit_price).cast(_MONEY)
    told = product(rows.discount, rows.rate) + rows.net
    rows = rows.mutate(asked=asked.coalesce(told, rows.net))
    listed = (product(rows.quantity, rows.rate).cast("decimal(38, 4)") * rows.list_price).cast(
        _MONEY
    )
    rows = rows.mutate(listed=listed.coalesce(rows.asked))
    came_off = (rows.asked - rows.net).cast(_MONEY)
    most = (rows.asked.cast("float64") * rows.promotion_rate).round(4).fill_null(0)
    offered = ibis.least(ibis.greatest(came_off, 0), most.cast(_MONEY)).cast(_MONEY)
    rows = rows.mutate(terms=rows.asked - rows.listed, offers=-offered)
    rows = rows.mutate(discounts=rows.net - rows.asked - rows.offers)
    sold = {name: _sold(rows, name) for name in ("listed", "terms", "offers", "discounts")}
    return rows.mutate(**sold).drop("asked")


def _sold(rows: ibis.Table, name: str) -> ibis.Value:
    return ibis.cases((~rows.is_return, rows[name].cast(_MONEY)), else_=ibis.null(_MONEY))


def _listed(spots: ibis.Table, prices: ibis.Table, currency: str) -> ibis.Table:
    """The list price of each product, market and day that was sold on."""
    market = ["product_id", "currency", "region", "channel"]
    every = prices.mutate(currency=prices.currency.fill_null(currency))
    window = ibis.window(group_by=market, order_by="valid_from")
    until = every.valid_from.lead().over(window)
    quoted = every.select(
        *(every[name].name(f"own_{name}") for name in market),
        "valid_from",
        "list_price",
        valid_to=until,
    )
    held = spots.inner_join(
        quoted,
        [
            spots.product_id == quoted.own_product_id,
            spots.currency == quoted.own_currency,
            quoted.own_region.isnull() | (quoted.own_region == spots.region),
            quoted.own_channel.isnull() | (quoted.own_channel == spots.channel),
            spots.order_date >= quoted.valid_from,
            quoted.valid_to.isnull() | (spots.order_date < quoted.valid_to),
        ],
    )
    own = held.own_region.notnull(), held.own_channel.notnull()
    found = held.group_by(_SPOT).agg(
        both=held.list_price.max(where=own[0] & own[1]),
        of_channel=held.list_price.max(where=~own[0] & own[1]),
        of_region=held.list_price.max(where=own[0] & ~own[1]),
        everywhere=held.list_price.max(where=~own[0] & ~own[1]),
    )
    first = found.both.coalesce(found.of_channel, found.of_region, found.everywhere)
    return found.select(*_SPOT, list_price=first)


def _offered(spots: ibis.Table, lines: ibis.Table, promotions: ibis.Table) -> ibis.Table:
    """The deepest promotion of each product, market and day that was sold on."""
    named = lines.filter(lines.product_id.notnull()).group_by("product_id")
    named = named.agg(category=lines.category.max())
    known = spots.left_join(named, "product_id").drop("product_id_right")
    offers = promotions.select(
        "start_date",
        "end_date",
        "discount_rate",
        **{f"own_{name}": name for name in ("product_id", "category", "region", "channel")},
    )
    held = known.inner_join(
        offers,
        [
            known.order_date >= offers.start_date,
            known.order_date <= offers.end_date,
            *(
                offers[f"own_{name}"].isnull() | (offers[f"own_{name}"] == known[name])
                for name in ("product_id", "category", "region", "channel")
            ),
        ],
    )
    return held.group_by(_SPOT).agg(promotion_rate=held.discount_rate.max())


def _told(lines: ibis.Table, found: ibis.Table) -> ibis.Table:
    """Lines with the one column that is known of their spot; a line stays one."""
    (told,) = set(found.columns) - set(_SPOT)
    found = found.select(**{f"at_{name}": name for name in _SPOT}, **{told: told})
    joined = lines.left_join(
        found,
        [
            lines.product_id == found.at_product_id,
            lines.currency == found.at_currency,
            lines.spot_region == found.at_region,
            lines.spot_channel == found.at_channel,
            lines.order_date == found.at_order_date,
        ],
    )
    return joined.drop(*(f"at_{name}" for name in _SPOT))
