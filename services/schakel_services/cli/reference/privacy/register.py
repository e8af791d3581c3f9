"""The register of processing activities (AVG 30): one for each purpose that a row rests on."""

from schakel_contracts.catalogue import BY_SHORT_TYPE
from schakel_contracts.codes import Category, Purpose, Role
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.tables_format import FlowRow
from schakel_services.cli.policy import reading
from schakel_services.cli.reference.markdown import code, codes, page, table
from schakel_services.cli.reference.privacy import dutch
from schakel_services.cli.reference.privacy.words import MADE, kept, stamp, topic
from schakel_services.runtime.topics import AUDIT, EVENTS, REGISTRY

CONCERNED = "personen rond wie partijen van de keten samenwerken"


def register() -> str:
    """Return the register: per purpose who is responsible, what, to whom, on which ground, how long, how protected."""
    policy = load_policy()
    unused = [purpose for purpose in Purpose if not _rows(policy, purpose)]
    return page(
        "Register van verwerkingsactiviteiten",
        f"{MADE} {stamp(policy)}",
        "Artikel 30 AVG. Elke activiteit heet naar haar doel; een beslissing noemt dat doel, de rij en de versie van "
        "de tabellen, en wijst zo naar één regel van dit register. Elke afzender is verantwoordelijk voor wat die "
        "deelt, elke ontvanger voor wat die ermee doet; wie Schakel beheert is verwerker van beide.",
        table(
            ("activiteit", "doel", "rijen"),
            [
                (f"[{purpose.value}](#{purpose.value})", policy.purposes[purpose].name, len(_rows(policy, purpose)))
                for purpose in Purpose
                if purpose not in unused
            ],
        ),
        *(_activity(purpose, _rows(policy, purpose), policy) for purpose in Purpose if purpose not in unused),
        "## Beveiliging",
        "Voor elke activiteit (artikel 32 AVG):",
        "\n".join(f"- {measure}" for measure in dutch.measures().everywhere),
        "## Waarvoor nooit",
        "\n".join(f"- {words}" for words in policy.prohibited.values()),
        *(["## Doelen zonder rij", f"Beschreven, en door geen rij gebruikt: {codes(unused)}."] if unused else []),
    )


def _rows(policy: Policy, purpose: Purpose) -> list[FlowRow]:
    return [row for row in policy.rows.values() if row.purpose is purpose]


def _activity(purpose: Purpose, rows: list[FlowRow], policy: Policy) -> str:
    described = policy.purposes[purpose]
    bases = dict.fromkeys(code_ for row in rows for code_ in row.basis)
    uses = dict.fromkeys(row.prohibited_use for row in rows if row.prohibited_use)
    facts = [
        ("doel", f"{described.name}. {described.description}"),
        ("verwerkingsverantwoordelijken", _roles([role for row in rows for role in row.source_roles], policy)),
        ("betrokkenen", CONCERNED),
        ("gegevens", "; ".join(_data(rows))),
        ("ontvangers", _roles([role for row in rows for role in row.recipient_roles], policy)),
        ("grondslagen", "; ".join(f"{code(code_)} {reading.basis_of(code_, policy)}" for code_ in bases)),
        ("doorgifte buiten de EU", "door Schakel geen"),
        ("bewaren", _kept()),
        ("beveiliging", "zie [beveiliging](#beveiliging)"),
        ("nooit voor", "; ".join(policy.prohibited[use] for use in uses)),
        ("rijen", codes(row.id for row in rows)),
        ("versie", policy.version),
    ]
    return f"## {purpose.value}\n\n" + table(("wat", "inhoud"), [(name, says) for name, says in facts if says])


def _roles(roles: list[Role], policy: Policy) -> str:
    return reading.names([role for role in Role if role in roles], policy)


def _data(rows: list[FlowRow]) -> list[str]:
    """Return each kind of data with the fields of it that any row of the activity gives."""
    given: dict[Category, list[str]] = {}
    for row in rows:
        given.setdefault(BY_SHORT_TYPE[row.event].category, []).extend(row.fields)
    return [f"{dutch.categories()[kind].name} ({codes(dict.fromkeys(names))})" for kind, names in given.items()]


def _kept() -> str:
    return (
        f"bericht en melding {kept(topic(EVENTS))}; beslissing {kept(topic(AUDIT))}; toestemming en betrokkenheid "
        f"{kept(topic(REGISTRY))}"
    )
