"""Prometheus metrics; labels are services, topics, partners and codes, never a person."""

from prometheus_client import Counter, Gauge, Histogram

RECORDS_READ = Counter("schakel_records_read_total", "Records read and committed.", ["loop", "topic"])
LAG = Gauge("schakel_lag_records", "Records not yet read.", ["loop", "topic", "partition"])
RECORDS_IN = Counter("schakel_intake_records_total", "Records that came in.", ["partner", "connector", "outcome"])
DECISIONS = Counter("schakel_decisions_total", "Decisions per recipient.", ["event", "role", "outcome"])
DELIVERIES = Counter("schakel_deliveries_total", "Deliveries by outcome.", ["partner", "outcome"])
WAITING = Gauge("schakel_deliveries_waiting", "Notifications that wait for another try.", ["partner"])
TIMERS = Gauge("schakel_timers", "Timers that are set.", ["partition"])
TIMERS_FIRED = Counter("schakel_timers_fired_total", "Events that the clock published.", ["event"])
TARGET_AWAY = Gauge("schakel_target_away", "1 while a partner's target is left alone for a while.", ["partner"])
BARRIER_SECONDS = Histogram(
    "schakel_barrier_seconds",
    "Wait for the registry before a batch.",
    ["service"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0),
)
BATCH_SIZE = Histogram(
    "schakel_batch_records", "Records in a batch.", ["service"], buckets=(1, 10, 50, 100, 200, 500, 1000, 2000)
)
