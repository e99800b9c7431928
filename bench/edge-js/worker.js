// A plain Worker with Caseworker's contract, to measure ours against: it takes a request, chooses an agent by words, looks
// three things up at once, proposes an action and keeps the case in a Durable Object with SQLite.
//
// It is what a careful person writes in a day, and has its best setup: one round trip to the object, one commit for each
// step. It does much less: no local model, no personal data taken out, nothing sealed, no chain of hashes, no law, no docket,
// no retries. Do not deploy it.

import { DurableObject } from "cloudflare:workers";

const TEXT_CHARS = 20_000;
const LOOKUP_MS = 5_000;
const WAIT_SECONDS = 30;

const AGENTS = {
  fraud_check: { agent: "fraud-agent", next: "score_transaction", words: /stolen|lost|hacked|did not make|unauthori[sz]ed/i },
  kyc_lookup: { agent: "kyc-agent", next: "extract_identity_fields", words: /verify|passport|identity|document/i },
  dispute_summary: { agent: "dispute-agent", next: "fetch_transaction_history", words: /twice|charged|refund|dispute/i },
  payment_status: { agent: "payment-agent", next: "fetch_payment_status", words: /transfer|payment|pending|arrive/i },
};

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const route = `${request.method} ${url.pathname}`;
    if (route === "GET /healthz") return json(200, { status: "ok" });
    if (route === "POST /v1/requests") return createCase(request, env);
    const one = /^GET \/v1\/cases\/(case_[a-f0-9]{32})$/.exec(route);
    if (one) return readCase(one[1], env);
    return problem(404, "CW404", "There is no such route.");
  },
};

async function createCase(request, env) {
  const body = await request.json().catch(() => null);
  if (body === null || typeof body !== "object") return problem(400, "CW101", "The body is not a JSON object.");
  const { text, customer_id: customer } = body;
  if (typeof text !== "string" || text.length === 0 || text.length > TEXT_CHARS) {
    return problem(422, "CW102", "`text` must have 1 to 20,000 characters.");
  }
  if (customer !== undefined && !/^[A-Za-z0-9_.:-]{1,64}$/.test(customer)) {
    return problem(422, "CW103", "`customer_id` must be a plain reference.");
  }
  const waits = /^wait=(\d+)$/.exec(request.headers.get("prefer") ?? "");
  const wait = Math.min(Number(waits?.[1] ?? 0), WAIT_SECONDS);
  const id = `case_${crypto.randomUUID().replaceAll("-", "")}`;
  return json(201, await env.CASE.getByName(id).open(id, { text, customer }, wait));
}

async function readCase(id, env) {
  const view = await env.CASE.getByName(id).view();
  return view ? json(200, view) : problem(404, "CW404", "There is no such case.");
}

export class CaseFile extends DurableObject {
  constructor(state, env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, line TEXT NOT NULL)");
  }

  async open(id, request, waitSeconds) {
    const task = classify(request.text);
    this.append({ kind: "opened", id, request, task });
    const worked = this.work(task, request.customer);
    this.ctx.waitUntil(worked);
    if (waitSeconds > 0) await Promise.race([worked, scheduler.wait(waitSeconds * 1000)]);
    return this.view();
  }

  async work(task, customer) {
    if (task.label !== "dispute_summary" || customer === undefined) return;
    const evidence = await lookUps(this.env.SOURCES, customer);
    this.append({ kind: "answered", evidence });
    this.append({ kind: "proposed", proposal: propose(evidence.transactions) });
  }

  append(entry) {
    this.sql.exec("INSERT INTO journal (at, line) VALUES (?, ?)", Date.now(), JSON.stringify(entry));
  }

  view() {
    const entries = this.sql.exec("SELECT line FROM journal ORDER BY seq").toArray().map(({ line }) => JSON.parse(line));
    const opened = entries.find(({ kind }) => kind === "opened");
    if (!opened) return null;
    const evidence = entries.find(({ kind }) => kind === "answered")?.evidence;
    const proposal = entries.find(({ kind }) => kind === "proposed")?.proposal;
    return routed(opened.id, opened.task, evidence, proposal);
  }
}

/** What a caller sees of a case. */
export function routed(id, { label, confidence }, evidence, proposal) {
  const { agent, next } = AGENTS[label] ?? { agent: "human-review", next: "review_request" };
  return {
    case_id: id,
    classification: { task: label, confidence, reason: "Words of the request.", decided_by: "local" },
    orchestration: {
      status: "ok",
      routed_to: agent,
      next_action: next,
      state: proposal || label !== "dispute_summary" ? "review" : "working",
      proposal,
      evidence: evidence && Object.keys(evidence).map((id) => ({ id, status: evidence[id] ? "found" : "missing" })),
    },
  };
}

/** All look-ups at once; what fails or is late is missing evidence. */
export async function lookUps(sources, customer) {
  const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  const paths = {
    transactions: `ledger/transactions?customer_id=${customer}&from=${day(-120)}&to=${day(1)}`,
    accounts: `ledger/accounts?customer_id=${customer}`,
    policy: "policy/passages?topic=duplicate_charge",
  };
  const replies = await Promise.all(Object.values(paths).map((path) => lookUp(sources, path)));
  return Object.fromEntries(Object.keys(paths).map((name, at) => [name, replies[at]]));
}

async function lookUp(sources, path) {
  try {
    const source = `http://${path.slice(0, path.indexOf("/"))}.internal/`;
    const response = await sources.fetch(source + path, { signal: AbortSignal.timeout(LOOKUP_MS) });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** The label by words of the request. */
export function classify(text) {
  const label = Object.keys(AGENTS).find((name) => AGENTS[name].words.test(text));
  return { label: label ?? "other", confidence: label ? 0.9 : 0.5 };
}

/** The later of two charges of one merchant and amount within three days. */
export function propose(reply) {
  const rows = (reply?.transactions ?? []).filter(({ direction }) => direction === "debit");
  const time = (row) => Date.parse(row.booked_at);
  for (const [at, row] of rows.entries()) {
    const twin = rows.slice(at + 1).find((other) => isTwin(row, other) && Math.abs(time(row) - time(other)) <= 3 * 86_400_000);
    if (twin) {
      const cites = [row, twin].map(({ id }) => `ledger:${id}`);
      const amount = { amount_minor: twin.amount_minor, currency: twin.currency };
      return { action: "refund", approval: "analyst", amount, reasons: ["duplicate_charge"], cites };
    }
  }
  return { action: "escalate", approval: "analyst", reasons: ["nothing_found"], cites: [] };
}

function isTwin(row, other) {
  return ["merchant_id", "amount_minor", "currency"].every((field) => row[field] === other[field]);
}

function json(status, body) {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}

function problem(status, code, detail) {
  const body = JSON.stringify({ type: "about:blank", status, code, title: detail, detail });
  return new Response(body, { status, headers: { "content-type": "application/problem+json" } });
}
