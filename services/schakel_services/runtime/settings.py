"""What a service is told at its start: chain, data folder, cluster; read once, from arguments and environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from schakel_services.runtime.cluster import Cluster
from schakel_services.runtime.configured import NotConfigured, number

__all__ = ["NotConfigured", "Settings"]


@dataclass(frozen=True)
class Settings:
    """Where a service finds its things."""

    chain_file: Path
    data: Path
    cluster: Cluster
    host: str = "127.0.0.1"
    port: int = 0
    partner: str | None = None
    retry_for_s: float = 86_400.0
    retry_first_s: float = 2.0
    inbox_keep_days: float = 14.0

    @classmethod
    def read(
        cls,
        *,
        chain_file: Path,
        data: Path,
        port: int = 0,
        partner: str | None = None,
        host: str = "127.0.0.1",
        environment: Mapping[str, str] | None = None,
    ) -> "Settings":
        """Return the settings, or raise ``NotConfigured``."""
        found = os.environ if environment is None else environment
        return cls(
            chain_file=chain_file,
            data=data,
            cluster=Cluster.from_environment(found),
            host=host,
            port=port,
            partner=partner,
            retry_for_s=number(found, "SCHAKEL_RETRY_FOR_S", 86_400.0),
            retry_first_s=number(found, "SCHAKEL_RETRY_FIRST_S", 2.0),
            inbox_keep_days=number(found, "SCHAKEL_INBOX_KEEP_DAYS", 14.0),
        )
