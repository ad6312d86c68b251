"""Base of every definition that a pack supplies."""

from pydantic import BaseModel, ConfigDict


class Definition(BaseModel):
    """Strict and frozen: an unknown key or a number where text is due is an error, never a silent default."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
