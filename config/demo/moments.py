"""Dates of the kit, told from the day it is loaded, so that a demo never shows last year's gatherings."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

SHAPE = "days from the day of loading, and perhaps a time, such as +9d 18:30 or -14d"
_RELATIVE = re.compile(r"([+-][0-9]{1,4})d(?: ([01][0-9]|2[0-3]):([0-5][0-9]))?")

MORNING = dt.time(0, 0)
EVENING = dt.time(23, 59)


def moment(said: str, zone: ZoneInfo, now: dt.datetime, *, otherwise: dt.time) -> dt.datetime:
    """`+9d 18:30` as half past six in the evening, nine days after `now`, on the clocks of `zone`.

    `otherwise` is the time of day where none is said. Raises ValueError for any other text.
    """
    found = _RELATIVE.fullmatch(said)
    if found is None:
        raise ValueError(f"expected {SHAPE}, got {said!r}")
    day = now.astimezone(zone).date() + dt.timedelta(days=int(found[1]))
    time = dt.time(int(found[2]), int(found[3])) if found[2] else otherwise
    return dt.datetime.combine(day, time, tzinfo=zone)
