"""Keys: pseudonyms that stay, partners that can't read each other, and errors that name a file and nothing else."""

import base64
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from schakel_contracts.identifiers import Bsn
from schakel_services.runtime.keys import ChainKey, KeyMissing, Keyring, PartnerKeys, Undecipherable

BSN = Bsn("999990019")
SECRET = bytes(range(32))
PARTNER = PartnerKeys(bytes(range(32, 64)), "sk_one", "whsec_one")
OTHER = PartnerKeys(bytes(range(64, 96)), "sk_two", "whsec_two")


def encoded(secret: bytes) -> str:
    """Return a key as key files hold it."""
    return base64.b64encode(secret).decode()


API, WEBHOOK = f"sk_{encoded(SECRET[::-1])}", f"whsec_{encoded(SECRET[1:] + b'x')}"
RIGHT = {"data": encoded(SECRET), "api": API, "webhook": WEBHOOK}
RIGHT_CHAIN = {"version": 3, "secret": encoded(SECRET)}


def write_keys(folder: Path, name: str, content: object, mode: int = 0o600) -> None:
    """Write a key file, as text or as JSON."""
    path = folder / f"{name}.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    path.chmod(mode)


def test_a_pseudonym_stays_the_same() -> None:
    """It is pinned: another one would make a stranger of everybody on the log."""
    assert ChainKey(1, SECRET).pseudonym(BSN) == "k1.FBU-hExpwBGzfuqZM13b2H5ckhYMoU9pU2l7zecBEYo"


def test_a_pseudonym_says_which_key_made_it() -> None:
    """The version stands in front, so that a rotation can be seen in every record."""
    assert ChainKey(7, SECRET).pseudonym(BSN).partition(".")[0] == "k7"


def test_another_key_gives_another_pseudonym() -> None:
    """Two chains can't join on a person, and one version can't on another."""
    one, two = ChainKey(1, SECRET).pseudonym, ChainKey(1, SECRET[::-1]).pseudonym
    assert one(BSN) != two(BSN)
    assert one(BSN) != one(Bsn("999990020"))


def test_a_partners_names_are_its_own() -> None:
    """The same record and the same person are called otherwise at every partner."""
    assert PARTNER.name("fhir_care_plan", "plan-1") == PARTNER.name("fhir_care_plan", "plan-1")
    assert PARTNER.name("fhir_care_plan", "plan-1") != OTHER.name("fhir_care_plan", "plan-1")
    assert PARTNER.handle("k1.person") != OTHER.handle("k1.person")


def test_parts_of_a_name_do_not_run_together() -> None:
    """``ab`` + ``c`` is not ``a`` + ``bc``."""
    assert PARTNER.name("ab", "c") != PARTNER.name("a", "bc")


def test_what_is_encrypted_opens_where_it_was_bound() -> None:
    """The same partner, topic and key: the plain text is back."""
    sealed = PARTNER.encrypt(b"own number", "links.one/k1.person")
    assert PARTNER.decrypt(sealed, "links.one/k1.person") == b"own number"
    assert b"own number" not in sealed


def test_the_same_text_is_never_sealed_alike() -> None:
    """A nonce each time: equal values can't be seen to be equal."""
    assert PARTNER.encrypt(b"x", "t") != PARTNER.encrypt(b"x", "t")


def moved(sealed: bytes) -> tuple[PartnerKeys, bytes, str]:
    """Put it under another key of the topic."""
    return PARTNER, sealed, "links.one/k1.other"


def changed(sealed: bytes) -> tuple[PartnerKeys, bytes, str]:
    """Flip one bit."""
    return PARTNER, sealed[:-1] + bytes([sealed[-1] ^ 1]), "links.one/k1.person"


def cut(sealed: bytes) -> tuple[PartnerKeys, bytes, str]:
    """Leave less than a nonce."""
    return PARTNER, sealed[:5], "links.one/k1.person"


def stolen(sealed: bytes) -> tuple[PartnerKeys, bytes, str]:
    """Let another partner try."""
    return OTHER, sealed, "links.one/k1.person"


@pytest.mark.parametrize("doing", [moved, changed, cut, stolen])
def test_what_was_tampered_with_does_not_open(doing: Callable[[bytes], tuple[PartnerKeys, bytes, str]]) -> None:
    """Moved, changed, cut off or with another's key: refused, and the error names the topic alone."""
    keys, sealed, bound_to = doing(PARTNER.encrypt(b"own number", "links.one/k1.person"))
    with pytest.raises(Undecipherable, match=r"\Alinks\.one\Z"):
        keys.decrypt(sealed, bound_to)


def test_only_the_own_api_key_is_accepted() -> None:
    """Neither another partner's key, nor a part of it, nor nothing."""
    assert PARTNER.accepts("sk_one")
    assert not any(PARTNER.accepts(presented) for presented in ("sk_two", "sk_on", "sk_one ", "", "whsec_one"))


def test_a_repr_shows_no_secret() -> None:
    """Whatever prints keys by mistake prints nothing of them."""
    shown = repr(ChainKey(1, SECRET)) + repr(PARTNER) + f"{PARTNER}{[PARTNER]}"
    for secret in (repr(SECRET), repr(PARTNER.data), PARTNER.api, PARTNER.webhook):
        assert secret not in shown


def test_key_files_are_read_as_they_stand(tmp_path: Path) -> None:
    """Version, secrets and texts arrive unchanged."""
    write_keys(tmp_path, "chain", RIGHT_CHAIN)
    write_keys(tmp_path, "one", RIGHT)
    keyring = Keyring(tmp_path)
    assert (keyring.chain().version, keyring.chain().secret) == (3, SECRET)
    assert keyring.partner("one") == PartnerKeys(SECRET, API, WEBHOOK)


BROKEN = {
    "empty": ("", "no JSON"),
    "not_json": ('{"data": "SECRET', "no JSON"),
    "a_list": (json.dumps([RIGHT]), "no object with api, data, webhook"),
    "no_data": (json.dumps({"api": "SECRET", "webhook": "SECRET"}), "no object with api, data, webhook"),
    "no_api": (json.dumps({"data": encoded(SECRET), "webhook": "SECRET"}), "no object with api, data, webhook"),
    "no_webhook": (json.dumps({"data": encoded(SECRET), "api": "SECRET"}), "no object with api, data, webhook"),
    "short": (json.dumps(RIGHT | {"data": encoded(SECRET[:31])}), "`data` is shorter than 32 bytes"),
    "of_zeros": (json.dumps(RIGHT | {"data": encoded(bytes(32))}), "`data` is not random"),
    "of_a_pattern": (json.dumps(RIGHT | {"data": encoded(b"pattern" * 8)}), "`data` is not random"),
    "not_base64": (json.dumps(RIGHT | {"data": "SECRET!"}), "`data` is no base64"),
    "not_ascii": (json.dumps(RIGHT | {"data": "SECRÉT"}), "`data` is no base64"),
    "api_of_null": (json.dumps(RIGHT | {"api": None}), "`api` is no text"),
    "api_of_nothing": (json.dumps(RIGHT | {"api": ""}), "`api` is shorter than 32 characters"),
    "api_of_a_letter": (json.dumps(RIGHT | {"api": "x"}), "`api` is shorter than 32 characters"),
    "api_of_one_letter": (json.dumps(RIGHT | {"api": "x" * 40}), "`api` is not random"),
    "webhook_of_null": (json.dumps(RIGHT | {"webhook": None}), "`webhook` is no text"),
    "webhook_too_short": (json.dumps(RIGHT | {"webhook": "whsec_SECRET"}), "`webhook` is shorter than 32 characters"),
}


@pytest.mark.parametrize(("content", "says"), BROKEN.values(), ids=BROKEN)
def test_a_partner_without_good_keys_has_none(content: str, says: str, tmp_path: Path) -> None:
    """No default and no guess: the error names the file and what is wrong, and nothing that stands in it."""
    write_keys(tmp_path, "one", content)
    with pytest.raises(KeyMissing) as caught:
        Keyring(tmp_path).partner("one")
    assert (str(caught.value), caught.value.file) == (f"one.json: {says}", "one.json")
    assert caught.value.__cause__ is None


BROKEN_CHAIN = {
    "no_version": (json.dumps({"secret": encoded(SECRET)}), "no object with secret, version"),
    "version_of_text": (json.dumps(RIGHT_CHAIN | {"version": "SECRET"}), "`version` is no number from 1 to 9999"),
    "version_below_one": (json.dumps(RIGHT_CHAIN | {"version": 0}), "`version` is no number from 1 to 9999"),
    "short": (json.dumps(RIGHT_CHAIN | {"secret": encoded(SECRET[:16])}), "`secret` is shorter than 32 bytes"),
    "of_zeros": (json.dumps(RIGHT_CHAIN | {"secret": encoded(bytes(64))}), "`secret` is not random"),
}


@pytest.mark.parametrize(("content", "says"), BROKEN_CHAIN.values(), ids=BROKEN_CHAIN)
def test_a_chain_without_a_good_key_has_none(content: str, says: str, tmp_path: Path) -> None:
    """The same for the key that pseudonyms are made with."""
    write_keys(tmp_path, "chain", content)
    with pytest.raises(KeyMissing) as caught:
        Keyring(tmp_path).chain()
    assert str(caught.value) == f"chain.json: {says}"


@pytest.mark.parametrize("mode", [0o666, 0o644, 0o640, 0o620, 0o604, 0o610])
def test_keys_that_are_open_to_others_are_no_keys(mode: int, tmp_path: Path) -> None:
    """Whoever is on the machine could read, or replace, them."""
    write_keys(tmp_path, "one", RIGHT, mode)
    with pytest.raises(KeyMissing) as caught:
        Keyring(tmp_path).partner("one")
    assert str(caught.value) == f"one.json: open to others than its owner (mode {mode:o}); use `chmod 600`"


def test_a_file_that_only_its_owner_reads_is_right(tmp_path: Path) -> None:
    """A folder of secrets may be mounted for reading alone."""
    write_keys(tmp_path, "one", RIGHT, 0o400)
    assert Keyring(tmp_path).partner("one").api == API


@pytest.mark.parametrize("field", ["data", "api", "webhook"])
def test_two_partners_with_one_key_are_refused(field: str, tmp_path: Path) -> None:
    """With one data key they would have the same handles; with one of the others each could pass for the other."""
    keyring = Keyring(tmp_path)
    keyring.create_missing(["one", "two"])
    keyring.check(["one", "two", "nobody"])
    copied = json.loads((tmp_path / "one.json").read_text())[field]
    write_keys(tmp_path, "two", json.loads((tmp_path / "two.json").read_text()) | {field: copied})
    with pytest.raises(KeyMissing) as caught:
        keyring.check(["one", "two", "nobody"])
    assert str(caught.value) == f"two.json: `{field}` is a key of one.json too; each partner needs its own"
    keyring.check(["two"])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """By its name in the key folder: where that is, is nobody's business in a log."""
    with pytest.raises(KeyMissing, match=r"\Atwo\.json: not there\Z"):
        Keyring(tmp_path / "nowhere").partner("two")


def test_keys_that_are_made_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Folder 0700, files 0600, each key another."""
    keyring = Keyring(tmp_path / "keys")
    assert keyring.create_missing(["one", "two"]) == ["chain", "one", "two"]
    assert stat.S_IMODE(keyring.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in keyring.folder.iterdir()} == {0o600}
    one, two = keyring.partner("one"), keyring.partner("two")
    assert len({keyring.chain().secret, one.data, two.data}) == 3
    assert len({one.api, two.api, one.webhook, two.webhook}) == 4


def test_keys_that_are_there_stay(tmp_path: Path) -> None:
    """Made once: a second time makes only what is missing, for a key that changes makes everything unreadable."""
    keyring = Keyring(tmp_path)
    keyring.create_missing(["one"])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert keyring.create_missing(["one", "two"]) == ["two"]
    assert keyring.create_missing(["one", "two"]) == []
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
