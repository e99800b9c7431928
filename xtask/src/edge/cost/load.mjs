// Works disputes from the first sentence to the closed case, one after the other: node load.mjs URL CASES
// Three requests a case: the customer's, an analyst who reads it, and the approval.
const [url, cases] = process.argv.slice(2);

async function call(path, body) {
  const init = body && {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "wait=20" },
    body: JSON.stringify(body),
  };
  const reply = await fetch(url + path, init);
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
  return reply.json();
}

for (let n = 0; n < 100; n += 1) {
  const ready = await fetch(`${url}/healthz`).then((reply) => reply.ok, () => false);
  if (ready) break;
  await new Promise((resolve) => setTimeout(resolve, 100));
}
for (let n = 0; n < Number(cases); n += 1) {
  const text = "My card was charged twice for the same subscription.";
  const { case_id } = await call("/v1/requests", { text, customer_id: "cus_ada" });
  const { orchestration } = await call(`/v1/cases/${case_id}`);
  const { id, hash } = orchestration.proposal;
  const closed = await call(`/v1/cases/${case_id}/commands`, { command: "approve", proposal: id, hash });
  if (closed.orchestration.state !== "closed") throw new Error(`${case_id} is ${closed.orchestration.state}`);
}
