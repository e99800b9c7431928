// The official TypeScript SDK against the stand-in at STANDIN_URL; run.mjs calls it once for each SDK.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeEach, test } from "node:test";

const { STANDIN_URL, SDK, SDK_PLACE } = process.env;
const require = createRequire(join(SDK_PLACE, "package.json"));
const { default: Anthropic } = require(SDK);
const { jsonSchemaOutputFormat } = require(`${SDK}/helpers/json-schema`);

const MODEL = "claude-haiku-5-5";
const TEXT = "Customer says their card was charged twice for the same subscription.";
const USER_TURN = JSON.stringify({ source: "customer", text: TEXT });
const SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["task", "confidence", "reason"],
  properties: {
    task: { type: "string", enum: ["fraud_check", "kyc_lookup", "dispute_summary", "payment_status", "other"] },
    confidence: { type: "number" },
    reason: { type: "string" },
  },
};
const REQUEST = {
  model: MODEL,
  max_tokens: 400,
  messages: [{ role: "user", content: USER_TURN }],
  output_config: { format: { type: "json_schema", schema: SCHEMA } },
};

const client = new Anthropic({ baseURL: STANDIN_URL, apiKey: "test-key" });

async function control(method, path, body) {
  const response = await fetch(`${STANDIN_URL}/sandbox/${path}`, { method, body: body && JSON.stringify(body) });
  assert.equal(response.status, 200);
  return response.json();
}

const switchOn = (fault, times = 1) => control("POST", "faults", { target: "messages", fault, times });

async function arrived() {
  const { requests } = await control("GET", "requests");
  return requests.filter((request) => request.path === "/v1/messages").length;
}

/** Runs the work with the waits of the SDK noted down and not waited out. */
async function withoutWaiting(work) {
  const { setTimeout: wait } = globalThis;
  const waits = [];
  globalThis.setTimeout = (callback, ms, ...rest) => {
    const isTimeoutOfRequest = ms >= 60_000;
    if (!isTimeoutOfRequest) waits.push(ms);
    return wait(callback, isTimeoutOfRequest ? ms : 0, ...rest);
  };
  try {
    return { result: await work(), waits };
  } finally {
    globalThis.setTimeout = wait;
  }
}

beforeEach(async () => {
  await control("DELETE", "faults");
  await control("DELETE", "requests");
});

test("a plain prompt for JSON gets it as the first block", async () => {
  const content = `Classify into fraud_check, kyc_lookup, dispute_summary or payment_status. Return only JSON with task, confidence and reason.\n\nRequest: ${TEXT}`;
  const message = await client.messages.create({ model: MODEL, max_tokens: 300, messages: [{ role: "user", content }] });
  const answer = JSON.parse(message.content[0].text);
  assert.deepEqual(Object.keys(answer), ["task", "confidence", "reason"]);
  assert.equal(answer.task, "dispute_summary");
  assert.match(message.id, /^msg_standin_/);
  assert.match(message._request_id, /^req_standin_/);
  assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
});

test("structured output fits the schema and is parsed", async () => {
  const output_config = { format: jsonSchemaOutputFormat(SCHEMA) };
  const message = await client.messages.parse({ ...REQUEST, output_config });
  assert.equal(message.parsed_output.task, "dispute_summary");
  assert.equal(typeof message.parsed_output.confidence, "number");
});

test("a stream adds up to the message", async () => {
  const pieces = [];
  const stream = client.messages.stream(REQUEST).on("text", (piece) => pieces.push(piece));
  const message = await stream.finalMessage();
  assert.equal(pieces.join(""), message.content[0].text);
  assert.ok(pieces.length > 1);
  assert.equal(message.stop_reason, "end_turn");
  const whole = await client.messages.create(REQUEST);
  assert.equal(whole.content[0].text, message.content[0].text);
});

test("raw events come in order", async () => {
  const kinds = [];
  for await (const event of await client.messages.create({ ...REQUEST, stream: true })) kinds.push(event.type);
  assert.deepEqual(kinds.slice(0, 2), ["message_start", "content_block_start"]);
  assert.deepEqual(kinds.slice(-3), ["content_block_stop", "message_delta", "message_stop"]);
});

test("a rate limit is retried after the wait it names", async () => {
  await switchOn("429:7");
  const { result, waits } = await withoutWaiting(() => client.messages.create(REQUEST));
  assert.equal(result.stop_reason, "end_turn");
  assert.ok(waits.includes(7000), `waits: ${waits}`);
  assert.equal(await arrived(), 2);
});

test("overload is retried twice and then told", async () => {
  await switchOn("529", 3);
  const failing = () => assert.rejects(client.messages.create(REQUEST), { status: 529 });
  await withoutWaiting(failing);
  assert.equal(await arrived(), 3);
});

test("errors are mapped to their classes", async () => {
  const once = client.withOptions({ maxRetries: 0 });
  await switchOn("429:1");
  await assert.rejects(once.messages.create(REQUEST), (error) => {
    assert.ok(error instanceof Anthropic.RateLimitError);
    assert.match(error.requestID, /^req_standin_/);
    return true;
  });
  await switchOn("500");
  await assert.rejects(once.messages.create(REQUEST), Anthropic.InternalServerError);
  await assert.rejects(once.messages.create({ ...REQUEST, messages: [] }), Anthropic.BadRequestError);
  await assert.rejects(once.models.retrieve("no-such-model"), Anthropic.NotFoundError);
  const withoutKey = { headers: { "x-api-key": null, authorization: null } };
  await assert.rejects(once.messages.create(REQUEST, withoutKey), Anthropic.AuthenticationError);
});

test("tokens are counted", async () => {
  const counted = await client.messages.countTokens({ model: MODEL, messages: REQUEST.messages });
  assert.ok(counted.input_tokens > 10);
});

test("models are listed over pages and read", async () => {
  const ids = [];
  for await (const model of client.models.list({ limit: 3 })) ids.push(model.id);
  assert.ok(ids.length > 3 && new Set(ids).size === ids.length && ids.includes(MODEL));
  const model = await client.models.retrieve(MODEL);
  assert.equal(model.id, MODEL);
  assert.equal(model.capabilities.structured_outputs.supported, true);
});

test("every reply is labelled as a stand-in's", async () => {
  const { response } = await client.messages.create(REQUEST).withResponse();
  assert.equal(response.headers.get("x-caseworker-standin"), "1");
});
