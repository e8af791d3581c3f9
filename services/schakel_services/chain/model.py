"""The shape of a chain file (TOML)."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints, model_validator

from schakel_contracts.codes import Purpose, Role
from schakel_contracts.policy.facts import Addressee

PartnerIdText = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=48)]
Oin = Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^(ura|agb|kvk|rsin|gemeente):[0-9A-Za-z]{1,20}$")]


class Closed(BaseModel):
    """Anything in a chain file: frozen, and closed, so that a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Webhook(Closed):
    """Notifications are posted to a URL, signed in the Standard Webhooks scheme."""

    kind: Literal["webhook"]
    url: HttpUrl = Field(description="Where to; https, or http on this machine.")
    timeout_s: float = Field(default=10.0, gt=0, le=60, description="How long an answer may take.")

    @model_validator(mode="after")
    def encrypted_unless_local(self) -> Self:
        """Health data never leaves the machine unencrypted."""
        if self.url.scheme != "https" and self.url.host not in {"127.0.0.1", "localhost", "[::1]"}:
            raise ValueError("https_required")
        return self


class Folder(Closed):
    """Notifications are written as files; a path is relative to the data folder."""

    kind: Literal["folder"]
    path: Path | None = Field(default=None, description="Default: outbox/<partner>.")


Channel = Annotated[Webhook | Folder, Field(discriminator="kind")]


class Agreement(Closed):
    """What the partner signed; past its end the gate is closed to it (A18)."""

    kind: Literal["convenant", "verwerkersovereenkomst", "onderlinge_regeling"]
    until: date = Field(description="Last day.")


class Partner(Closed):
    """One organisation in one role; a municipality with two desks is two partners with one OIN (R8)."""

    id: PartnerIdText
    name: str = Field(min_length=1, max_length=80, description="As people know it.")
    oin: Oin
    identifiers: tuple[Identifier, ...] = Field(default=(), description="Other registers, such as ura:00001234.")
    role: Role
    host: Role | None = Field(
        default=None,
        description="For a key person: the role of the organisation behind, whose share is the most (R22).",
    )
    connectors: tuple[str, ...] = Field(default=(), description="What it sends; connector names.")
    channel: Channel | None = Field(default=None, description="How it is told; none: it only sends.")
    agreements: tuple[Agreement, ...] = Field(min_length=1, description="At least one.")

    def agreed_until(self) -> date:
        """Return the last day on which every agreement holds."""
        return min(agreement.until for agreement in self.agreements)

    def addressee(self) -> Addressee:
        """Return the partner as the policy sees it."""
        return Addressee(self.id, self.role, self.agreed_until(), self.host)


class Chain(Closed):
    """One region's chain."""

    name: PartnerIdText
    region: str = Field(min_length=1, max_length=80)
    partitions: int = Field(default=4, ge=1, le=256, description="Fixed once topics exist.")
    keys: Path = Field(default=Path("keys"), description="Folder with the keys, relative to the data folder.")
    purposes: tuple[Purpose, ...] = Field(min_length=1, description="What this region shares for; other rows are off.")
    overlay: Path | None = Field(
        default=None, description="Folder, beside this file, with what the region tightens in the policy."
    )
    partner: tuple[Partner, ...] = Field(min_length=1)

    def by_id(self, partner: str) -> Partner:
        """Return a partner, or raise ``KeyError``."""
        for found in self.partner:
            if found.id == partner:
                return found
        raise KeyError(partner)
