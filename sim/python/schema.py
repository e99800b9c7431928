#!/usr/bin/env python3
"""Runs schemathesis over the document of the API against the native binary: requests made of the schema, right and wrong.

    python3 sim/python/schema.py --binary PATH [--examples N] [--seed N]

The server is its own: it works the sandbox bank in a temporary folder, for holders of keys, with cases to name. No answer may
be a failure of the server's, and each must be one that the document has. Exits with 0 where everything passed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from run import python_of

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "openapi.json"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# A stream without an end; a switch for everybody; a body that is no JSON, whose parser has tests of its own.
LEFT_OUT = r"/v1/cases/\{id\}/events|/v1/model|/v1/import"
REQUESTS = [
    ("cus_ada", "My card was charged twice for the same Streamly subscription."),
    ("cus_dan", "Somebody used my card abroad at night."),
    ("cus_ivo", "You asked me for documents to verify my identity."),
]
# Who may do what differs; each role meets every route.
ROLES = ["admin", "analyst", "submitter"]


class Server:
    """The binary at work."""

    def __init__(self, binary: Path, folder: str):
        self.binary, self.folder = binary, folder
        own = ("ANTHROPIC_", "CASEWORKER_", "CLOUDFLARE_")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        self.keys = {role: self.key(role) for role in ROLES}
        serve = [binary, "serve", "--data", folder, "--sandbox", "--listen", "127.0.0.1:0"]
        log = Path(f"{folder}.log")
        with log.open("w") as stderr:
            self.process = subprocess.Popen(serve, stderr=stderr, env=self.environment)
        self.url = self.address(log)

    def address(self, log: Path) -> str:
        for _ in range(600):
            for line in log.read_text().splitlines():
                if line.startswith("listening on "):
                    return line.split()[-1]
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"the server does not listen:\n{log.read_text()}")

    def key(self, role: str) -> str:
        create = [self.binary, "keys", "create", "--data", self.folder, "--tenant", "acme"]
        create += ["--subject", role, "--role", role]
        made = subprocess.run(create, check=True, capture_output=True, text=True, env=self.environment)
        return json.loads(made.stdout)["key"]

    def open(self, customer: str, text: str) -> str:
        headers = {"authorization": f"Bearer {self.keys['submitter']}", "content-type": "application/json", "prefer": "wait=20"}
        body = json.dumps({"customer_id": customer, "text": text}).encode()
        request = urllib.request.Request(f"{self.url}/v1/requests", body, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["case_id"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, type=Path, help="the binary `caseworker`")
    parser.add_argument("--examples", type=int, default=15, help="at most so many requests for each operation and way")
    parser.add_argument("--seed", type=int, default=1, help="where what is drawn begins")
    options = parser.parse_args()
    schemathesis = python_of("schema").with_name("schemathesis")
    passed = []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(options.binary.resolve(), str(Path(folder) / "data"))
        try:
            for (customer, text), role in zip(REQUESTS, ROLES):
                config = Path(folder) / f"{role}.toml"
                config.write_text(f'[parameters]\n"path.id" = "{server.open(customer, text)}"\n')
                print(f"schemathesis, as {role}:", file=sys.stderr, flush=True)
                command = [schemathesis, "--config-file", config, "run", DOCUMENT, "--url", server.url, "--checks", CHECKS]
                command += ["--header", f"Authorization: Bearer {server.keys[role]}", "--exclude-path-regex", LEFT_OUT]
                command += ["--max-examples", str(options.examples), "--seed", str(options.seed)]
                command += ["--suppress-health-check", "all", "--warnings", "off", "--no-color"]
                passed.append(subprocess.run(command, cwd=folder, env=server.environment, check=False).returncode == 0)
            passed.append(server.process.poll() is None)
        finally:
            server.process.kill()
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
