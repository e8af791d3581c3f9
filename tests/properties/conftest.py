"""How long Hypothesis looks: briefly in a check, long at night (``HYPOTHESIS_PROFILE=night``)."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    max_examples=2_000,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("quick", parent=settings.get_profile("ci"), max_examples=200)
settings.register_profile("night", parent=settings.get_profile("ci"), max_examples=200_000, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
