"""channels.yml: the marketing channels, which of them are paid, and how exports spell them."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from .forms import AgreementFile, Frozen, Id, Text


class Channel(Frozen):
    """A way by which people reach the company."""

    id: Id = Field(description="Name in the data.")
    title: Text = Field(description="Name on pages.")
    paid: bool = Field(False, description="Whether its reach is bought.")
    native: tuple[Text, ...] = Field((), description="Spellings in exports; id and title always count.")


class ChannelsFile(AgreementFile):
    """channels.yml as written."""

    identity: ClassVar[dict[str, tuple[str, ...]]] = {"channels": ("id",)}

    channels: tuple[Channel, ...] = Field((), description="The marketing channels.")
