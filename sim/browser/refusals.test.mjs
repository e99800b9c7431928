// What the console refuses, and what it keeps of what was typed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BASE, WORDS, api, atCase, executedAtRest, finish, form, opened, picture, send, shown, signedIn, watched } from "./support.mjs";

test("nobody is two people", async () => {
  const id = await opened("cus_ada", WORDS.twice);
  const page = await signedIn("analyst");
  await atCase(page, id);
  await send(page, "approve");
  assert.equal(await (await page.locator('form:has(input[value="approve"])')).count(), 0, "no second approval is offered");
  const { id: proposal, hash } = (await shown(id)).orchestration.proposal;
  const again = await api("analyst", "POST", `/v1/cases/${id}/commands`, { command: "approve", proposal, hash });
  assert.equal(again.status, 403, JSON.stringify(again.body));
  assert.deepEqual(await executedAtRest(id), []);
  assert.deepEqual((await shown(id)).orchestration.proposal.approved_by, ["analyst"], "one person counts once");
  await finish(page);
});

test("an approval of what is no longer shown is refused, and the note stays", async () => {
  const id = await opened("cus_ada", WORDS.twice);
  const page = await signedIn("analyst");
  await atCase(page, id);
  const approve = await form(page, "approve");
  await approve.locator('[name="reason"]').fill("I looked at the old evidence.");
  // The page may not refresh meanwhile: what is sent is what was shown.
  await page.route("**/live*", (route) => route.abort());
  const later = { from: "customer", text: "It was Streamly, on the card ending in 1881, charged twice on the same day." };
  assert.equal((await api("submitter", "POST", `/v1/cases/${id}/messages`, later, { prefer: "wait=20" })).status, 200);
  await Promise.all([page.waitForNavigation(), approve.locator('button[type="submit"]').click()]);
  const text = await page.locator("main").innerText();
  assert.match(text, /changed since it was shown|no longer/i);
  assert.ok(await page.getByText("I looked at the old evidence.").count() || (await page.locator("textarea").evaluateAll((all) => all.some((one) => one.value === "I looked at the old evidence."))), "the note is kept");
  assert.deepEqual(await executedAtRest(id), []);
  assert.deepEqual((await shown(id)).orchestration.proposal.approved_by, []);
  await picture(page, "stale");
  await finish(page);
});

test("a note of an analyst's makes nothing stale", async () => {
  const id = await opened("cus_ada", WORDS.twice);
  const before = (await shown(id)).orchestration.proposal.hash;
  const page = await signedIn("analyst");
  await atCase(page, id);
  await send(page, "message", { text: "I have called the merchant." });
  assert.equal((await shown(id)).orchestration.proposal.hash, before);
  await finish(page);
});

test("who only reads is offered nothing, and gets nothing", async () => {
  const id = await opened("cus_ada", WORDS.twice);
  const page = await signedIn("auditor");
  await atCase(page, id);
  assert.equal(await page.locator('main form input[name="command"]').count(), 0);
  const csrf = await page.locator('input[name="csrf"]').first().inputValue();
  const { id: proposal, hash } = (await shown(id)).orchestration.proposal;
  const answer = await page.request.post(`${BASE}/console/cases/${id}`, {
    form: { csrf, command: "approve", proposal, hash }, headers: { origin: BASE }, maxRedirects: 0,
  });
  assert.equal(answer.status(), 403);
  assert.deepEqual(await executedAtRest(id), []);
  assert.deepEqual((await shown(id)).orchestration.proposal.approved_by, []);
  await picture(page, "auditor");
  await finish(page);
});

test("another tenant's case is not there", async () => {
  const id = await opened("cus_ada", WORDS.twice);
  const page = await signedIn("foreigner");
  const answer = await page.goto(`${BASE}/console/cases/${id}`);
  assert.equal(answer.status(), 404);
  assert.doesNotMatch(await page.locator("body").innerText(), /Streamly/);
  await picture(page, "not-found");
  await finish(page);
});

test("a form without its token, or from elsewhere, does nothing", async () => {
  const id = await opened("cus_ada", WORDS.twice);
  const page = await signedIn("analyst");
  await atCase(page, id);
  const csrf = await page.locator('input[name="csrf"]').first().inputValue();
  const post = (form, origin) =>
    page.request.post(`${BASE}/console/cases/${id}`, { form, headers: { origin }, maxRedirects: 0 });
  assert.equal((await post({ command: "claim" }, BASE)).status(), 403);
  assert.equal((await post({ command: "claim", csrf: `${csrf}x` }, BASE)).status(), 403);
  assert.equal((await post({ command: "claim", csrf }, "https://elsewhere.example")).status(), 403);
  assert.equal((await shown(id)).assignee, undefined);
  await finish(page);
});

test("nobody gets in without a key, and a session ends when it is ended", async () => {
  const page = await watched();
  await page.goto(`${BASE}/console`);
  await page.getByLabel("Key or token").fill("cw_nobody_has_this_key");
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Sign in" }).click()]);
  assert.match(page.url(), /sign-in/);
  await picture(page, "sign-in-refused");
  await finish(page);

  const analyst = await signedIn("analyst");
  const cookies = await analyst.context().cookies();
  await Promise.all([analyst.waitForNavigation(), analyst.getByRole("button", { name: "Sign out" }).click()]);
  await analyst.context().addCookies(cookies);
  await analyst.goto(`${BASE}/console`);
  assert.match(analyst.url(), /sign-in/, "the old session's cookie is worth nothing");
  await finish(analyst);
});
