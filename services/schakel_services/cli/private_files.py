"""What a command writes is for its own user alone."""

import os

OWN_USER_ONLY = 0o077


def keep_private() -> None:
    """Make every file and folder from here on, by this process and its children, without rights for anybody else.

    A folder that a partner's system shares has a default access list, which goes before this.
    """
    os.umask(OWN_USER_ONLY)
