"""A dispute agent in Python's standard library: one house rule, said about what the fixed rules found.

The rule: for a small amount that a merchant was not asked about yet, the customer asks the merchant first. The agent sees
facts and references, verifies who asks, and can be wrong: Caseworker checks every part of what it says.
"""

import hashlib
import hmac
import json
import os
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = os.environ.get("AGENT_NAME", "disputes")
SECRET = os.environ["AGENT_SECRET"]
PORT = int(os.environ.get("PORT", "8790"))
# In minor units: below this a merchant's own refund is quicker than a chargeback.
SMALL = int(os.environ.get("SMALL_AMOUNT", "2000"))
WINDOW_S = 300
MOST_BYTES = 1_000_000
SIGNATURE = re.compile(
    r"CW1-HMAC-SHA256 key=([A-Za-z0-9_-]{1,64}),ts=(\d{1,12}),nonce=([A-Za-z0-9_-]{16,64}),sig=([0-9a-f]{64})"
)


class Nonces:
    """The nonces of the last ten minutes: a request that comes twice is refused."""

    def __init__(self):
        self._seen = {}
        self._lock = threading.Lock()

    def is_new(self, nonce, now):
        with self._lock:
            self._seen = {seen: until for seen, until in self._seen.items() if until > now}
            if nonce in self._seen:
                return False
            self._seen[nonce] = now + 2 * WINDOW_S
            return True


NONCES = Nonces()


def is_signed(method, path, header, body, now):
    """Whether the request is from the Caseworker that shares our secret, meant for us, recent and new."""
    parts = SIGNATURE.fullmatch(header or "")
    if parts is None:
        return False
    name, timestamp, nonce, signature = parts.groups()
    text = "\n".join([method, path, timestamp, nonce, hashlib.sha256(body).hexdigest()])
    expected = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    if name != NAME or not hmac.compare_digest(expected, signature):
        return False
    return abs(now - int(timestamp)) <= WINDOW_S and NONCES.is_new(nonce, now)


def find(task):
    """What this agent finds: agreement, or that the merchant comes first."""
    proposal = task["proposal"]
    amount = proposal.get("amount") or {}
    is_small = amount.get("amount_minor", SMALL) < SMALL
    if proposal["action"] != "raise_chargeback" or not is_small or "refer_to_merchant" not in task["actions"]:
        return {"agree": True}
    return {
        "finding": {
            "action": "refer_to_merchant",
            "reasons": ["merchant_first"],
            "cites": proposal["cites"],
            "references": proposal["references"],
        }
    }


class Agent(BaseHTTPRequestHandler):
    """POST /v1/agent-tasks, and nothing else."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self):
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > MOST_BYTES:
            self.close_connection = True
            return self.answer(413, {"title": "The task needs a length of at most a megabyte."})
        body = self.rfile.read(int(length))
        if self.path != "/v1/agent-tasks":
            # Not 404: of a look-up that would say that the customer is unknown.
            return self.answer(410, {"title": "There is no such address."})
        if not is_signed("POST", self.path, self.headers.get("authorization"), body, time.time()):
            return self.answer(401, {"title": "The signature is missing, wrong, too old or was used before."})
        try:
            task = json.loads(body)
            if task["v"] != 1 or task["kind"] != "finding" or task["task"] != "dispute_summary":
                return self.answer(422, {"title": "This agent looks at findings about disputes."})
            return self.answer(200, find(task))
        except (KeyError, TypeError, ValueError):
            return self.answer(400, {"title": "This is no task."})

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json" if status == 200 else "application/problem+json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format, *args):
        """One line a request, without its body: `%s` is the request line."""
        print(format % args, flush=True)


if __name__ == "__main__":
    ThreadingHTTPServer.allow_reuse_address = True
    with ThreadingHTTPServer(("127.0.0.1", PORT), Agent) as server:
        print(f"listening on http://127.0.0.1:{PORT} as {NAME}", flush=True)
        server.serve_forever()
