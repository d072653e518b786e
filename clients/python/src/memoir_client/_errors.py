"""What can go wrong, as exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from memoir_client.models import Job

ANSWER_UNKNOWN = "unknown"


class MemoirError(Exception):
    """Every error of this client. Where the API refused a request, in the API's own words."""

    code: str
    """One of the API's closed list, such as `invalid_request`; `unknown` when something else than Memoir answered."""
    status: int | None
    """The status of HTTP; `None` when nothing answered."""
    field: str | None
    """The field of the request that the error is about."""
    request_id: str | None
    """Names the request in Memoir's log."""
    details: Mapping[str, Any]
    """What else a program can act on."""
    retry_after: float | None
    """Seconds that Memoir asks to wait before another try."""

    def __init__(
        self,
        message: str,
        *,
        code: str = ANSWER_UNKNOWN,
        status: int | None = None,
        request_id: str | None = None,
        details: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status
        self.request_id = request_id
        self.details = details or {}
        self.retry_after = retry_after
        field = self.details.get("field")
        self.field = field if isinstance(field, str) and field != "" else None

    def __str__(self) -> str:
        known = [self.code if self.code != ANSWER_UNKNOWN else "", self.request_id or ""]
        note = ", request ".join(part for part in known if part)
        return f"{self.message} ({note})" if note else self.message


class AuthenticationError(MemoirError):
    """401: no key, or one that is not known or has ended."""


class NotFoundError(MemoirError):
    """404: it does not exist, or lies outside the reach of the key."""


class ConflictError(MemoirError):
    """409 or 412: something else is stored or under way, or the memory has another revision by now."""


class RateLimitError(MemoirError):
    """429: too many requests; `retry_after` says how long to wait."""


class MemoirConnectionError(MemoirError):
    """Nothing answered, or not in time."""


class JobFailedError(MemoirError):
    """A job that was waited for failed or was cancelled; `job` says why."""

    job: Job

    def __init__(self, job: Job) -> None:
        reason = job.error.message if job.error else f"the job is {job.state}"
        super().__init__(f"Job {job.id}: {reason}", code=job.error.code if job.error else str(job.state))
        self.job = job


class JobTimeoutError(MemoirError, TimeoutError):
    """A job had not ended when the time to wait for it was over. The job goes on."""

    def __init__(self, job_id: str, seconds: float) -> None:
        super().__init__(f"Job {job_id} has not ended after {seconds:g} seconds; it goes on.", code="timed_out")
        self.job_id = job_id


OF_STATUS: dict[int, type[MemoirError]] = {
    401: AuthenticationError,
    404: NotFoundError,
    409: ConflictError,
    412: ConflictError,
    429: RateLimitError,
}


def error_of(response: httpx.Response) -> MemoirError:
    """Reads the error out of an answer, whose body has been read, that is not one of success."""
    status = response.status_code
    given = _error_fields(response)
    asked = f"{response.request.method} {response.request.url.path}"
    if given is None:
        message = f"{asked} was answered with HTTP {status} by something that is not Memoir; check the URL."
        given = {}
    else:
        message = str(given.get("message", f"HTTP {status}"))
        if given.get("code") == "not_found" and "no such route" in message:
            message = f"This Memoir does not have {asked}; it may be older than this client."
    details = given.get("details")
    return OF_STATUS.get(status, MemoirError)(
        message,
        code=str(given.get("code", ANSWER_UNKNOWN)),
        status=status,
        request_id=given.get("request_id") or response.headers.get("x-request-id"),
        details=details if isinstance(details, dict) else None,
        retry_after=_retry_after(response),
    )


def _error_fields(response: httpx.Response) -> dict[str, Any] | None:
    try:
        body = response.json()
    except ValueError:
        return None
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) and isinstance(error.get("code"), str) else None


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds, or a date, as RFC 9110 has it."""
    given = response.headers.get("retry-after", "")
    try:
        return max(0.0, float(given))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - time())
    except ValueError:
        return None
