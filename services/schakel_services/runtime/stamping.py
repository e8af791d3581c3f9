"""Topics whose records bear the time at which the broker took them, and not that of their writer's clock.

Registry and events are written by intakes at partners. When a withdrawal counted is proved by the time of its record,
or of its event where the record was written anew since, so that time must be of one clock for all.
"""

from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

STAMP = "message.timestamp.type"
BY_BROKER = {STAMP: "LogAppendTime"}
SET_ON_THE_TOPIC = 1
"""In Kafka's words a dynamic topic setting; all else is the broker's, or nobody's."""


async def stamp_by_broker(admin: AIOKafkaAdminClient, names: Iterable[str]) -> None:
    """Let the broker stamp topics that were made when it did not yet; whatever else was set on them stays."""
    if not (asked := [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]):
        return
    wanted = []
    for answer in await admin.describe_configs(asked):
        for code, _, _, name, entries in answer.resources:
            _check(code, name)
            own = {key: value for key, value, _, source, *_ in entries if source == SET_ON_THE_TOPIC}
            if own.get(STAMP) != BY_BROKER[STAMP]:
                # This request sets all that is set on a topic: what it leaves out falls back to the broker's.
                wanted.append(ConfigResource(ConfigResourceType.TOPIC, name, configs=own | BY_BROKER))
    for answer in await admin.alter_configs(wanted) if wanted else ():
        for code, _, _, name in answer.resources:
            _check(code, name)


def _check(code: int, name: str) -> None:
    if code:
        raise for_code(code)(name)
