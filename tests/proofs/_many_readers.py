"""For schemathesis: every request comes from another address, so that what is measured is not the limit of one."""

from __future__ import annotations

import itertools
from typing import Any

import schemathesis

numbers = itertools.count()


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    number = next(numbers)
    case.headers["X-Forwarded-For"] = f"198.18.{number // 250 % 250}.{number % 250}"
