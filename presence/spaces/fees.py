"""What a booking from outside costs: dated prices, hours begun, at most the price of the day. Pure; in cents."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from presence.spaces.states import Party
from storage.clock import local_date

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Price:
    """``per_hour`` for each hour begun, ``per_day`` as the most for one day; ``source`` says what it rests on."""

    party: Party
    valid_from: date
    per_hour: int
    per_day: int
    source: str


def price_on(prices: Iterable[Price], party: Party, day: date) -> Price | None:
    """The price that counts on that day."""
    held = [each for each in prices if each.party is party and each.valid_from <= day]
    return max(held, key=lambda each: each.valid_from, default=None)


def fee(prices: Iterable[Price], party: Party, starts: datetime, ends: datetime) -> int:
    """Cents for a span. The city pays nothing; hours are real hours, also where the clocks change."""
    if party is Party.CITY:
        return 0
    price = price_on(prices, party, local_date(starts))
    if price is None:
        return 0
    hours = -((starts - ends) // HOUR)
    days = (local_date(ends - timedelta(seconds=1)) - local_date(starts)).days + 1
    return min(hours * price.per_hour, days * price.per_day)


def in_words(cents: int) -> str:
    """12345 is "123,45 €"; nothing is "kostenlos"."""
    if not cents:
        return "kostenlos"
    euros = f"{cents // 100:,}".replace(",", ".")
    return f"{euros},{cents % 100:02d} €"
