"""Every command that a page shows is run, page by page and in order, and says what the page says it says."""

import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGE_S, STOP_S = 300.0, 60.0

NOT_RUN, EXIT_CODE, NEEDS_HUB = "not run: ", "exit code ", "needs a hub"
"""What a comment above a block, or (the last) anywhere on a page, can say."""

NOT_RUN_MAX = 5
"""So many blocks can't be run here, each with its reason; a page that adds one raises this on purpose."""

MARK = "\x1e"


@dataclass
class Command:
    """One command of a page, with what the page shows of its answer."""

    line: int
    text: str
    shown: list[str] = field(default_factory=list)
    exit_code: int = 0


@dataclass
class Block:
    """One ``console`` block."""

    line: int
    commands: list[Command]
    not_run: str | None


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of a page, in order."""
    tokens = MarkdownIt().parse(page.read_text("utf-8"))
    for number, token in enumerate(tokens):
        if token.type != "fence" or token.info.strip() != "console" or token.map is None:
            continue
        before = tokens[number - 1] if number else None
        comment = before.content if before is not None and before.type == "html_block" else ""
        found = list(commands(token.content, token.map[0] + 2))
        if code := re.search(rf"{EXIT_CODE}(\d+)", comment):
            found[-1].exit_code = int(code[1])
        reason = re.search(rf"{NOT_RUN}(.+?)\s*-->", comment, re.DOTALL)
        yield Block(token.map[0] + 1, found, reason[1] if reason else None)


def commands(content: str, first_line: int) -> Iterator[Command]:
    """Yield the commands of a block: ``$`` begins one, ``>`` goes on with it, anything else is its answer."""
    found: Command | None = None
    for number, line in enumerate(content.splitlines(), first_line):
        if line.startswith("$ "):
            if found is not None:
                yield found
            found = Command(number, line[2:])
        elif found is None:
            raise AssertionError(f"line {number}: a console block begins with a command")
        elif line == ">" or line.startswith("> "):
            found.text += "\n" + line[2:]
        elif line.strip():
            found.shown.append(line)
    if found is not None:
        yield found


def name_of(page: Path) -> str:
    """Return a page as a reader knows it."""
    return page.relative_to(ROOT).as_posix()


def runnable(page: Path) -> list[Command]:
    """Return the commands of a page that are run."""
    return [command for block in blocks(page) if block.not_run is None for command in block.commands]


WITH_COMMANDS = [page for page in PAGES if runnable(page)]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_a_page_does_what_it_says(
    page: Path, working_copy: Path, environment: dict[str, str], request: pytest.FixtureRequest
) -> None:
    """One shell goes through the page from top to bottom."""
    variables = environment
    if NEEDS_HUB in page.read_text("utf-8"):
        hub: dict[str, str] = request.getfixturevalue("hub")
        variables = environment | hub
        (working_copy / "first-hour").symlink_to(hub["DATA"])
    asked = runnable(page)
    answers = run(asked, working_copy, variables)
    assert problems(asked, answers) == []


def run(asked: list[Command], folder: Path, variables: dict[str, str]) -> list[tuple[int, str]]:
    """Run the commands in one shell; return the exit code and the answer of each that ended."""
    script = ["set -m", "trap 'kill $(jobs -p) 2> /dev/null; wait' EXIT"]
    for command in asked:
        script += [f"printf '{MARK}'", command.text, f"printf '{MARK}%d\\n' $?"]
    file = folder / "page.sh"
    file.write_text("\n".join(script) + "\n", "utf-8")
    with (folder / "page.out").open("w+", encoding="utf-8") as out:
        shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc", file],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            shell.wait(PAGE_S)
        except subprocess.TimeoutExpired:
            shell.send_signal(signal.SIGTERM)
            shell.wait(STOP_S)
        out.seek(0)
        parts = out.read().split(MARK)[1:]
    texts, codes = parts[0::2], parts[1::2]
    return [(int(code.partition("\n")[0]), text) for text, code in zip(texts, codes, strict=False)]


def problems(asked: list[Command], answers: list[tuple[int, str]]) -> list[str]:
    """Return what did not go as the page says, a line each; a command that never ended is one."""
    found = []
    for command, (code, answer) in zip(asked, answers, strict=False):
        said = answer.splitlines()
        missing = absent(command.shown, said)
        if code != command.exit_code:
            found.append(f"line {command.line}: exit code {code}: {command.text}\n{answer[-2000:]}")
        elif missing:
            found.append(f"line {command.line}: it did not say {missing!r}: {command.text}\n{answer[-2000:]}")
    if len(answers) < len(asked):
        found.append(f"line {asked[len(answers)].line}: did not end: {asked[len(answers)].text}")
    return found


def absent(shown: list[str], said: list[str]) -> str | None:
    """Return the first shown line that was not said, in this order; ``…`` stands for anything."""
    rest = iter(said)
    for line in shown:
        pattern = re.compile(".*".join(map(re.escape, line.strip().split("…"))))
        if not any(pattern.search(one) for one in rest):
            return line
    return None


def test_commands_stand_in_console_blocks_only() -> None:
    """A block of another kind would be a command that nobody runs."""
    found = [
        f"{name_of(page)}:{token.map[0] + 1}"
        for page in PAGES
        for token in MarkdownIt().parse(page.read_text("utf-8"))
        if token.type == "fence" and token.map and token.info.strip() != "console"
        if token.info.strip() in {"bash", "sh", "shell", "zsh", ""} or re.search(r"^\$ ", token.content, re.MULTILINE)
    ]
    assert found == []


def test_what_is_not_run_says_why() -> None:
    """The reason stands above the block; there are as many as were counted."""
    left_out = [block.not_run for page in PAGES for block in blocks(page) if block.not_run is not None]
    assert all(len(reason.split()) > 2 for reason in left_out)
    assert len(left_out) <= NOT_RUN_MAX


def test_a_page_that_lies_is_found(working_copy: Path, environment: dict[str, str]) -> None:
    """The check can fail: on an exit code, and on an answer that is not given."""
    asked = list(commands("$ true\n$ false\n$ echo yes\nno\n$ echo 'a b c'\na … c\n", 1))
    found = problems(asked, run(asked, working_copy, environment))
    assert [line.partition(":")[0] for line in found] == ["line 2", "line 3"]
