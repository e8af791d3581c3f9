"""What one decision costs, in microseconds: one policy row and all of them, one consent and fifty.

``python tests/bench/bench_decide.py`` prints a table; it asserts nothing, since machines differ.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from schakel_contracts.codes import Category, ConsentForm, Purpose, Role
from schakel_contracts.consent import Recipient
from schakel_contracts.policy import (
    Addressee,
    EventFacts,
    PersonRegistry,
    Policy,
    decide,
    load_policy,
)
from schakel_contracts.registry import ConsentRecord, RelationRecord

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CONSENTS_MANY = 50
ROUNDS = 15
CALLS = 4_000
UNTIL = date(2027, 12, 31)
SOURCE = Addressee("ggz-oost", Role.GGZ, UNTIL)
COACH = Addressee("jobcoach-een", Role.JOB, UNTIL)
UNKNOWN = Addressee("jobcoach-twee", Role.JOB, UNTIL)
EVENT = EventFacts("nl.schakel.support_level.changed.v1", SOURCE)


def consents(number: int, *, same: bool) -> Iterator[ConsentRecord]:
    """Yield consents of one person: all for the same party, or each for another."""
    for index in range(number):
        party = COACH.id if same or index == 0 else f"partner-{index}"
        yield ConsentRecord(
            id=UUID(int=index + 1),
            form=ConsentForm.DIGITAL,
            categories=(Category.SUPPORT_LEVEL, Category.CARE_PLAN_STATUS),
            purposes=(Purpose.SUPPORT_SCALING,),
            recipients=(Recipient(party=party, role=Role.JOB),),
            granted_at=NOW - timedelta(days=30 + index),
        )


def person_with(number: int, *, same: bool = False) -> PersonRegistry:
    """Return one person's registry with so many consents."""
    relation = RelationRecord(id=UUID(int=1), party=COACH.id, role=Role.JOB, asserted_by=SOURCE.id)
    other = RelationRecord(id=UUID(int=2), party=UNKNOWN.id, role=Role.JOB, asserted_by=SOURCE.id)
    return PersonRegistry.from_records([relation, other, *consents(number, same=same)])


def cut_to(policy: Policy, number: int) -> Policy:
    """Return the policy with so many rows: the one that the benchmark uses, and the first of the others."""
    kept = {"F8-JOB", *list(policy.rows)[: number - 1]} if number > 1 else {"F8-JOB"}
    cells = {key: cell for key, cell in policy.cells.items() if cell.row.id in kept}
    return replace(policy, cells=cells, rows={name: policy.rows[name] for name in kept})


def cost_us(person: PersonRegistry, policy: Policy, recipient: Addressee) -> float:
    """Return the median over the rounds of one decision's time on the processor, in microseconds."""
    timings = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for _ in range(CALLS):
            decide(EVENT, recipient, person, policy, NOW)
        timings.append((time.process_time() - begin) / CALLS * 1e6)
    return statistics.median(timings)


def main() -> None:
    """Print the table."""
    policy = load_policy()
    policies = {1: cut_to(policy, 1), 200: cut_to(policy, 200), len(policy.rows): policy}
    write = sys.stdout.write
    permits: list[float] = []
    write(f"{'rows':>5} {'consents':>9} {'permit us':>10} {'same party us':>14} {'deny us':>8}\n")
    for rows, sized in policies.items():
        for number in (1, CONSENTS_MANY):
            permit = cost_us(person_with(number), sized, COACH)
            same = cost_us(person_with(number, same=True), sized, COACH)
            deny = cost_us(person_with(number), sized, UNKNOWN)
            permits.append(permit)
            write(f"{rows:>5} {number:>9} {permit:>10.2f} {same:>14.2f} {deny:>8.2f}\n")
    write(f"slowest permit {max(permits) / min(permits):.2f} times the fastest\n")
    for number in (1, 5, CONSENTS_MANY):
        records = [*consents(number, same=False)]
        begin = time.process_time()
        for _ in range(200):
            PersonRegistry.from_records(records)
        spent_us = (time.process_time() - begin) / 200 * 1e6
        write(f"registry of {number:>2} consents: {spent_us:.0f} us\n")


if __name__ == "__main__":
    main()
