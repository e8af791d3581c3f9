"""Settings of the client that have no public name: a new aiokafka that drops them must be noticed."""

import inspect

from aiokafka import errors
from aiokafka.producer import sender

from schakel_services.runtime import cluster


def test_the_wait_within_a_transaction_is_short() -> None:
    """This constant is still read by aiokafka; without it p99 of a hop is three times as long."""
    assert sender.BACKOFF_OVERRIDE == 0.002
    methods = [method for kind in vars(sender).values() if inspect.isclass(kind) for method in vars(kind).values()]
    assert any("BACKOFF_OVERRIDE" in method.__code__.co_names for method in methods if inspect.isfunction(method))


def test_a_batch_fits_in_what_a_broker_takes() -> None:
    """Kafka's limit for a batch is 1 MiB unless a topic says otherwise."""
    assert cluster.BATCH_BYTES_MAX < 1024 * 1024 - 512


def test_a_fenced_producer_is_known_as_one() -> None:
    """PRODUCER_FENCED is handled where aiokafka handles the older code; elsewhere it would be tried again."""
    assert errors.for_code(cluster.PRODUCER_FENCED) is errors.InvalidProducerEpoch
