"""Which partner a record means: one, or it is refused; never a guess."""

from datetime import date
from typing import Any

import pytest

from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_connectors.statement import SELF, OrganisationRef, Party
from schakel_contracts.codes import Purpose, Role
from schakel_services.chain.directory import Directory
from schakel_services.chain.model import Agreement, Chain, Partner

TOWN = "00000099000000003000"


def partner(name: str, role: Role, oin: str, *identifiers: str) -> Partner:
    """Return a partner that sends."""
    agreement = Agreement(kind="convenant", until=date(2099, 12, 31))
    more: dict[str, Any] = {"connectors": ("fhir_consent",), "agreements": (agreement,)}
    return Partner(id=name, name=name, oin=oin, role=role, identifiers=identifiers, **more)


DIRECTORY = Directory(
    Chain(
        name="proef",
        region="Proef",
        purposes=(Purpose.JOB_COACHING,),
        partner=(
            partner("ggz", Role.GGZ, "00000099000000001000", "ura:90000101", "kvk:90000101"),
            partner("stad-inkomen", Role.INC, TOWN, "gemeente:9903"),
            partner("stad-wmo", Role.WMO, TOWN, "gemeente:9903"),
        ),
    )
)
GGZ = Party("ggz", Role.GGZ)


@pytest.mark.parametrize(
    ("scheme", "value"),
    [("partner", "ggz"), ("oin", "00000099000000001000"), ("ura", "90000101"), ("kvk", "90000101")],
)
def test_a_partner_is_found_by_every_number_that_it_has(scheme: str, value: str) -> None:
    """With its role or without."""
    ref = OrganisationRef(scheme, value)
    assert (DIRECTORY.resolve(ref, None), DIRECTORY.resolve(ref, Role.GGZ)) == (GGZ, GGZ)


@pytest.mark.parametrize("ref", [OrganisationRef("oin", TOWN), OrganisationRef("gemeente", "9903")])
def test_two_desks_under_one_number_are_not_guessed_between(ref: OrganisationRef) -> None:
    """A guess could tell the income consultant what was meant for the Wmo desk."""
    with pytest.raises(RecordRejected) as caught:
        DIRECTORY.resolve(ref, None)
    assert caught.value.errors == (FieldError("recipient", "names_several_partners"),)


@pytest.mark.parametrize(("role", "found"), [(Role.INC, "stad-inkomen"), (Role.WMO, "stad-wmo")])
def test_the_role_tells_which_desk(role: Role, found: str) -> None:
    """Then there is one."""
    assert DIRECTORY.resolve(OrganisationRef("gemeente", "9903"), role) == Party(found, role)


def test_a_desk_that_is_not_there_is_somebody_outside() -> None:
    """The debt counsellor of the same town takes no part: named, and told nothing."""
    assert DIRECTORY.resolve(OrganisationRef("oin", TOWN), Role.DEB) == Party(f"oin:{TOWN}", Role.DEB)


@pytest.mark.parametrize(
    ("scheme", "value", "found"),
    [
        ("kvk", "90000199", "kvk:90000199"),
        ("partner", "niemand", "unknown:niemand"),
        ("ura", "90000101x", "ura:90000101x"),
    ],
)
def test_an_organisation_outside_the_chain_keeps_its_number(scheme: str, value: str, found: str) -> None:
    """It is no partner's name, so nothing can be sent to it."""
    assert DIRECTORY.resolve(OrganisationRef(scheme, value), None) == Party(found, None)


def test_a_number_counts_in_its_own_register_only() -> None:
    """The same digits at the chamber of commerce are another organisation."""
    assert DIRECTORY.resolve(OrganisationRef("gemeente", "90000101"), None).id == "gemeente:90000101"


def test_a_sender_that_names_itself_is_itself() -> None:
    """Also where its number has two desks, and whatever role the record gives it."""
    sender = DIRECTORY.sender("stad-wmo", Role.WMO)
    assert sender.resolve(SELF, None) == Party("stad-wmo", Role.WMO)
    assert sender.resolve(SELF, Role.INC) == Party("stad-wmo", Role.WMO)
    assert sender.resolve(OrganisationRef("partner", "ggz"), None) == GGZ


def test_a_person_s_number_is_no_organisation() -> None:
    """A BSN where an organisation belongs is refused, and the refusal does not repeat it; a RSIN is none."""
    with pytest.raises(RecordRejected) as refused:
        DIRECTORY.resolve(OrganisationRef("partner", "999990019"), None)
    assert "999990019" not in str(refused.value)
    assert DIRECTORY.resolve(OrganisationRef("rsin", "999990019"), None).id == "rsin:999990019"
