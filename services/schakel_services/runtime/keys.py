"""Keys: one for the chain's pseudonyms, and a set for each partner. No key, no start; there is no default key."""

import base64
import hmac
import json
import os
import secrets
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schakel_contracts.identifiers import Bsn, Pseudonym

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION_MAX = 9_999
"""What has room in a pseudonym."""

DISTINCT_MIN = 8
"""Among 32 random bytes, or in a text that is made of them, there are always more that differ."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyMissing(LookupError):
    """A key file is not there or can't be used; names the file within the key folder, and what is wrong.

    No value of it is ever said.
    """

    def __init__(self, name: str, says: str) -> None:
        self.file = f"{name}.json"
        super().__init__(f"{self.file}: {says}")


class Undecipherable(ValueError):
    """A value was not encrypted with this key, or was changed since."""


def _derive(master: bytes, use: str) -> bytes:
    """Return a key for one use, so that no key serves two."""
    return hmac.digest(master, b"schakel/" + use.encode(), "sha256")


@dataclass(frozen=True)
class ChainKey:
    """Turns a BSN into the person's pseudonym (R19)."""

    version: int
    secret: bytes

    def __repr__(self) -> str:
        """Never show the secret."""
        return f"ChainKey(k{self.version})"

    @cached_property
    def pseudonym(self) -> Callable[[Bsn], Pseudonym]:
        """Return the function from BSN to pseudonym; it remembers the last 65,536."""
        secret, prefix = _derive(self.secret, "pseudonym"), f"k{self.version}."

        @lru_cache(maxsize=65_536)
        def pseudonym(bsn: Bsn) -> Pseudonym:
            return Pseudonym(prefix + _text(hmac.digest(secret, bsn.encode(), "sha256")))

        return pseudonym

    @cached_property
    def _referring(self) -> bytes:
        return _derive(self.secret, "refer")

    def reference(self, partner: str, scope: str, key: str) -> UUID:
        """Return the id of a thing by a partner's key of it, which may hold a BSN: nobody can guess back (R19)."""
        digest = hmac.digest(self._referring, f"{partner}\x1f{scope}\x1f{key}".encode(), "sha256")
        return UUID(bytes=digest[:16], version=5)


@dataclass(frozen=True)
class PartnerKeys:
    """What one partner holds: its data key, the key that its systems call the intake with, and its webhook secret."""

    data: bytes
    api: str
    webhook: str

    def __repr__(self) -> str:
        """Never show a secret."""
        return "PartnerKeys(…)"

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(_derive(self.data, "encrypt"))

    @cached_property
    def _naming(self) -> bytes:
        return _derive(self.data, "name")

    @cached_property
    def _pairing(self) -> bytes:
        return _derive(self.data, "pair")

    def encrypt(self, plain: bytes, bound_to: str) -> bytes:
        """Return nonce + AES-256-GCM; it opens only where ``bound_to`` (topic and key) is the same."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, bound_to.encode())

    def decrypt(self, sealed: bytes, bound_to: str) -> bytes:
        """Return what was encrypted, or raise ``Undecipherable``."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())
        except (InvalidTag, ValueError):
            raise Undecipherable(bound_to.partition("/")[0]) from None

    def name(self, *parts: str) -> str:
        """Return a stable name that tells nothing without the key: 22 characters of a keyed hash."""
        # BLAKE2b is keyed by itself and costs a fifth of an HMAC; this is made for every record that comes in.
        return _text(blake2b("\x1f".join(parts).encode(), digest_size=16, key=self._naming).digest())

    def handle(self, subject: str) -> str:
        """Return the person's handle for this partner alone; two partners can't match theirs (R19)."""
        return "h1." + _text(hmac.digest(self._pairing, subject.encode(), "sha256")[:24])

    def accepts(self, presented: str) -> bool:
        """Compare an API key in constant time."""
        return hmac.compare_digest(sha256(presented.encode()).digest(), sha256(self.api.encode()).digest())


@dataclass(frozen=True)
class Keyring:
    """A folder with ``chain.json`` and ``<partner>.json``, readable by their owner alone."""

    folder: Path

    def chain(self) -> ChainKey:
        """Read the chain's key."""
        found = self._read("chain")
        return ChainKey(_version(found), _secret(found, "secret", "chain"))

    def partner(self, partner: str) -> PartnerKeys:
        """Read one partner's keys."""
        found = self._read(partner)
        return PartnerKeys(
            _secret(found, "data", partner), _word(found, "api", partner), _word(found, "webhook", partner)
        )

    def check(self, partners: Iterable[str]) -> None:
        """Return when each of these partners' files that this process can read is fit, and no two share a key.

        With one key two partners would have the same handles, or could each send, or be told, as the other. Raises
        ``KeyMissing``.
        """
        owners: dict[bytes | str, str] = {}
        for name in partners:
            if not os.access(self._path(name), os.R_OK):
                continue
            keys = self.partner(name)
            for field, key in (("data", keys.data), ("api", keys.api), ("webhook", keys.webhook)):
                owner = owners.setdefault(key, name)
                if owner != name:
                    raise KeyMissing(name, f"`{field}` is a key of {owner}.json too; each partner needs its own")

    def create_missing(self, partners: Iterable[str]) -> list[str]:
        """Make random keys where there are none, and return for whom; keys that are there stay."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = [name for name in ("chain", *partners) if not self._path(name).exists()]
        for name in made:
            fresh = {"version": 1, "secret": _fresh()} if name == "chain" else _fresh_partner()
            descriptor = os.open(self._path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(fresh, file)
        return made

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _read(self, name: str) -> dict[str, object]:
        try:
            with self._path(name).open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                found = json.loads(file.read())
        except FileNotFoundError:
            raise KeyMissing(name, "not there") from None
        except OSError:
            raise KeyMissing(name, "can't be read") from None
        except ValueError:
            raise KeyMissing(name, "no JSON") from None
        if mode & OTHERS:
            raise KeyMissing(name, f"open to others than its owner (mode {mode:o}); use `chmod 600`")
        needed = {"version", "secret"} if name == "chain" else {"data", "api", "webhook"}
        if not isinstance(found, dict) or not needed <= set(found):
            raise KeyMissing(name, f"no object with {', '.join(sorted(needed))}")
        return found


def _secret(found: dict[str, object], field: str, owner: str) -> bytes:
    try:
        secret = base64.b64decode(str(found[field]), validate=True)
    except ValueError:
        raise KeyMissing(owner, f"`{field}` is no base64") from None
    return _strong(secret, "bytes", field, owner)


def _word(found: dict[str, object], field: str, owner: str) -> str:
    word = found[field]
    if not isinstance(word, str):
        raise KeyMissing(owner, f"`{field}` is no text")
    return _strong(word, "characters", field, owner)


Key = TypeVar("Key", bytes, str)


def _strong(key: Key, unit: str, field: str, owner: str) -> Key:
    """Return a key that nobody can guess."""
    if len(key) < KEY_BYTES:
        raise KeyMissing(owner, f"`{field}` is shorter than {KEY_BYTES} {unit}")
    if len(set(key)) < DISTINCT_MIN:
        raise KeyMissing(owner, f"`{field}` is not random")
    return key


def _version(found: dict[str, object]) -> int:
    version = found["version"]
    if type(version) is not int or not 0 < version <= VERSION_MAX:
        raise KeyMissing("chain", f"`version` is no number from 1 to {VERSION_MAX}")
    return version


def _fresh() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _fresh_partner() -> dict[str, str]:
    return {"data": _fresh(), "api": "sk_" + secrets.token_urlsafe(32), "webhook": "whsec_" + _fresh()}


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
