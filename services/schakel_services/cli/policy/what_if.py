"""``schakel policy what-if``: what the gate would decide, asked without data of anybody."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from schakel_contracts.codes import Grantor, Purpose, Role
from schakel_services.cli.output import AsJson, print_json, refusing

Event = Annotated[str, typer.Option("--event", help="Type of the event, such as support_level.changed.")]
SourceRole = Annotated[Role, typer.Option("--source-role", help="Who sends it.")]
RecipientRole = Annotated[Role, typer.Option("--recipient-role", help="Who would know of it.")]
ForPurpose = Annotated[
    Purpose | None,
    typer.Option(
        "--purpose",
        help="Asked for this alone, the row's own or the recipient's primary one: a consent counts for nothing else.",
    ),
]
Consents = Annotated[
    list[Path] | None, typer.Option("--consent", help="A consent or an objection, the registry's record as JSON.")
]
Relation = Annotated[str | None, typer.Option("--relation", help="yes or no: whether the recipient is involved then.")]
Age = Annotated[int | None, typer.Option("--age", min=0, max=120, help="Of the person, in years.")]
Representative = Annotated[
    Grantor | None, typer.Option("--represented-by", help="Who acts for the person, for every kind of data.")
]
Requests = Annotated[
    list[Path] | None, typer.Option("--request", help="A statutory request, the registry's record as JSON.")
]
Records = Annotated[list[Path] | None, typer.Option("--record", help="Any other record of the registry, as JSON.")]
Host = Annotated[
    Role | None, typer.Option("--host", help="Role of a key person's own organisation; else there is none.")
]
Withhold = Annotated[
    list[Role] | None,
    typer.Option("--withhold", help="A role that the sender withholds it from (R7); repeat for more."),
]
NotAsserted = Annotated[bool, typer.Option("--not-asserted", help="No human stands for it (R21).")]
At = Annotated[
    str | None,
    typer.Option("--at", help="When, in ISO 8601, from 1900 to 2999, Dutch time if no zone; else now."),
]
ChainFile = Annotated[
    Path | None, typer.Option("--chain", dir_okay=False, help="A chain file: its parties, purposes and overlay.")
]


def what_if(
    event: Event,
    source_role: SourceRole,
    recipient_role: RecipientRole,
    purpose: ForPurpose = None,
    consent: Consents = None,
    relation: Relation = None,
    age: Age = None,
    represented_by: Representative = None,
    request: Requests = None,
    record: Records = None,
    host: Host = None,
    withhold: Withhold = None,
    not_asserted: NotAsserted = False,
    at: At = None,
    chain: ChainFile = None,
    as_json: AsJson = False,
) -> None:
    """Say what the gate would decide about an event, for one recipient: by the same engine, on the same tables.

    What is not said is assumed in favour, and named in the answer: also that the tables are in force, where they are
    not yet or not any more. With a chain that is refused, as its gate would not start. No option for consent, request,
    record or host means that there is none. A denial is an answer: exit code 0.
    """
    from schakel_contracts.policy.problem import PolicyError
    from schakel_services.cli.policy.answer import answer
    from schakel_services.cli.policy.asking import event_type, given, moment, tables, understood, yes_or_no
    from schakel_services.cli.policy.consistent import refuse_contradictions
    from schakel_services.cli.policy.question import Question
    from schakel_services.cli.policy.saying import answer_line, say_answer

    files = given(consent or (), request or (), record or ())
    question = Question(
        event=event_type(event),
        source=source_role,
        recipient=recipient_role,
        at=datetime.now(UTC) if at is None else moment(at),
        host=host,
        purpose=purpose,
        consents=files.consents,
        requests=files.requests,
        others=files.others,
        relation=None if relation is None else yes_or_no(relation),
        age=age,
        represented_by=represented_by,
        withhold=frozenset(withhold or ()),
        asserted=not not_asserted,
    )
    refuse_contradictions(question)
    with refusing(PolicyError):
        policy, members = tables(chain, question.at)
    with understood():
        said = answer(question, policy, members)
    if as_json:
        print_json(answer_line(question, said, policy))
    else:
        say_answer(question, said, policy)
