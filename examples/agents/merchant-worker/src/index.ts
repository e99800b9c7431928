// A merchant look-up agent as a Cloudflare Worker, reached by a service binding: it answers in place of the `merchants`
// source, in that source's own shape. It verifies who asks and keeps nothing.

import { merchants, type Merchant } from "./merchants";
import { isSigned } from "./signature";

interface Env {
  /** The agent's name in Caseworker's configuration. */
  AGENT_NAME: string;
  /** What `caseworker agents secret NAME` prints. */
  AGENT_SECRET: string;
}

/** What of a task this agent reads. More may be in it. */
interface LookupTask {
  v: number;
  kind: string;
  lookup?: { lookup: string; q?: string };
}

const PATH = "/v1/agent-tasks";
const MOST_BYTES = 1_000_000;
/** So many words of a query are looked at. */
const MOST_WORDS = 50;

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    if (request.method !== "POST" || url.pathname !== PATH) {
      // Not 404: of a look-up that would say that what was asked for is unknown.
      return problem(410, "There is no such address.");
    }
    const body = new Uint8Array(await request.arrayBuffer());
    if (body.byteLength > MOST_BYTES) {
      return problem(413, "A task has at most a megabyte.");
    }
    const header = request.headers.get("authorization") ?? "";
    const signed = { method: request.method, path: url.pathname + url.search, body };
    if (!(await isSigned(header, signed, { name: env.AGENT_NAME, secret: env.AGENT_SECRET }))) {
      return problem(401, "The signature is missing, wrong or too old.");
    }
    const task = read(body);
    if (task?.kind !== "lookup" || task.lookup?.lookup !== "merchants") {
      return problem(422, "This agent looks up merchants.");
    }
    return Response.json({ reply: { merchants: find(task.lookup.q ?? "") } });
  },
};

/** Merchants that share words with the query, those that share most first. */
function find(query: string): Merchant[] {
  const wanted = new Set(words(query).slice(0, MOST_WORDS));
  const shared = (merchant: Merchant): number =>
    words([merchant.name, merchant.category, ...merchant.descriptors].join(" ")).filter((word) => wanted.has(word)).length;
  return merchants
    .map((merchant) => ({ merchant, score: shared(merchant) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ merchant }) => merchant);
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [];
}

function read(body: Uint8Array): LookupTask | undefined {
  try {
    const task: LookupTask = JSON.parse(new TextDecoder().decode(body));
    return typeof task === "object" && task !== null && task.v === 1 ? task : undefined;
  } catch {
    return undefined;
  }
}

function problem(status: number, title: string): Response {
  return new Response(JSON.stringify({ status, title }), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}
