"""owners.yml: who owns leads and deals, where no export says it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from .forms import AgreementFile, Day, Frozen, Id, Text


class Owner(Frozen):
    """Somebody who owns leads or deals."""

    id: Text = Field(description="Id in the exports.")
    display_name: Text | None = Field(None, description="Name on pages, only where the settings allow names.")
    team: Id = Field(description="Team, such as sales.")
    role: Text | None = Field(None, description="Role, such as SDR.")
    manager: Text | None = Field(None, description="Owner id of the manager.")
    region: Text | None = Field(None, description="Region.")
    calendar: Id | None = Field(None, description="Id of the calendar that the clocks of this owner follow.")
    active_from: Day | None = Field(None, description="First day of work.")
    active_to: Day | None = Field(None, description="First day no longer at work.")


class OwnersFile(AgreementFile):
    """owners.yml as written."""

    identity: ClassVar[dict[str, tuple[str, ...]]] = {"owners": ("id",)}

    owners: tuple[Owner, ...] = Field((), description="Who owns leads and deals.")
