// The official library of Standard Webhooks on both ends of the binary at BINARY; webhooks.mjs calls it.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const { BINARY, SDK_PLACE } = process.env;
const { Webhook } = createRequire(join(SDK_PLACE, "package.json"))("standardwebhooks");

const folder = mkdtempSync(join(tmpdir(), "caseworker-webhooks-"));
const told = [];
const refused = [];
let host, receiver, url, secret, hook, admin;

function run(...words) {
  const done = spawnSync(BINARY, words, { cwd: folder, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout);
}

async function until(found, what) {
  for (let tries = 0; tries < 300; tries += 1) {
    const value = await found();
    if (value) return value;
    await new Promise((later) => setTimeout(later, 100));
  }
  return assert.fail(`${what}; told: ${JSON.stringify(told)}; refused: ${refused}; ${host.said}`);
}

async function call(method, path, body, headers = {}) {
  const own = { authorization: `Bearer ${admin}`, "content-type": "application/json", ...headers };
  const answer = await fetch(`${url}${path}`, { method, body: body && JSON.stringify(body), headers: own });
  return { status: answer.status, body: await answer.json() };
}

before(async () => {
  secret = run("webhooks", "secret").secret;
  admin = run("keys", "create", "--tenant", "acme", "--subject", "alice", "--role", "admin").key;
  hook = run("keys", "create", "--webhook", "--tenant", "acme", "--subject", "alice", "--role", "submitter");
  const library = new Webhook(secret);
  receiver = createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      try {
        told.push(library.verify(Buffer.concat(pieces).toString(), request.headers));
        response.writeHead(204).end();
      } catch (error) {
        refused.push(String(error));
        response.writeHead(401).end();
      }
    });
  });
  await new Promise((ready) => receiver.listen(0, "127.0.0.1", ready));
  writeFileSync(join(folder, "caseworker.toml"), `[webhook]\nurl = "http://127.0.0.1:${receiver.address().port}/hooks"\n`);
  const environment = { ...process.env, CASEWORKER_WEBHOOK_SECRET: secret };
  host = spawn(BINARY, ["serve", "--sandbox", "--listen", "127.0.0.1:0"], { cwd: folder, env: environment });
  host.said = "";
  host.stderr.on("data", (piece) => (host.said += piece));
  url = await until(() => /listening on (\S+)/.exec(host.said)?.[1], "the host does not listen");
});

after(() => {
  host?.kill("SIGKILL");
  receiver?.close();
  rmSync(folder, { recursive: true, force: true });
});

const events = (id) => told.filter((event) => event.data.case_id === id).map((event) => event.type);

test("the library verifies what leaves", async () => {
  const request = { text: "I was charged twice for the same subscription.", customer_id: "cus_ada", external_id: "t-1" };
  const opened = await call("POST", "/v1/requests", request, { prefer: "wait=30" });
  assert.equal(opened.status, 201, JSON.stringify(opened.body));
  await until(() => events(opened.body.case_id).includes("case.in_review"), "nobody was told");
  assert.deepEqual(events(opened.body.case_id), ["case.opened", "case.in_review"]);
  assert.deepEqual(refused, []);
  assert.throws(() => new Webhook(run("webhooks", "secret").secret).verify("{}", { "webhook-id": "x" }));
});

test("what the library signs is taken once, and nothing else is", async () => {
  const body = JSON.stringify({
    type: "customer.answered",
    timestamp: new Date().toISOString(),
    data: { external_id: "t-1", text: "It was Streamly, twice in May." },
  });
  const library = new Webhook(hook.secret);
  const post = async (id, at, text, signer = library) => {
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": signer.sign(id, at, text),
    };
    const answer = await fetch(`${url}/v1/hooks/${hook.id}`, { method: "POST", headers, body: text });
    return { status: answer.status, body: await answer.json() };
  };
  const taken = await post("msg_1", new Date(), body);
  assert.equal(taken.status, 200, JSON.stringify(taken.body));
  const again = await post("msg_1", new Date(), body);
  assert.equal(again.status, 200, JSON.stringify(again.body));
  const journal = await fetch(`${url}/v1/cases/${taken.body.case_id}/journal`, { headers: { authorization: `Bearer ${admin}` } });
  const kinds = (await journal.text()).trim().split("\n").map((line) => JSON.parse(line).entry.kind);
  assert.equal(kinds.filter((kind) => kind === "messaged").length, 1);
  const refusals = [
    ["CW203", await post("msg_2", new Date(), body, new Webhook(secret))],
    ["CW204", await post("msg_3", new Date(Date.now() - 600_000), body)],
    ["CW121", await post("msg_4", new Date(), JSON.stringify({ type: "case.burnt", data: { external_id: "t-1" } }))],
  ];
  for (const [code, answer] of refusals) assert.equal(answer.body.code, code, JSON.stringify(answer));
});
