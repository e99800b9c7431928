"""The same flow with agent-squad: its classifier asks Claude which agent, and that agent makes three look-ups at once.

Its best setup: the classifier's own client is synchronous and would hold up the whole loop, so that it is given the
asynchronous one here, and told which agents there are; chats are not kept. Behind uvicorn with uvloop and httptools.
Reads STANDIN_URL, and LOOKUPS: a file with the look-ups to make.
"""

import asyncio
import json
import logging
import os
from contextlib import asynccontextmanager

import anthropic
import httpx
from agent_squad.agents import Agent, AgentOptions
from agent_squad.classifiers import AnthropicClassifier, AnthropicClassifierOptions, ClassifierResult
from agent_squad.orchestrator import AgentSquad
from agent_squad.types import ConversationMessage, ParticipantRole
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

# The library sets the root logger to tell of every request.
logging.disable(logging.INFO)

STANDIN = os.environ["STANDIN_URL"]
with open(os.environ["LOOKUPS"], encoding="utf-8") as file:
    LOOKUPS = json.load(file)
AGENTS = {
    "fraud_check": "Suspected fraud and account takeover",
    "kyc_lookup": "Identity and documents",
    "dispute_summary": "Disputed card charges",
    "payment_status": "Where a payment is",
}


class Request(BaseModel):
    text: str
    customer_id: str | None = None


class Classifier(AnthropicClassifier):
    """The library's classifier, with the asynchronous client and a closed list of agents."""

    def __init__(self, options: AnthropicClassifierOptions):
        super().__init__(options)
        self.client = anthropic.AsyncAnthropic(base_url=STANDIN, api_key=options.api_key, max_retries=0)
        self.tools[0]["input_schema"]["properties"]["selected_agent"]["enum"] = list(AGENTS)

    async def process_request(self, input_text, chat_history):
        response = await self.client.messages.create(
            model=self.model_id,
            max_tokens=self.inference_config["max_tokens"],
            messages=[{"role": "user", "content": input_text}],
            system=self.system_prompt,
            tools=self.tools,
            tool_choice={"type": "tool", "name": self.tools[0]["name"]},
        )
        chosen = next(block for block in response.content if block.type == "tool_use").input
        agent = self.get_agent_by_id(chosen["selected_agent"])
        return ClassifierResult(selected_agent=agent, confidence=float(chosen["confidence"]))


class Desk(Agent):
    """A specialist that looks up what there is."""

    sources: httpx.AsyncClient

    async def process_request(self, input_text, user_id, session_id, chat_history, additional_params=None):
        found = await asyncio.gather(*(self.look_up(call) for call in LOOKUPS))
        said = json.dumps({"state": "review", "evidence": [len(json.dumps(reply)) for reply in found]})
        return ConversationMessage(role=ParticipantRole.ASSISTANT.value, content=[{"text": said}])

    async def look_up(self, call: dict) -> dict:
        reply = await self.sources.request(
            call["method"], call["path"], headers=call["headers"], content=call["body"] or None
        )
        reply.raise_for_status()
        return reply.json()


@asynccontextmanager
async def lifespan(app: FastAPI):
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=STANDIN, limits=limits, timeout=60) as sources:
        options = AnthropicClassifierOptions(api_key="test-key", model_id="claude-haiku-5-5")
        app.state.squad = AgentSquad(classifier=Classifier(options))
        for name, description in AGENTS.items():
            agent = Desk(AgentOptions(name=name, description=description, save_chat=False))
            agent.id = name
            agent.sources = sources
            app.state.squad.add_agent(agent)
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/v1/requests", status_code=201)
async def create_request(request: Request) -> dict:
    answer = await app.state.squad.route_request(request.text, request.customer_id or "nobody", "session")
    if not answer.metadata.agent_id in AGENTS:
        raise HTTPException(502, "nobody answered")
    return {"routed_to": answer.metadata.agent_id, "orchestration": json.loads(answer.output.content[0]["text"])}
