"""Whether a question can be meant: what contradicts itself, or says nothing, is wrong usage and never an answer."""

from schakel_contracts.codes import Grantor, Role
from schakel_contracts.policy.person import PersonRegistry
from schakel_contracts.registry import AgeRecord, RelationRecord
from schakel_services.chain.load import NO_HOST
from schakel_services.cli.output import WrongUsage
from schakel_services.cli.policy.question import Question


def refuse_contradictions(question: Question) -> None:
    """Raise ``WrongUsage`` where two things that were said can't both be so, or where an option can't mean anything."""
    _host(question)
    if question.represented_by is Grantor.SUBJECT:
        raise WrongUsage("the person is nobody's representative; leave it out", "--represented-by", "no_representative")
    if question.age is not None and question.all_of(AgeRecord):
        raise WrongUsage("both say how old the person is; leave one out", "--age, --record", "contradiction")
    _relation(question)


def _host(question: Question) -> None:
    if question.host is None:
        return
    if question.recipient is not Role.KEY:
        raise WrongUsage("only a key person, recipient role KEY, has a host", "--host", "host_is_for_role_KEY")
    if question.host in NO_HOST:
        says = f"no organisation that employs key persons; not one of {', '.join(sorted(NO_HOST))}"
        raise WrongUsage(says, "--host", "host_is_no_organisation")


def _relation(question: Question) -> None:
    """A record of a party in the recipient's role must say the same as the option: whether it is involved now."""
    if question.relation is None:
        return
    told = [one for one in question.all_of(RelationRecord) if one.role is question.recipient]
    person = PersonRegistry.from_records(told)
    for party in {one.party for one in told}:
        if (person.relation(party, question.recipient, question.at) is not None) != question.relation:
            says = "they contradict each other: the record of a relation says whether the recipient is involved then"
            raise WrongUsage(f"{says}; leave one out", "--relation, --record", "contradiction")
