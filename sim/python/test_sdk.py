"""The official Python SDK against the stand-in at STANDIN_URL; run.py calls it once for each SDK."""

import json
import os
import time
import unittest
import urllib.request
from unittest import mock

import anthropic
from pydantic import BaseModel

STANDIN_URL = os.environ["STANDIN_URL"]
MODEL = "claude-haiku-5-5"
TEXT = "Customer says their card was charged twice for the same subscription."
USER_TURN = json.dumps({"source": "customer", "text": TEXT})
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["task", "confidence", "reason"],
    "properties": {
        "task": {
            "type": "string",
            "enum": ["fraud_check", "kyc_lookup", "dispute_summary", "payment_status", "other"],
        },
        "confidence": {"type": "number"},
        "reason": {"type": "string"},
    },
}


class Triage(BaseModel):
    task: str
    confidence: float
    reason: str


def control(method, path, body=None):
    """Speaks to the controls of the box."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{STANDIN_URL}/sandbox/{path}", data=data, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def switch_on(fault, times=1):
    control("POST", "faults", {"target": "messages", "fault": fault, "times": times})


class SdkTest(unittest.TestCase):
    def setUp(self):
        control("DELETE", "faults")
        control("DELETE", "requests")
        self.client = anthropic.Anthropic(base_url=STANDIN_URL, api_key="test-key")

    def tearDown(self):
        control("DELETE", "faults")
        self.client.close()

    def create(self, **changes):
        request = {
            "model": MODEL,
            "max_tokens": 400,
            "system": "Classify the request.",
            "messages": [{"role": "user", "content": USER_TURN}],
            "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}},
        }
        request.update(changes)
        return self.client.messages.create(**request)

    def test_a_plain_prompt_for_json_gets_it_as_the_first_block(self):
        prompt = (
            "Classify into fraud_check, kyc_lookup, dispute_summary or payment_status. "
            f"Return only JSON with task, confidence and reason.\n\nRequest: {TEXT}"
        )
        message = self.client.messages.create(
            model=MODEL, max_tokens=300, messages=[{"role": "user", "content": prompt}]
        )
        answer = json.loads(message.content[0].text)
        self.assertEqual(list(answer), ["task", "confidence", "reason"])
        self.assertEqual(answer["task"], "dispute_summary")
        self.assertEqual((message.type, message.role, message.stop_reason), ("message", "assistant", "end_turn"))
        self.assertTrue(message.id.startswith("msg_standin_"))
        self.assertTrue(message._request_id.startswith("req_standin_"))
        self.assertGreater(message.usage.input_tokens, 0)
        self.assertGreater(message.usage.output_tokens, 0)

    def test_structured_output_fits_the_schema(self):
        answer = json.loads(self.create().content[0].text)
        self.assertEqual(set(answer), {"task", "confidence", "reason"})
        self.assertEqual(answer["task"], "dispute_summary")

    def test_structured_output_is_parsed_into_a_type(self):
        message = self.client.messages.parse(
            model=MODEL,
            max_tokens=400,
            messages=[{"role": "user", "content": USER_TURN}],
            output_format=Triage,
        )
        self.assertIsInstance(message.parsed_output, Triage)
        self.assertEqual(message.parsed_output.task, "dispute_summary")

    def test_a_stream_adds_up_to_the_message(self):
        request = {
            "model": MODEL,
            "max_tokens": 400,
            "messages": [{"role": "user", "content": USER_TURN}],
            "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
        }
        with self.client.messages.stream(**request) as stream:
            text = "".join(stream.text_stream)
            message = stream.get_final_message()
        self.assertEqual(text, message.content[0].text)
        self.assertEqual(json.loads(text)["task"], "dispute_summary")
        self.assertEqual(message.stop_reason, "end_turn")
        self.assertGreater(message.usage.output_tokens, 1)
        whole = self.client.messages.create(**request)
        self.assertEqual(whole.content[0].text, text)

    def test_raw_events_come_in_order(self):
        kinds = [event.type for event in self.create(stream=True)]
        self.assertEqual(kinds[:2], ["message_start", "content_block_start"])
        self.assertEqual(kinds[-3:], ["content_block_stop", "message_delta", "message_stop"])

    def test_thinking_comes_before_the_text_where_it_is_asked_for(self):
        message = self.create(thinking={"type": "adaptive"})
        self.assertEqual([block.type for block in message.content], ["thinking", "text"])

    def test_a_rate_limit_is_retried_after_the_wait_it_names(self):
        switch_on("429:7")
        with mock.patch.object(time, "sleep") as sleep:
            message = self.create()
        self.assertEqual(message.stop_reason, "end_turn")
        self.assertEqual([call.args[0] for call in sleep.call_args_list], [7.0])
        self.assertEqual(len(self.requests()), 2)

    def test_overload_is_retried_twice_and_then_told(self):
        switch_on("529", times=3)
        with mock.patch.object(time, "sleep"), self.assertRaises(anthropic.APIStatusError) as raised:
            self.create()
        self.assertEqual(raised.exception.status_code, 529)
        self.assertEqual(raised.exception.body["error"]["type"], "overloaded_error")
        self.assertEqual(len(self.requests()), 3)

    def test_errors_are_mapped_to_their_classes(self):
        self.client = self.client.with_options(max_retries=0)
        for fault, error in [("429:1", anthropic.RateLimitError), ("500", anthropic.InternalServerError)]:
            switch_on(fault)
            with self.assertRaises(error) as raised:
                self.create()
            self.assertTrue(raised.exception.request_id.startswith("req_standin_"))
        with self.assertRaises(anthropic.BadRequestError):
            self.create(messages=[])
        with self.assertRaises(anthropic.NotFoundError):
            self.client.models.retrieve("no-such-model")
        without_key = {"X-Api-Key": anthropic.Omit(), "Authorization": anthropic.Omit()}
        with self.assertRaises(anthropic.AuthenticationError):
            self.create(extra_headers=without_key)

    def test_a_refusal_is_a_message(self):
        switch_on("refusal")
        message = self.create()
        self.assertEqual((message.stop_reason, message.content), ("refusal", []))

    def test_tokens_are_counted(self):
        counted = self.client.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": USER_TURN}])
        self.assertGreater(counted.input_tokens, 10)

    def test_models_are_listed_over_pages_and_read(self):
        models = list(self.client.models.list(limit=3))
        ids = [model.id for model in models]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertGreater(len(ids), 3)
        self.assertIn(MODEL, ids)
        model = self.client.models.retrieve(MODEL)
        self.assertEqual((model.id, model.type), (MODEL, "model"))
        self.assertTrue(model.capabilities.structured_outputs.supported)

    def test_every_reply_is_labelled_as_a_stand_ins(self):
        raw = self.client.messages.with_raw_response.create(
            model=MODEL, max_tokens=10, messages=[{"role": "user", "content": "x"}]
        )
        self.assertEqual(raw.headers["x-caseworker-standin"], "1")

    def requests(self):
        return [request for request in control("GET", "requests")["requests"] if request["path"] == "/v1/messages"]


if __name__ == "__main__":
    print(f"anthropic {anthropic.__version__}", flush=True)
    unittest.main()
