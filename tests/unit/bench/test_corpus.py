"""Care plans to measure with: of the promised size, each a change, and read by the connector."""

import json
from pathlib import Path

from schakel_connectors.connector import load as load_connector
from schakel_services.bench.corpus import from_file, synthetic


def test_plans_have_the_size_of_real_ones() -> None:
    """Between 1.2 and 2.5 KB, and spread."""
    sizes = [len(plan) for _, plan in synthetic(300, 50)]
    assert min(sizes) >= 1_200
    assert max(sizes) <= 2_500
    assert max(sizes) - min(sizes) > 500


def test_every_plan_is_news() -> None:
    """A version that says the same as the one before would publish nothing, and measure nothing."""
    connector = load_connector("fhir_care_plan")
    said: dict[str, object] = {}
    for bsn, plan in synthetic(400, 20):
        (translation,) = connector.translate(plan)
        assert translation.subject.bsn == bsn
        assert said.get(bsn) != translation.statements
        said[bsn] = translation.statements


def test_plans_of_a_file_keep_their_person(tmp_path: Path) -> None:
    """Where it stands in the plan; else the plan comes without."""
    bsn, plan = next(synthetic(1, 1))
    path = tmp_path / "plans.jsonl"
    path.write_bytes(plan + b"\n\n" + json.dumps({"resourceType": "CarePlan"}).encode() + b"\nno json\n")
    assert list(from_file(path)) == [(bsn, plan), (None, b'{"resourceType": "CarePlan"}'), (None, b"no json")]
