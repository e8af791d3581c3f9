"""What a process costs: CPU seconds and memory, from /proc."""

import os
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid: int, field_name: str = "VmRSS") -> float:
    """Return a process's memory in MiB: now (``VmRSS``) or at its peak (``VmHWM``)."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith(field_name):
            return int(line.split()[1]) / 1024
    return 0.0


@dataclass
class Watch:
    """Look at processes while something runs."""

    pids: dict[str, int]
    started: dict[str, float] = field(default_factory=dict)

    def begin(self) -> None:
        """Note the CPU seconds so far."""
        self.started = {name: cpu_s(pid) for name, pid in self.pids.items()}

    def used_s(self) -> dict[str, float]:
        """Return the CPU seconds since ``begin``."""
        return {name: cpu_s(pid) - self.started[name] for name, pid in self.pids.items()}

    def memory(self) -> dict[str, float]:
        """Return the memory of each process now."""
        return {name: memory_mb(pid) for name, pid in self.pids.items()}

    def peak(self) -> dict[str, float]:
        """Return the peak memory of each process."""
        return {name: round(memory_mb(pid, "VmHWM"), 1) for name, pid in self.pids.items()}
