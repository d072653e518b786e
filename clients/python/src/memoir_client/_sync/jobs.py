# Generated out of _async by scripts/generate.py.
"""Accepted work."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

from memoir_client._call import Call, fields, path_of
from memoir_client._errors import JobFailedError, MemoirError
from memoir_client._sse import EventReader, ServerEvent
from memoir_client._sync.transport import Page, Transport, lines_of
from memoir_client._waiting import ENDED, HOUR, SILENCE_SECONDS, Breaks, Deadline
from memoir_client.models import Accepted, Job, StepFailure


def _id_of(job: str | Accepted | Job) -> str:
    if isinstance(job, str):
        return job
    return job.job if isinstance(job, Accepted) else job.id


class JobsResource:
    """Accepted work: look at it, wait for it, steer it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, id: str) -> Job:
        """One job. Raises `NotFoundError`."""
        return self._transport.ask(Call("GET", path_of("v1", "jobs", id)), Job)

    def list(
        self,
        *,
        kind: str | None = None,
        state: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Job]:
        """Jobs, the newest first."""
        query = fields(kind=kind, state=state, limit=limit, cursor=cursor)
        return self._transport.page(Call("GET", "/v1/jobs", query=query), Job)

    def failures(self, id: str) -> Page[StepFailure]:
        """What went wrong in each step, also in those that worked since."""
        return self._transport.page(Call("GET", path_of("v1", "jobs", id, "failures")), StepFailure)

    def watch(self, job: str | Accepted | Job, *, timeout: float | None = HOUR) -> Generator[Job, None]:
        """The job now and with each change, until it has ended.

        A stream that breaks off is taken up where it was. Raises `JobTimeoutError` after `timeout` seconds; with
        `None` it follows as long as it takes.
        """
        job_id, last = _id_of(job), None
        deadline, breaks = Deadline(job_id, timeout), Breaks()
        while True:
            broken: MemoirError | None = None
            try:
                for event in self._events(job_id, last, deadline):
                    breaks.heard()
                    last = event.id
                    known = Job.model_validate_json(event.data)
                    yield known
                    if known.state in ENDED:
                        return
            except MemoirError as error:
                deadline.check()
                broken = error
            time.sleep(deadline.cap(breaks.pause(broken)))
            deadline.check()
            if broken is None:
                # The end may have been heard before the stream broke off, and is not said again.
                known = self.get(job_id)
                if known.state in ENDED:
                    yield known
                    return

    def _events(self, id: str, last: str | None, deadline: Deadline) -> Generator[ServerEvent, None]:
        headers = {"accept": "text/event-stream", **({"last-event-id": last} if last else {})}
        call = Call("GET", path_of("v1", "jobs", id, "events"), headers=headers)
        reader = EventReader()
        with self._transport.stream(call, deadline.cap(SILENCE_SECONDS)) as response:
            for line in lines_of(response):
                event = reader.read(line)
                if event is not None:
                    yield event
                deadline.check()

    def wait(
        self,
        job: str | Accepted | Job,
        *,
        timeout: float | None = HOUR,
        on_progress: Callable[[Job], object] | None = None,
    ) -> Job:
        """Waits until the job has succeeded.

        Takes a job's id, or what a write answered. Raises `JobFailedError` when it failed or was cancelled, and
        `JobTimeoutError` after `timeout` seconds, while the job goes on.
        """
        last: Job | None = None
        for last in self.watch(job, timeout=timeout):
            if on_progress is not None:
                on_progress(last)
        if last is None:
            last = self.get(_id_of(job))
        if last.state != "succeeded":
            raise JobFailedError(last)
        return last

    def pause(self, id: str) -> Job:
        """Stops it after what is in hand."""
        return self._steer(id, "pause")

    def resume(self, id: str, *, budget: float | None = None) -> Job:
        """Goes on; `budget` is what it may cost in all from now on, in US dollars."""
        return self._steer(id, "resume", budget=budget)

    def cancel(self, id: str) -> Job:
        """Ends it after what is in hand."""
        return self._steer(id, "cancel")

    def retry(self, id: str) -> Job:
        """A new run of a job that has ended or is stuck, from where it stopped."""
        return self._steer(id, "retry")

    def _steer(self, id: str, action: str, *, budget: float | None = None) -> Job:
        path = path_of("v1", "jobs", id, action)
        # Asking again for what was asked already does nothing; only a retry starts something.
        call = Call("POST", path, query=fields(budget=budget), repeatable=action != "retry")
        return self._transport.ask(call, Job)
