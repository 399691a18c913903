"""Read by Python at its start on a node whose clock libfaketime moves (see `much_later`).

`time.sleep` waits for a moment of the monotonic clock, which stays as it is, and libfaketime 0.9.10 moves that moment
all the same: the system then says "Invalid argument". To wait with nothing to look at is the same sleep.
"""

import select
import time


def _sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = _sleep
