"""Finds the unusual days and weeks of a report and says what they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from workflows.kpi.anomaly import LOOK_BACK, last_seen, level, usual
from workflows.kpi.book import KEPT_WEEKS
from workflows.kpi.compare import label
from workflows.kpi.contribution import Gap, parts
from workflows.kpi.numbers import decimal, percent, rounded, spoken, spoken_percent
from workflows.kpi.report import Anomaly, Contribution
from workflows.kpi.week import IsoWeek, spoken_day
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from decimal import Decimal
    from typing import Literal

    from workflows.kpi.anomaly import Usual
    from workflows.kpi.compare import Frame
    from workflows.kpi.contribution import Part, Period
    from workflows.kpi.report import Level

_PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An unusual value, before it is put into words."""

    key: str
    period: Literal["day", "week"]
    #: The day, or the Monday of the week.
    on: date
    value: Fraction
    usual: Usual
    level: Level
    #: Like days or Mondays compared with, latest first.
    against: tuple[date, ...]
    last_seen: date | None

    @property
    def is_up(self) -> bool:
        """Whether it is above usual."""
        return self.value > self.usual.middle


def unusual(frame: Frame) -> tuple[Anomaly, ...]:
    """Return every anomaly of the watched metrics, the furthest from usual first."""
    found: list[Anomaly] = []
    for key, metric in frame.board.catalogue.metrics.items():
        if metric.watch:
            found += [_anomaly(frame, each) for each in _weeks(frame, key)]
        if metric.watch == "days":
            found += [_anomaly(frame, each) for each in _days(frame, key)]
    return tuple(sorted(found, key=lambda anomaly: (-abs(anomaly.z), anomaly.metric, anomaly.on)))


def _weeks(frame: Frame, key: str) -> Iterator[Found]:
    value = frame.now(key).whole
    if value is None:
        return
    known = {week.monday: past for week, past in frame.earlier(key, _weeks_on_record(frame, key))}
    found = _judged(frame, key, "week", frame.week.monday, value, known)
    if found is not None:
        yield found


def _weeks_on_record(frame: Frame, key: str) -> int:
    book = frame.board.flow(key)
    if book is None or book.first is None:
        return LOOK_BACK
    return max(LOOK_BACK, (frame.week.monday - book.first.date()).days // 7)


def _days(frame: Frame, key: str) -> Iterator[Found]:
    for day in _whole_days(frame, key):
        value = frame.board.day(key, day)
        if value is None:
            continue
        found = _judged(frame, key, "day", day, value, _like_days(frame, key, day))
        if found is not None:
            yield found


def _whole_days(frame: Frame, key: str) -> tuple[date, ...]:
    """Return the days of the week that are over in every source: all of them once the week is complete."""
    if not frame.now(key).partial:
        return frame.week.days
    books = [frame.board.books.get(source) for source in frame.board.catalogue.sources_of(key)]
    ends = [book.last.date() for book in books if book is not None and book.last is not None]
    ends.append(frame.board.now.astimezone(frame.board.zone).date())
    return tuple(day for day in frame.week.days if day < min(ends))


def _like_days(frame: Frame, key: str, day: date) -> dict[date, Fraction]:
    """Return every earlier day of the same weekday with trade and a value."""
    book = frame.board.flow(key)
    earlier = [] if book is None else [past for past in book.traded if past < day]
    values = {
        past: frame.board.day(key, past) for past in earlier if past.weekday() == day.weekday()
    }
    return {past: value for past, value in values.items() if value is not None}


def _judged(
    frame: Frame,
    key: str,
    period: Literal["day", "week"],
    on: date,
    value: Fraction,
    known: Mapping[date, Fraction],
) -> Found | None:
    oldest = on - timedelta(weeks=KEPT_WEEKS)
    recent = [past for past in sorted(known, reverse=True) if past >= oldest and known[past] > 0]
    against = tuple(recent[:LOOK_BACK])
    reach = usual([known[past] for past in against])
    if reach is None or value <= 0:
        return None
    found = level(reach.z(value))
    if found is None or abs(value - reach.middle) < frame.metric(key).least_gap:
        return None
    return Found(
        key=key,
        period=period,
        on=on,
        value=value,
        usual=reach,
        level=found,
        against=against,
        last_seen=last_seen(value, reach.middle, known),
    )


def _anomaly(frame: Frame, found: Found) -> Anomaly:
    metric = frame.metric(found.key)
    due = frame.week.sunday + timedelta(days=1 + frame.board.catalogue.anomaly_due_days)
    return Anomaly(
        metric=found.key,
        title=metric.title,
        unit=metric.unit,
        period=found.period,
        on=found.on,
        value=frame.value(found.key, found.value),
        usual=frame.value(found.key, found.usual.middle),
        usual_low=frame.edge(found.key, found.usual.low),
        usual_high=frame.edge(found.key, found.usual.high),
        change_percent=_change(found),
        z=decimal(Fraction(found.usual.z(found.value)), 2),
        level=found.level,
        good=found.is_up == (metric.better == "up"),
        compared_with=found.usual.n,
        last_seen=found.last_seen,
        owner=metric.owner,
        due_on=due,
        words=_words(frame, found),
        contributions=_contributions(frame, found),
    )


def _change(found: Found) -> Decimal:
    return percent((found.value - found.usual.middle) / found.usual.middle)


def _words(frame: Frame, found: Found) -> str:
    """Say it as in: Orders on Tue 17 May: 38. Usual for a Tuesday: 71 (range 60 to 84). 46% below."""
    unit = frame.metric(found.key).unit
    value, middle = (
        frame.spoken(found.key, found.value),
        frame.spoken(found.key, found.usual.middle),
    )
    low, high = (
        spoken(frame.edge(found.key, edge), unit, frame.currency)
        for edge in (found.usual.low, found.usual.high)
    )
    is_day = found.period == "day"
    when = f"on {spoken_day(found.on)}" if is_day else f"in week {IsoWeek.of(found.on).week}"
    like = f"a {found.on:%A}" if is_day else "a week"
    side = "above" if found.is_up else "below"
    seen = f"last seen {_dated(found.last_seen)}" if found.last_seen else "not seen before"
    return (
        f"{frame.metric(found.key).title} {when}: {value}. Usual for {like}: "
        f"{middle} (range {low} to {high}). "
        f"{spoken_percent(_change(found))} {side}, {seen}."
    )


def _dated(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


def _contributions(frame: Frame, found: Found) -> tuple[Contribution, ...]:
    """Return the parts with the largest share of the gap, over all declared dimensions."""
    book = frame.board.flow(found.key)
    if book is None:
        return ()
    base = frame.board.additive_key(found.key)
    gap = Gap(
        key=base,
        now=_period(found, found.on),
        before=tuple(_period(found, past) for past in found.against),
        up=found.is_up,
    )
    dimensions = frame.metric(found.key).explain_by
    every = [part for dimension in dimensions for part in parts(book, gap, dimension)]
    every.sort(key=lambda part: (-part.share, part.dimension, part.key))
    return tuple(_contribution(frame, base, part) for part in every[:_PARTS])


def _period(found: Found, start: date) -> Period:
    return (start,) if found.period == "day" else IsoWeek.of(start).days


def _contribution(frame: Frame, base: str, part: Part) -> Contribution:
    unit = frame.metric(base).unit
    return Contribution(
        dimension=part.dimension,
        key=Untrusted(part.key),
        label=label(frame, base, part.dimension, part.key),
        unit=unit,
        value=rounded(part.value, unit),
        usual=rounded(part.usual, unit),
        gap=rounded(part.value - part.usual, unit),
        share_percent=percent(part.share),
        evidence=tuple(Untrusted(record) for record in part.evidence),
    )
