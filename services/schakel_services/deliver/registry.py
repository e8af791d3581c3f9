"""The registry, followed once for all partners of a process."""

import asyncio
import contextlib

from schakel_services.runtime import topics
from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.failpoint import barrier_is_on, registry_lag_s
from schakel_services.runtime.people import People
from schakel_services.runtime.table import Table, TableBehind
from schakel_services.runtime.watermark import Watermarks


class Registry:
    """Every person's consents and relations; restored by whoever needs it first."""

    def __init__(self, cluster: Cluster, partitions: int) -> None:
        self.watermarks = Watermarks(cluster)
        self._cluster = cluster
        self._partitions = partitions
        self._connected = False
        self._people = People()
        self._table: Table | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Return once all of it is in memory and followed; one that stopped is made anew."""
        async with self._opening:
            if not self._connected:
                await self.watermarks.start()
                self._connected = True
            if self._table is not None and self._table.follows:
                return
            people = People()
            table = Table(
                self._cluster,
                topics.REGISTRY,
                range(self._partitions),
                people.apply,
                self.watermarks,
            )
            table.lag_s_injected = registry_lag_s()
            try:
                await table.open()
            except BaseException:
                await table.close()
                raise
            await self._close_table()
            self._people, self._table = people, table

    async def seen(self, partitions: set[int]) -> People:
        """Return everybody's registry as of this call or newer, or raise ``TableBehind``."""
        people, table = self._people, self._table
        if table is None:
            raise TableBehind(topics.REGISTRY)
        if barrier_is_on():
            await table.barrier(partitions=partitions)
        return people

    async def close(self) -> None:
        """Stop to follow."""
        await self._close_table()
        with contextlib.suppress(Exception):
            await self.watermarks.close()

    async def _close_table(self) -> None:
        if self._table is not None:
            await self._table.close()
            self._table = None
