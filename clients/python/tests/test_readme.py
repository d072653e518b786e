"""The examples of README.md, each run as a program of its own, one after the other as a reader would."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parent.parent / "README.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs_and_says_something(number: int, tmp_path: Path) -> None:
    program = tmp_path / f"example_{number + 1}.py"
    program.write_text(EXAMPLES[number])
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=120)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() != ""


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6
