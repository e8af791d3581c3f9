"""``make flows``: run every proof of every row, print F1 to F47 by seven proofs, and keep the results as JSON.

Green is what ran and passed. A row whose test did not run is red, and so is a flow without a row.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TypedDict

import pytest
from rich import box
from rich.console import Console
from rich.table import Table
from tests.flows.ways import FLOWS, MATRIX, PROOFS, WAYS

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "build" / "flows.json"


class Result(TypedDict):
    """One proof of one row."""

    flow: str
    event: str
    recipient_role: str
    proof: str
    test: str
    passed: bool


class Results:
    """Collects what pytest reports; a plugin."""

    def __init__(self) -> None:
        self.by_test: dict[str, Result] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one phase of one test: it passed when its call did, and nothing around it failed."""
        told = dict(report.user_properties).get("flow")
        if not isinstance(told, list):
            return
        flow, event, role, proof = (str(each) for each in told)
        result = self.by_test.setdefault(
            report.nodeid,
            Result(flow=flow, event=event, recipient_role=role, proof=proof, test=report.nodeid, passed=False),
        )
        if report.when == "call":
            result["passed"] = report.outcome == "passed"
        elif report.failed:
            result["passed"] = False

    def complete(self) -> list[Result]:
        """Return every result, and for what did not run one that did not pass."""
        found = sorted(self.by_test.values(), key=lambda result: (order(result["flow"]), result["test"]))
        ran: dict[tuple[str, str, str, str], int] = defaultdict(int)
        for result in found:
            ran[result["flow"], result["event"], result["recipient_role"], result["proof"]] += 1
        expected = [(way.flow, way.row.event, way.role.value) for way in WAYS]
        expected += [(flow, "", "") for flow in FLOWS if flow not in {way.flow for way in WAYS}]
        for flow, event, role in expected:
            for proof in PROOFS:
                ran[flow, event, role, proof] -= 1
                if ran[flow, event, role, proof] < 0:
                    missing = Result(flow=flow, event=event, recipient_role=role, proof=proof, test="", passed=False)
                    found.append(missing)
        return found


def order(flow: str) -> int:
    """Return where a flow stands in the table."""
    return FLOWS.index(flow) if flow in FLOWS else len(FLOWS)


def table_of(results: list[Result]) -> Table:
    """Return F1 to F47 by seven proofs; each cell says how many passed, of how many."""
    counts: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for result in results:
        counts[result["flow"], result["proof"]].append(result["passed"])
    table = Table(title="Every flow, every recipient role, seven proofs", box=box.SIMPLE_HEAD)
    table.add_column("flow")
    for proof in PROOFS:
        table.add_column(proof, justify="right", no_wrap=True)
    flows = [*FLOWS, *({MATRIX} & {result["flow"] for result in results})]
    for flow in flows:
        table.add_row(flow, *(cell(counts[flow, proof]) for proof in PROOFS))
    return table


def cell(passed: list[bool]) -> str:
    """Return one cell."""
    if passed and all(passed):
        return f"[green]{len(passed)}[/green]"
    return f"[red]{sum(passed)} of {len(passed)}[/red]"


def main() -> int:
    """Run, print, write; return 1 unless all is green."""
    results = Results()
    code = pytest.main(["tests/flows", "-qq", "-n", "auto", "--no-header", *sys.argv[1:]], plugins=[results])
    found = results.complete()
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    console = Console(width=110)
    console.print(table_of(found))
    passed = sum(result["passed"] for result in found)
    console.print(f"{len(WAYS)} rows, {passed} of {len(found)} proofs hold; {WRITTEN.relative_to(ROOT)} lists them")
    return 0 if code == 0 and passed == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
