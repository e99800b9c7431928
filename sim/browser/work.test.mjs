// An analyst's work, from the queue to an executed action.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BASE, WORDS, api, atCase, citesHold, executed, executedAtRest, finish, form, opened, picture, send, shown, signedIn, until } from "./support.mjs";

test("a dispute goes from the queue through two people's approval to one executed action", async () => {
  const ticket = `desk-${Date.now().toString(36)}`;
  const id = await opened("cus_ada", WORDS.twice, { external_id: ticket });
  const analyst = await signedIn("analyst");
  await analyst.goto(`${BASE}/console?queue=open&q=${ticket}`);
  await picture(analyst, "queue");
  await analyst.locator("tr", { hasText: ticket }).getByRole("link").first().click();
  await analyst.waitForURL(`**/console/cases/${id}`);
  await citesHold(analyst);
  assert.match(await analyst.locator("main").innerText(), /charged twice for the same Streamly subscription/);
  await send(analyst, "claim");
  assert.equal((await shown(id)).assignee, "analyst");
  await picture(analyst, "dispute");
  await send(analyst, "approve", { reason: "Both charges stand, and there is no credit." });
  assert.match(await analyst.locator("main").innerText(), /1 of 2 approvals, by analyst/i);
  assert.deepEqual(await executedAtRest(id), [], "one approval is not enough");

  const approver = await signedIn("approver");
  await atCase(approver, id);
  await picture(approver, "dispute-second");
  await send(approver, "approve");
  await until(async () => (await shown(id)).orchestration.state === "closed");
  const actions = await executedAtRest(id);
  assert.deepEqual(actions.map(({ action }) => action), ["raise_chargeback"]);
  await atCase(approver, id);
  assert.match(await approver.locator("main").innerText(), /closed and read-only/i);
  await picture(approver, "dispute-closed");
  await finish(analyst);
  await finish(approver);
});

test("an identity case shows which document is missing, and asks for it", async () => {
  const id = await opened("cus_ivo", WORDS.identity);
  const page = await signedIn("analyst");
  await atCase(page, id);
  await citesHold(page);
  assert.match(await page.locator("main").innerText(), /missing/i);
  await picture(page, "identity");
  await send(page, "approve", { reason: "The list is right." });
  await until(async () => (await executed(id)).length > 0);
  assert.deepEqual((await executedAtRest(id)).map(({ action }) => action), ["request_documents"]);
  await finish(page);
});

test("a fraud report shows why its score is what it is, and the card is frozen after a person agrees", async () => {
  const id = await opened("cus_dan", WORDS.stolen);
  const page = await signedIn("another-analyst");
  await atCase(page, id);
  await citesHold(page);
  const text = await page.locator("main").innerText();
  assert.match(text, /high/i);
  assert.match(text, /normal|usual/i, "a score is compared with what is normal");
  await picture(page, "fraud");
  const { action } = (await shown(id)).orchestration.proposal;
  await send(page, "approve", { reason: "Four payments abroad at night." });
  await until(async () => (await executed(id)).length > 0);
  assert.deepEqual((await executedAtRest(id)).map((one) => one.action), [action]);
  await finish(page);
});

test("a payment is explained, and the customer gets a letter that an analyst has edited", async () => {
  const id = await opened("cus_gil", WORDS.pending);
  const page = await signedIn("analyst");
  await atCase(page, id);
  await citesHold(page);
  await picture(page, "payment");
  const letter = await form(page, "reply");
  const field = letter.locator("textarea").first();
  const drafted = await field.inputValue();
  assert.ok(drafted.length > 40, `a letter is drafted: ${drafted}`);
  await field.fill(`${drafted}\n\nWe filed a suspicious activity report about you.`);
  await Promise.all([page.waitForNavigation(), letter.locator('button[type="submit"]').click()]);
  const letters = async () => (await executedAtRest(id)).filter(({ action }) => action === "send_letter");
  assert.deepEqual(await letters(), [], "the filter keeps it");
  const kept = (await form(page, "reply")).locator("textarea").first();
  assert.match(await kept.inputValue(), /suspicious activity report/, "what was typed is still there");
  await picture(page, "letter-refused");
  await kept.fill(`${drafted}\n\nKind regards, the payments desk`);
  await Promise.all([page.waitForNavigation(), (await form(page, "reply")).locator('button[type="submit"]').click()]);
  await until(async () => (await executed(id)).some(({ action }) => action === "send_letter"));
  const sent = await letters();
  assert.equal(sent.length, 1, "what the filter kept was not sent later");
  assert.match(sent[0].letter, /the payments desk/);
  assert.doesNotMatch(sent[0].letter, /suspicious activity/);
  await finish(page);
});

test("the next case is claimed by one analyst alone", async () => {
  await opened("cus_ben", WORDS.twice);
  await opened("cus_cleo", WORDS.twice);
  const [one, other] = await Promise.all([signedIn("analyst"), signedIn("another-analyst")]);
  const claim = async (page) => {
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Claim the next case" }).click()]);
    return new URL(page.url()).pathname;
  };
  const [first, second] = await Promise.all([claim(one), claim(other)]);
  for (const place of [first, second]) assert.match(place, /^\/console\/cases\/case_[a-z0-9]{26}$/, "a case is opened");
  assert.notEqual(first, second);
  const [assignee, otherAssignee] = await Promise.all([first, second].map(async (place) => (await shown(place.split("/").pop())).assignee));
  assert.deepEqual([assignee, otherAssignee], ["analyst", "another-analyst"]);
  await finish(one);
  await finish(other);
});

test("what goes on elsewhere appears without reloading, and typed text stays", async () => {
  const page = await signedIn("analyst");
  const id = await opened("cus_kai", WORDS.twice, { external_id: `live-${Date.now().toString(36)}` });
  const ticket = (await shown(id)).external_id;
  await page.goto(`${BASE}/console?queue=all&q=live-`);
  const later = `live-${(Date.now() + 7).toString(36)}`;
  const second = await opened("cus_jun", WORDS.twice, { external_id: later });
  await page.locator("tr", { hasText: later }).waitFor({ timeout: 20_000 });
  assert.ok(await page.locator("tr", { hasText: ticket }).count());

  await atCase(page, second);
  const note = (await form(page, "escalate")).locator("textarea").first();
  await note.fill("half a sentence that must not be lost");
  await api("analyst", "POST", `/v1/cases/${second}/messages`, { from: "analyst", text: "A colleague looked as well." });
  await page.getByText("A colleague looked as well.").first().waitFor({ timeout: 20_000 });
  assert.equal(await note.inputValue(), "half a sentence that must not be lost");
  await finish(page);
});
