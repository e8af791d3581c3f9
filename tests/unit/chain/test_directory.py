"""Which partner a record means: one, or it is refused; never a guess."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from schakel_connectors.rejection import FieldError, RecordRejected
from schakel_connectors.statement import SELF, OrganisationRef, Party
from schakel_contracts.codes import Purpose, Role
from schakel_contracts.identifiers import PartyText
from schakel_services.chain.directory import Directory
from schakel_services.chain.model import Agreement, Chain, Partner
from schakel_services.runtime.keys import ChainKey

TOWN = "00000099000000003000"


def partner(name: str, role: Role, oin: str, *identifiers: str) -> Partner:
    """Return a partner that sends."""
    agreement = Agreement(kind="convenant", until=date(2099, 12, 31))
    more: dict[str, Any] = {"connectors": ("fhir_consent",), "agreements": (agreement,)}
    return Partner(id=name, name=name, oin=oin, role=role, identifiers=identifiers, **more)


CHAIN = Chain(
    name="proef",
    region="Proef",
    purposes=(Purpose.JOB_COACHING,),
    partner=(
        partner("ggz", Role.GGZ, "00000099000000001000", "ura:90000101", "kvk:90000101"),
        partner("stad-inkomen", Role.INC, TOWN, "gemeente:9903"),
        partner("stad-wmo", Role.WMO, TOWN, "gemeente:9903"),
    ),
)
DIRECTORY = Directory(CHAIN)
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
        ("ura", "90000102", "ura:90000102"),
        ("agb", "99000104", "agb:99000104"),
        ("oin", "00000099000000009000", "oin:00000099000000009000"),
        ("gemeente", "9904", "gemeente:9904"),
    ],
)
def test_an_organisation_outside_the_chain_keeps_its_number(scheme: str, value: str, found: str) -> None:
    """It is no partner's name, so nothing can be sent to it."""
    assert DIRECTORY.resolve(OrganisationRef(scheme, value), None) == Party(found, None)


def test_a_number_counts_in_its_own_register_only() -> None:
    """The same digits at the chamber of commerce are another organisation."""
    assert DIRECTORY.resolve(OrganisationRef("agb", "90000101"), None).id == "agb:90000101"


def test_a_sender_that_names_itself_is_itself() -> None:
    """Also where its number has two desks, and whatever role the record gives it."""
    sender = DIRECTORY.sender("stad-wmo", Role.WMO)
    assert sender.resolve(SELF, None) == Party("stad-wmo", Role.WMO)
    assert sender.resolve(SELF, Role.INC) == Party("stad-wmo", Role.WMO)
    assert sender.resolve(OrganisationRef("partner", "ggz"), None) == GGZ


BSN = "999900018"
NAME = "jan-jansen"


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        *((scheme, BSN) for scheme in ("kvk", "oin", "ura", "agb", "gemeente")),
        *((scheme, "Jan.Jansen") for scheme in ("kvk", "oin", "ura", "agb", "gemeente", "rsin")),
        *(("kvk", value) for value in ("9000019", "900001999", "\u0661" * 8, "90000199\n", "")),
        *(("rsin", value) for value in ("999900019", "99990001", "000000000")),
        *(("huisarts", "90000199"), ("gemeente", "90000101"), ("ura", "90000101x"), ("oin", "0" * 19)),
    ],
)
def test_a_number_that_no_register_gives_out_is_refused(scheme: str, value: str) -> None:
    """A person's number or name in its place would stand where everybody reads it; the refusal does not repeat it."""
    with pytest.raises(RecordRejected) as refused:
        DIRECTORY.resolve(OrganisationRef(scheme, value), None)
    assert refused.value.errors == (FieldError("recipient", "identifier_invalid"),)


@pytest.mark.parametrize(("scheme", "value"), [("rsin", BSN), ("oin", f"00000001{BSN}000"), ("partner", NAME)])
def test_what_may_be_a_person_is_named_by_the_chain_s_key(scheme: str, value: str) -> None:
    """An RSIN looks as a BSN does, and a partner's name can be anybody's: nothing of it is passed on."""
    ref = OrganisationRef(scheme, value)
    names = [Directory(CHAIN, ChainKey(1, bytes([n] * 32)).reference).resolve(ref, Role.EMP).id for n in (1, 1, 2)]
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("unknown:")
    assert value not in names[0]
    assert TypeAdapter(PartyText).validate_python(names[0]) == names[0]


def test_a_partner_may_have_such_a_number() -> None:
    """Then it is known, and comes back by its name in the chain."""
    chain = CHAIN.model_copy(update={"partner": (partner("boom", Role.EMP, TOWN, f"rsin:{BSN}"),)})
    assert Directory(chain).resolve(OrganisationRef("rsin", BSN), None) == Party("boom", Role.EMP)


def test_a_person_s_number_is_no_partner_s_name() -> None:
    """It is refused, and the refusal does not repeat it."""
    with pytest.raises(RecordRejected) as refused:
        DIRECTORY.resolve(OrganisationRef("partner", BSN), None)
    assert refused.value.errors == (FieldError("recipient", "not_an_organisation"),)


def test_things_are_referred_to_with_the_same_key() -> None:
    """By every sender."""
    key = ChainKey(1, bytes(32))
    assert Directory(CHAIN, key.reference).sender("ggz", Role.GGZ).refer == key.reference
