"""What a file is called once it is put away: by its own name, numbered where that is taken, cut where it is long."""

import os
from pathlib import PurePath

NAME_BYTES_MAX = 255
"""Of a name on the file systems that there are."""

PROBLEM = ".problem.json"
SUFFIX_MAX = 16
"""Characters; what is longer is no kind of file."""

NUMBER_MAX = 10
"""Characters that are kept free for a number."""


def fitting(name: str, number: int) -> str:
    """Return the name with a number (none for 1), so short that its report has a name too."""
    suffix = PurePath(name).suffix
    suffix = suffix if len(suffix) <= SUFFIX_MAX else ""
    stem = name.removesuffix(suffix)
    room = NAME_BYTES_MAX - len(PROBLEM) - len(os.fsencode(suffix)) - NUMBER_MAX
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return f"{stem}{suffix}" if number == 1 else f"{stem}.{number}{suffix}"


def problem_of(name: str) -> str:
    """Return what the report beside a file is called."""
    return name + PROBLEM
