"""What every answer of the API is."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

Item = TypeVar("Item")


class Model(BaseModel):
    """An answer of Memoir.

    Fields that this client does not know yet are kept (`model_extra`). A field that an older server does not send
    yet is `None`, whatever its type says: reading an answer never fails because the two are of different versions.
    """

    model_config = ConfigDict(extra="allow", protected_namespaces=())

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        required = [field for field in cls.model_fields.values() if field.is_required()]
        for field in required:
            field.default = None
        if required:
            cls.model_rebuild(force=True)


class Listed(Model, Generic[Item]):
    """A page of a list, as it is answered."""

    items: list[Item]
    next_cursor: str | None
