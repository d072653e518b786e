"""The answer to a question, which a tool gives."""

from __future__ import annotations

from datetime import datetime

from memoir_client._model import Model


class AnswerCitation(Model):
    """A memory that an answer rests on."""

    id: str
    user_id: str
    kind: str
    role: str | None
    content: str
    occurred_at: datetime


class Answer(Model):
    """An answer out of what is remembered, and nothing else."""

    known: bool
    """False when the memories do not say; `answer` is empty then."""
    answer: str
    citations: list[AnswerCitation]
    model: str
    """Which model answered; `rules` is built in."""
