"""How long a job is followed."""

from __future__ import annotations

from time import monotonic

from memoir_client._errors import JobTimeoutError, MemoirConnectionError, MemoirError

HOUR = 3_600.0

ENDED = frozenset({"succeeded", "failed", "cancelled"})

# Memoir says every 15 seconds that a stream is alive.
SILENCE_SECONDS = 45.0
# How often in a row a stream may break off before anything came.
MAX_BREAKS = 5
BREAK_PAUSE_SECONDS = 1.0


class Deadline:
    """When waiting for a job ends."""

    def __init__(self, job_id: str, seconds: float | None) -> None:
        self._job_id = job_id
        self._seconds = seconds
        self._at = None if seconds is None else monotonic() + seconds

    def check(self) -> None:
        """Raises `JobTimeoutError` when it is over."""
        if self._seconds is not None and self._at is not None and monotonic() >= self._at:
            raise JobTimeoutError(self._job_id, self._seconds)

    def cap(self, seconds: float) -> float:
        """So many seconds, or what is left."""
        return seconds if self._at is None else max(0.01, min(seconds, self._at - monotonic()))


class Breaks:
    """How often a stream broke off in a row."""

    def __init__(self) -> None:
        self._count = 0

    def heard(self) -> None:
        """Something came."""
        self._count = 0

    def pause(self, error: MemoirError | None) -> float:
        """Seconds until the stream is taken up again. Raises the error when it is final."""
        self._count += 1
        if error is not None:
            passing = isinstance(error, MemoirConnectionError) or (
                error.status is not None and (error.status >= 500 or error.status == 429)
            )
            if not passing or self._count > MAX_BREAKS:
                raise error
        return BREAK_PAUSE_SECONDS if error is None else error.retry_after or BREAK_PAUSE_SECONDS
