"""The chain file that a demonstration runs: the given one, on this machine."""

from pathlib import Path

import pytest

from schakel_services.chain.load import load_chain
from schakel_services.chain.model import Webhook
from schakel_services.chain.shipped import shipped_chains
from schakel_services.demo.cast import Cast, StoryNeeds
from schakel_services.demo.local_chain import write_local_chain

BASE = "http://127.0.0.1:1"
SHIPPED = sorted(shipped_chains().items())


def test_twente_is_shipped() -> None:
    """And it is the one in ``infra``: there is no second copy to fall behind."""
    assert shipped_chains()["twente"] == Path(__file__).parents[3] / "infra" / "chains" / "twente.toml"


@pytest.mark.parametrize(("name", "path"), SHIPPED, ids=[name for name, _ in SHIPPED])
def test_only_the_webhooks_move(name: str, path: Path, tmp_path: Path) -> None:
    """Every partner that is told over HTTP gets its own address; nothing else changes, remarks included."""
    given, written = load_chain(path), tmp_path / "chain.toml"
    local = write_local_chain(path, written, BASE)
    webhooks = {p.id: str(p.channel.url) for p in local.partner if isinstance(p.channel, Webhook)}
    assert webhooks == {p.id: f"{BASE}/{p.id}" for p in given.partner if isinstance(p.channel, Webhook)}
    assert [p.model_copy(update={"channel": None}) for p in local.partner] == [
        p.model_copy(update={"channel": None}) for p in given.partner
    ]
    before, after = path.read_text("utf-8").splitlines(), written.read_text("utf-8").splitlines()
    assert len(before) == len(after)
    assert all("url" in old for old, new in zip(before, after, strict=True) if old != new)
    if name == "twente":
        assert Cast.of(local).ggz.role == "GGZ"


def test_a_channel_may_have_a_table_of_its_own(tmp_path: Path) -> None:
    """TOML has more than one way to write it."""
    text = shipped_chains()["twente"].read_text("utf-8")
    head, boom, rest = text.partition('channel = { kind = "webhook", url = "http://127.0.0.1:18181/werkgever-boom" }\n')
    agreements, gap, rest = rest.partition("\n\n")
    assert boom
    text = f"{head}{agreements}\n[partner.channel]\nkind = 'webhook'\nurl = 'https://boom.example/hook'{gap}{rest}"
    (tmp_path / "given.toml").write_text(text, "utf-8")
    local = write_local_chain(tmp_path / "given.toml", tmp_path / "chain.toml", BASE)
    channel = local.by_id("werkgever-boom").channel
    assert isinstance(channel, Webhook)
    assert str(channel.url) == f"{BASE}/werkgever-boom"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('keys = "keys"', 'keys = "/etc/schakel/keys"'),
        ('channel = { kind = "folder" }', 'channel = { kind = "folder", path = "../elsewhere" }'),
    ],
    ids=["real keys", "a folder outside"],
)
def test_a_demonstration_stays_in_its_own_folder(tmp_path: Path, old: str, new: str) -> None:
    """A chain file that is in use may be given: its keys are not read, its folders not written."""
    text = shipped_chains()["twente"].read_text("utf-8")
    (tmp_path / "given.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(StoryNeeds, match="relative"):
        write_local_chain(tmp_path / "given.toml", tmp_path / "chain.toml", BASE)
