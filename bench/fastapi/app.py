"""The tutorial's flow as a service: Claude labels a request, three look-ups are made at once, and the answer is sent.

Its best setup: the official SDK's asynchronous client, one connection pool for each side, uvloop and httptools. It keeps
nothing, retries nothing, and takes out no personal data. Reads STANDIN_URL, and LOOKUPS: a file with the look-ups to make.
"""

import asyncio
import json
import os
from contextlib import asynccontextmanager

import anthropic
import httpx
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

STANDIN = os.environ["STANDIN_URL"]
with open(os.environ["LOOKUPS"], encoding="utf-8") as file:
    LOOKUPS = json.load(file)
TASKS = {
    "fraud_check": ("fraud-agent", "score_transaction"),
    "kyc_lookup": ("kyc-agent", "extract_identity_fields"),
    "dispute_summary": ("dispute-agent", "fetch_transaction_history"),
    "payment_status": ("payment-agent", "fetch_payment_status"),
}
PROMPT = """Classify this fintech support request.

Allowed tasks: fraud_check, kyc_lookup, dispute_summary, payment_status
Return only valid JSON with these keys: task, confidence, reason

Request: """


class Request(BaseModel):
    text: str
    customer_id: str | None = None


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.claude = anthropic.AsyncAnthropic(base_url=STANDIN, api_key="test-key", max_retries=0)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=STANDIN, limits=limits, timeout=60) as sources:
        app.state.sources = sources
        yield


app = FastAPI(lifespan=lifespan)


async def look_up(call: dict) -> dict:
    reply = await app.state.sources.request(
        call["method"], call["path"], headers=call["headers"], content=call["body"] or None
    )
    reply.raise_for_status()
    return reply.json()


@app.post("/v1/requests", status_code=201)
async def create_request(request: Request) -> dict:
    message = await app.state.claude.messages.create(
        model="claude-haiku-5-5", max_tokens=300, messages=[{"role": "user", "content": PROMPT + request.text}]
    )
    classification = json.loads(message.content[0].text)
    if classification["task"] not in TASKS:
        raise HTTPException(422, "an unknown task")
    agent, action = TASKS[classification["task"]]
    found = await asyncio.gather(*(look_up(call) for call in LOOKUPS))
    return {
        "classification": classification,
        "orchestration": {"status": "ok", "routed_to": agent, "next_action": action, "state": "review"},
        "evidence": [len(json.dumps(reply)) for reply in found],
    }
