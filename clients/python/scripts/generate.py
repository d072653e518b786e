"""Writes what is generated: the models, out of openapi.json, and the sync client, out of the async one.

python scripts/generate.py           # after a change of the API or of src/memoir_client/_async
python scripts/generate.py --check   # exits with 1 when something is not as it would be written
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from openapi_models import SOURCE_NAME, model_schemas

HOME = Path(__file__).resolve().parent.parent
OPENAPI = HOME.parent.parent / "openapi.json"
PACKAGE = HOME / "src" / "memoir_client"

MODELS_HEAD = '''"""What Memoir answers. Generated out of openapi.json by scripts/generate.py."""'''
SYNC_HEAD = "# Generated out of _async by scripts/generate.py.\n"

# Whole words of the async client, and what they are in the sync one.
SYNC_WORDS = {
    "AsyncClient": "Client",
    "AsyncIterator": "Iterator",
    "AsyncGenerator": "Generator",
    "_async": "_sync",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "aclose": "close",
    "aread": "read",
    "aiter_bytes": "iter_bytes",
    "asynccontextmanager": "contextmanager",
    "asyncio": "time",
}


def generate_models(openapi: dict[str, Any]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        given, written = Path(folder) / SOURCE_NAME, Path(folder) / "models.py"
        given.write_text(json.dumps(model_schemas(openapi)))
        subprocess.run(
            [
                *(sys.executable, "-m", "datamodel_code_generator"),
                *("--input", str(given), "--input-file-type", "openapi"),
                *("--output", str(written), "--output-model-type", "pydantic_v2.BaseModel"),
                *("--base-class", "memoir_client._model.Model"),
                *("--target-python-version", "3.10", "--target-pydantic-version", "2"),
                *("--output-datetime-class", "datetime"),
                *("--enum-field-as-literal", "all"),
                *("--custom-file-header", MODELS_HEAD),
                "--use-standard-collections",
                "--use-union-operator",
                "--use-attribute-docstrings",
                "--use-field-description",
                "--use-inline-field-description",
                "--use-schema-description",
                "--use-exact-imports",
                "--use-double-quotes",
                "--use-single-line-docstring",
                "--disable-timestamp",
                "--disable-warnings",
                "--ignore-pyproject",
                "--no-formatters",
            ],
            check=True,
        )
        # Docstrings are for readers; pydantic would read the source again for them with each import.
        return re.sub(
            r"    model_config = ConfigDict\(\s*use_attribute_docstrings=True,\s*\)\n", "", written.read_text()
        )


def generate_sync(source: str) -> str:
    source = re.sub(r"Awaitable\[(.+)\](?=\])", r"\1", source)
    source = re.sub(r"\b(?:async|await) ", "", source)
    source = re.sub(r"\bAsync(?=Memoir|Page|Transport|OwnClient|[A-Z]\w*Resource)", "", source)
    return SYNC_HEAD + re.sub(r"\w+", lambda word: SYNC_WORDS.get(word[0], word[0]), source)


def formatted(source: str, name: str) -> str:
    def ruff(*args: str, source: str) -> str:
        command = [
            sys.executable,
            "-m",
            "ruff",
            *args,
            "--stdin-filename",
            str(PACKAGE / name),
            "-",
        ]
        done = subprocess.run(command, input=source, check=True, capture_output=True, text=True, cwd=HOME)
        return done.stdout

    sorted_imports = ruff("check", "--quiet", "--fix", "--select", "I,F401", source=source)
    return ruff("format", source=sorted_imports)


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    openapi = json.loads(OPENAPI.read_text())
    files = {"models.py": generate_models(openapi)}
    for file in sorted((PACKAGE / "_async").glob("*.py")):
        files[f"_sync/{file.name}"] = generate_sync(file.read_text())
    return {PACKAGE / name: formatted(source, name) for name, source in files.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    files = generated()
    left = [file for file in (PACKAGE / "_sync").glob("*.py") if file not in files]
    changed = [file for file, text in files.items() if not file.exists() or file.read_text() != text]
    if check:
        for file in changed + left:
            print(f"{file.relative_to(HOME)} is not what scripts/generate.py writes")
        return 1 if changed or left else 0
    for file in changed:
        file.parent.mkdir(exist_ok=True)
        file.write_text(files[file])
    for file in left:
        file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
