"""The Python client of Memoir, durable memory for AI applications.

from memoir_client import Memoir

client = Memoir()  # MEMOIR_URL and MEMOIR_KEY
client.remember("I am allergic to penicillin.", user_id="maya")
client.recall("What is Maya allergic to?", user_id="maya").hits
"""

from memoir_client._ask import Answer
from memoir_client._async.client import AsyncMemoir
from memoir_client._async.transport import AsyncPage
from memoir_client._errors import (
    AuthenticationError,
    ConflictError,
    JobFailedError,
    JobTimeoutError,
    MemoirConnectionError,
    MemoirError,
    NotFoundError,
    RateLimitError,
)
from memoir_client._params import EntityParam, MemoryParam, MessageParam, TurnParam
from memoir_client._sync.client import Memoir
from memoir_client._sync.transport import Page
from memoir_client._version import __version__
from memoir_client.models import Context, Hit, Job, Memory, Narrative, Recall, Session, Tombstone

__all__ = [
    "Answer",
    "AsyncMemoir",
    "AsyncPage",
    "AuthenticationError",
    "ConflictError",
    "Context",
    "EntityParam",
    "Hit",
    "Job",
    "JobFailedError",
    "JobTimeoutError",
    "Memoir",
    "MemoirConnectionError",
    "MemoirError",
    "Memory",
    "MemoryParam",
    "MessageParam",
    "Narrative",
    "NotFoundError",
    "Page",
    "RateLimitError",
    "Recall",
    "Session",
    "Tombstone",
    "TurnParam",
    "__version__",
]
