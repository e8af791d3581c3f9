"""The chains that come with Schakel, by name: ``infra/chains`` of a working copy, which the package carries along."""

from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDERS = (HERE / "regions", HERE.parents[2] / "infra" / "chains")
"""Where they stand in an installed package (put there when it is built), and in a working copy."""


def shipped_chains() -> dict[str, Path]:
    """Return every chain file that comes with Schakel, by the name of its region."""
    for folder in FOLDERS:
        if found := {path.stem: path for path in sorted(folder.glob("*.toml"))}:
            return found
    return {}
