#!/usr/bin/env python3
"""Runs the official Python SDK, current and one before 1.0, against a running box.

    python3 sim/python/run.py --standin URL [--worker URL]

The environments are made under target/sdk on first use and kept. With --worker the tutorial's flow runs too: the SDK
labels through the stand-in, and `requests` posts the task to that Worker. Exits with 0 where everything passed.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = HERE.parent.parent / "target" / "sdk"
SDKS = ("current", "before-1")


def python_of(name: str) -> Path:
    """The interpreter of one environment, which is made where it is missing or its requirements have changed."""
    requirements = HERE / f"requirements-{name}.txt"
    environment = ENVIRONMENTS / f"python-{name}"
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = environment / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    if not (python.exists() and stamp.exists() and stamp.read_text() == wanted):
        print(f"Installing {requirements.name} into {environment}", file=sys.stderr, flush=True)
        venv.create(environment, clear=True, with_pip=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
        subprocess.run(install, check=True)
        stamp.write_text(wanted)
    return python


def run(python: Path, script: str, variables: dict) -> bool:
    """Runs one script, with nothing in its environment that would lead the SDK elsewhere."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANTHROPIC_")}
    environment.update(variables, PYTHONDONTWRITEBYTECODE="1", NO_PROXY="*")
    return subprocess.run([python, HERE / script], env=environment, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--standin", required=True, help="base URL of the box")
    parser.add_argument("--worker", help="base URL of a Worker or of the native server, for the tutorial's flow")
    options = parser.parse_args()
    if sys.version_info < (3, 10):
        print("The current SDK needs Python 3.10 or newer.", file=sys.stderr)
        return 1
    variables = {"STANDIN_URL": options.standin.rstrip("/")}
    passed = []
    for name in SDKS:
        print(f"Python SDK, {name}:", file=sys.stderr, flush=True)
        passed.append(run(python_of(name), "test_sdk.py", variables))
    if options.worker:
        print("The tutorial's flow:", file=sys.stderr, flush=True)
        variables["CLOUDFLARE_WORKER_URL"] = options.worker.rstrip("/")
        passed.append(run(python_of("current"), "tutorial.py", variables))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
