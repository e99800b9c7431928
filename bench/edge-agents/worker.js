// The plain Worker's contract (`bench/edge-js/worker.js`) on Cloudflare's Agents SDK: each case is an Agent, its journal lies in
// the Agent's SQLite, and its view is the Agent's state, which the SDK keeps and would send to whoever is connected.
//
// It has its best setup: called as an object and not over a WebSocket, no chat and no model layer, one state for each step. What
// it leaves out is what the plain one leaves out. Do not deploy it.

import { Agent, getAgentByName } from "agents";
import plain, { classify, lookUps, propose, routed } from "../edge-js/worker.js";

export default {
  fetch(request, env) {
    return plain.fetch(request, { ...env, CASE: { getByName: (name) => byName(env.CASE, name) } });
  },
};

/** The Agent of a case, with the two calls that the plain object has. */
function byName(namespace, name) {
  const agent = getAgentByName(namespace, name);
  return {
    open: async (...words) => (await agent).openCase(...words),
    view: async () => (await agent).readCase(),
  };
}

export class CaseFile extends Agent {
  initialState = null;

  async openCase(id, request, waitSeconds) {
    this.sql`CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, line TEXT NOT NULL)`;
    const task = classify(request.text);
    this.append({ kind: "opened", id, request, task });
    this.setState(routed(id, task));
    const worked = this.work(task, request.customer);
    this.ctx.waitUntil(worked);
    if (waitSeconds > 0) await Promise.race([worked, scheduler.wait(waitSeconds * 1000)]);
    return this.state;
  }

  readCase() {
    return this.state;
  }

  async work(task, customer) {
    if (task.label !== "dispute_summary" || customer === undefined) return;
    const evidence = await lookUps(this.env.SOURCES, customer);
    this.append({ kind: "answered", evidence });
    const proposal = propose(evidence.transactions);
    this.append({ kind: "proposed", proposal });
    this.setState(routed(this.state.case_id, task, evidence, proposal));
  }

  append(entry) {
    this.sql`INSERT INTO journal (at, line) VALUES (${Date.now()}, ${JSON.stringify(entry)})`;
  }
}
