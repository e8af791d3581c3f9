"""Where the project's own files are, for commands that write in it."""

from pathlib import Path


def checkout() -> Path | None:
    """Return the root of the working copy that this runs from; None where Schakel was installed as a package."""
    import schakel_contracts

    root = Path(schakel_contracts.__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "connectors").is_dir() else None
