"""What is installed holds all that the commands need."""

import subprocess
import sys
import zipfile
from pathlib import Path

from schakel_services.chain.shipped import shipped_chains

ROOT = Path(__file__).parents[2]


def test_the_wheel_carries_the_chains_that_are_shipped(tmp_path: Path) -> None:
    """``schakel demo`` finds Twente without a working copy, and it is the very same file."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        carried = {
            Path(name).stem: content.read(name)
            for name in content.namelist()
            if name.startswith("schakel_services/chain/regions/")
        }
    assert carried == {name: path.read_bytes() for name, path in shipped_chains().items()}
