"""Logs that can't leak: what is not allowed is not shown, and libraries are not quoted."""

import json
import logging
import subprocess
import sys

from schakel_services.runtime.log import _Library, allow_listed


def test_an_unknown_key_is_named_and_not_shown() -> None:
    """A value gets into a log only under a key that was thought about."""
    line = allow_listed(None, "info", {"event": "x", "bsn": "999990019", "body": "{}", "count": 3})
    assert line == {"event": "x", "count": 3, "dropped": ["body", "bsn"]}


def test_a_pseudonym_is_shortened() -> None:
    """Enough to follow one person through a log; too little to join files on."""
    line = allow_listed(None, "info", {"event": "x", "subject": "k1.abcdefghijklmnopqrstuvwxyz"})
    assert line["subject"] == "k1.abcdefgh"


def test_a_library_is_never_quoted() -> None:
    """Its message may hold a record, and so may an exception's text: name, level and place remain."""
    try:
        raise ValueError("999990019")
    except ValueError:
        record = logging.LogRecord("aiokafka", logging.ERROR, "/x.py", 12, "bad %s", ("999990019",), sys.exc_info())
    line = json.loads(_Library().format(record))
    assert line == {
        "event": "library_log",
        "name": "aiokafka",
        "level": "error",
        "place": 12,
        "error": "ValueError",
    }


PROGRAM = """
import logging
from schakel_services.runtime.log import configure_logs, log
configure_logs("test", "info")
log.info("record_taken", subject="k1." + "s" * 43, bsn="999990019", count=1)
log.debug("too_little_to_say")
logging.getLogger("aiokafka").error("bad record 999990019")
logging.getLogger("aiokafka").warning("bad record 999990019")
try:
    raise ValueError("999990019")
except ValueError:
    logging.getLogger("asyncio").exception("999990019")
"""


def test_a_process_logs_json_lines_without_values() -> None:
    """As a service writes it: to stderr, one JSON object a line, nothing of a person in any."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert "999990019" not in done.stdout + done.stderr
    assert [line["event"] for line in lines] == ["record_taken", "library_log", "library_log"]
    assert lines[0]["service"] == "test"
    assert lines[0]["subject"] == "k1.ssssssss"
    assert lines[0]["dropped"] == ["bsn"]
