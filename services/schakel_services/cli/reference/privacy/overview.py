"""The first page for privacy officers: what Schakel does with data of people, by which rules, and what is open."""

from collections.abc import Iterator

from schakel_contracts.codes import FreelyGivenCheck
from schakel_contracts.policy.loading import load_policy
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.texts import texts
from schakel_services.cli.policy.reading import UNSIGNED
from schakel_services.cli.reference.markdown import code, page, table
from schakel_services.cli.reference.privacy import dutch
from schakel_services.cli.reference.privacy.words import MADE, kept, stamp
from schakel_services.runtime.topics import TABLE

ON_TOPICS = {
    "events": "wat partijen melden",
    "notify.{partner}": "wat een ontvanger te weten komt",
    "registry": "toestemming, bezwaar, betrokkenheid, vertegenwoordiging, verzoeken, leeftijd van jongeren",
    "audit": "elke beslissing, ook elke weigering",
    "receipts": "of het aankwam",
    "links.{partner}": "eigen nummers van een partner",
    "quarantine.{partner}": "wat over Kafka kwam en geweigerd werd, alleen te lezen voor de partner zelf",
    "raw.{partner}.{connector}": "wat een partner over Kafka aanlevert, versleuteld",
}
"""What people would call what stands on a topic; the others hold the programs' own memory."""
STEPS = """\
1. **Bij de afzender** leest een connector alleen de velden die in zijn manifest staan. De rest van het bericht gaat
   nergens heen. Het BSN wordt meteen een pseudoniem: een hash met een sleutel die alleen de innameprocessen hebben.
2. **De gate** beslist per gebeurtenis over elke partij die bij de persoon betrokken is, of in een toestemming, bezwaar
   of verzoek genoemd wordt. Is er een rij die het toestaat, is de partij nu betrokken, geldt de grondslag? Zo nee, dan
   gaat er niets door. Zo ja, dan gaan alleen de velden door die de rij noemt.
3. **Vlak voor het versturen** wordt nog eens gekeken of de toestemming en de betrokkenheid er nog zijn. Ook bij elke
   nieuwe poging."""
EXPLAIN = """\
Met het nummer van een gebeurtenis (de afzender krijgt het terug) of van een bericht (de ontvanger ziet het) zegt
Schakel in het Nederlands wie wat kreeg, wie niet, en waarom:

<!-- not run: it needs an event; the first hour does the same and is run -->
```console
$ schakel explain 2e703d21-cbf3-5385-b723-7ed5977e454a --data first-hour
```

Vraagt iemand wat over hem of haar is vastgelegd (art. 15 AVG), dan geeft `schakel access` het antwoord voor die ene
persoon, heel of het deel van één partij: wie wat kreeg en waarom, wie niet, en wat er staat. Het laat zien welke soort
gegevens, nooit de gegevens zelf. Zo gaat dat: [een inzageverzoek](../how-to/answer-a-request-for-access.md) (Engels).

Wat er in een ander geval zou gebeuren, zonder echte gegevens: `schakel policy what-if`. Een voorbeeld dat u zelf kunt
spelen staat in [het eerste uur](../tutorial/first-hour.md) (Engels)."""


def overview() -> str:
    """Return the first page."""
    policy = load_policy()
    return page(
        "Voor privacyfunctionarissen",
        f"{MADE} {stamp(policy)}",
        "Voor functionarissen gegevensbescherming, privacy officers en wie een DPIA schrijft.",
        table(("pagina", "wat erin staat"), PAGES),
        "## Hoe het werkt",
        "Organisaties rond één persoon laten elkaar weten dat er iets verandert. Zij sturen geen dossiers. Elke "
        "organisatie houdt haar eigen systeem.",
        STEPS,
        "## De regels",
        "Elke beslissing noemt de regels waarop zij rust.",
        table(("regel", "wat zij zegt"), [(code(rule), says) for rule, says in texts().rule.items()]),
        f"De {len(FreelyGivenCheck)} vragen naar vrijwilligheid heten in de toestemming: "
        + ", ".join(code(check.value) for check in FreelyGivenCheck)
        + ".",
        "## Soorten gegevens",
        table(
            ("soort", "wat het is"),
            [(words.name, words.holds) for words in dutch.categories().values()],
        ),
        "Een soort die hier niet staat, kan niet reizen: geen contract heeft er een veld voor. Een toets loopt alle "
        "contracten na op wat nooit mag reizen.",
        "## Een beslissing nazien",
        EXPLAIN,
        "## Hoe lang",
        table(
            ("wat", "onderwerp", "hoe lang"),
            [(ON_TOPICS[topic.name], code(topic.name), kept(topic)) for topic in TABLE if topic.name in ON_TOPICS],
        ),
        "Het bericht zoals het binnenkwam, met BSN, wordt verder alleen bewaard als een partij het als bestand "
        "aanlevert: na verwerking staat het nog 14 dagen (`SCHAKEL_INBOX_KEEP_DAYS`) in `accepted/` of `rejected/`, op "
        "de machine waar de inname van die partij draait; andere gebruikers van die machine kunnen er niet bij.",
        "Wat een ontvanger al heeft, haalt Schakel niet terug; wie in een ingetrokken toestemming genoemd was, krijgt "
        "een stopbericht.",
        "## Wat er nog open staat",
        "\n".join(f"- {what}" for what in _open(policy)),
        "Wat er verder aan risico blijft staat in het [dreigingsmodel](../explanation/threat-model.md#what-is-left) "
        "(Engels).",
    )


PAGES = (
    ("[Wie mag wat weten](matrix.md)", "per soort gegevens en per bericht: van wie, aan wie, op welke grond"),
    ("[Register van verwerkingsactiviteiten](verwerkingen.md)", "artikel 30 AVG, per doel"),
    ("[DPIA per stroom](dpia.md)", "noodzaak, gegevens, risico's, maatregelen, toetsen en wat open staat"),
    ("[Wat elke connector leest](connectoren.md)", "per veld, en waarom"),
    ("[De beleidstabellen](beleidstabellen.md)", "lezen, wijzigen, vergelijken en ondertekenen"),
)


def _open(policy: Policy) -> Iterator[str]:
    """Yield what a DPIA must weigh: from the tables where they tell it."""
    if not policy.signed:
        yield f"De tabellen zijn {UNSIGNED}."
    judged = sum(row.founded == "judgement" for row in policy.rows.values())
    yield f"{judged} van de {len(policy.rows)} rijen zijn een keuze die de regio bevestigt of strenger maakt."
    if off := [basis for basis in policy.bases.values() if not basis.enabled]:
        yield "Uitgeschakelde grondslagen: " + "; ".join(f"{code(basis.code)} {basis.meaning}" for basis in off) + "."
    opened = {flow for row in policy.rows.values() for flow in row.flows}
    if closed := [f"{flow} ({name.lower()})" for flow, name in dutch.flows().items() if flow not in opened]:
        yield "Stromen die geen rij opent: " + ", ".join(closed) + "."
    yield from dutch.measures().open
