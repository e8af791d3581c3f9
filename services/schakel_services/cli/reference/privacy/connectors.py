"""What each connector reads and why."""

from schakel_connectors.connector import Connector, discover
from schakel_contracts.codes import Role
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.model import Policy
from schakel_services.cli.policy import reading
from schakel_services.cli.reference.markdown import code, codes, page, table


def connectoren() -> str:
    """Return what each connector reads and why."""
    policy = load_policy()
    return page(
        "Wat elke connector leest, en waarom",
        "Deze pagina is gemaakt uit de manifesten van de connectoren; `schakel docs build` maakt haar opnieuw. Een "
        "veld dat hier niet staat wordt niet gelezen: een test vergelijkt de lijst met de code, naar beide kanten.",
        *(_connector(connector, policy) for connector in discover()),
    )


def _connector(connector: Connector, policy: Policy) -> str:
    manifest = connector.manifest
    facts = [
        ("wat", manifest.title),
        ("standaard", manifest.standard),
        ("waarom", manifest.purpose),
        ("grondslag van de aanlevering", manifest.legal_basis),
        ("wie mag aanleveren", reading.names([role for role in Role if role in manifest.roles], policy)),
        ("BSN", "wordt gelezen en meteen een pseudoniem" if manifest.bsn else "wordt niet gelezen"),
        ("wat eruit voortkomt", codes(sorted(manifest.emits | manifest.registry))),
        ("beheer", manifest.owner),
    ]
    parts = [f"## {connector.name}", table(("", ""), facts)]
    if manifest.never_reads:
        parts.append(
            "Staat in het formaat en wordt niet gelezen:\n\n" + "\n".join(f"- {what}" for what in manifest.never_reads)
        )
    parts.append(
        table(("veld", "waarom het gelezen wordt"), [(code(name), why) for name, why in manifest.reads.items()])
    )
    return "\n\n".join(parts)
