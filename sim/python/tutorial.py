"""The flow of the tutorial: the SDK labels a request, and a plain HTTP client posts the task to the Worker.

Reads STANDIN_URL, CLOUDFLARE_WORKER_URL and, where the Worker asks for a key, CASEWORKER_API_KEY.
"""

import json
import os

import anthropic
import requests

REQUEST_TEXT = "Customer says their card was charged twice for the same subscription."
PROMPT = f"""Classify this fintech support request.

Allowed tasks: fraud_check, kyc_lookup, dispute_summary, payment_status
Return only valid JSON with these keys: task, confidence, reason

Request: {REQUEST_TEXT}
"""


def classify() -> dict:
    client = anthropic.Anthropic(base_url=os.environ["STANDIN_URL"], api_key="test-key")
    message = client.messages.create(
        model="claude-haiku-5-5", max_tokens=300, messages=[{"role": "user", "content": PROMPT}]
    )
    return json.loads(message.content[0].text)


def send(classification: dict) -> dict:
    headers = {"X-Agent-System": "fintech-multi-agent"}
    key = os.environ.get("CASEWORKER_API_KEY")
    if key:
        headers["Authorization"] = f"Bearer {key}"
    task = {**classification, "request_text": REQUEST_TEXT}
    response = requests.post(os.environ["CLOUDFLARE_WORKER_URL"], json=task, headers=headers, timeout=30)
    response.raise_for_status()
    return response.json()


def main() -> None:
    classification = classify()
    orchestration = send(classification)
    print(json.dumps({"classification": classification, "orchestration": orchestration}, indent=2))
    expected = {"status": "ok", "routed_to": "dispute-agent", "next_action": "fetch_transaction_history"}
    assert classification["task"] == "dispute_summary", classification
    assert expected.items() <= orchestration.items(), orchestration
    assert orchestration["case_id"].startswith("case_"), orchestration


if __name__ == "__main__":
    main()
