// The console for everybody: with a keyboard alone, without scripts, in the dark, enlarged, on a phone, read aloud.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BASE, HOLDERS, WORDS, accessible, api, atCase, executed, executedAtRest, finish, fits, opened, picture, send, shown, signedIn, tabbedTo, unfolded, until, watched } from "./support.mjs";

/** Every page of the console, each filled with data, and the packs of evidence, which are pages of their own. */
async function pages() {
  const cases = {
    dispute: await opened("cus_ada", WORDS.twice),
    fraud: await opened("cus_dan", WORDS.stolen),
    identity: await opened("cus_ivo", WORDS.identity),
    payment: await opened("cus_fay", WORDS.pending),
    unsorted: await opened("cus_ben", "Hello, what a lovely day it is."),
  };
  const closed = await opened("cus_cleo", WORDS.twice);
  await api("analyst", "POST", `/v1/cases/${closed}/commands`, { command: "close", reason: "Said by telephone." });
  const addresses = { queue: "/console?queue=all", "queue-empty": "/console?queue=mine&q=nothing-is-called-so" };
  for (const [name, id] of Object.entries({ ...cases, closed })) {
    addresses[`case-${name}`] = `/console/cases/${id}`;
    addresses[`pack-${name}`] = `/console/cases/${id}/pack`;
  }
  return { ...addresses, oversight: "/console/oversight", rules: "/console/rules", missing: "/console/cases/case_aaaaaaaaaaaaaaaaaaaaaaaaaa" };
}

const LOOKS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 360, height: 740 }, isMobile: false },
  enlarged: { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
};

/** Shows packs as somebody sees the file that they kept: a host sends it to be kept, and not to be looked at. */
async function showsPacks(page) {
  await page.route("**/console/cases/*/pack", async (route) => {
    const response = await route.fetch();
    assert.equal(response.status(), 200);
    await route.fulfill({ contentType: response.headers()["content-type"], body: await response.body() });
  });
}

test("axe finds nothing serious on any page, in any look, and nothing lies beside the window", async () => {
  const all = await pages();
  for (const [look, options] of Object.entries(LOOKS)) {
    const door = await watched(options);
    await door.goto(`${BASE}/console/sign-in`);
    await accessible(door, `sign-in, ${look}`);
    await fits(door, `sign-in, ${look}`);
    await picture(door, `${look}-sign-in`);
    await finish(door);
    const page = await signedIn("admin", options);
    await showsPacks(page);
    for (const [name, address] of Object.entries(all)) {
      await page.goto(`${BASE}${address}`);
      assert.equal(await page.locator("body.pack").count(), name.startsWith("pack-") ? 1 : 0, name);
      await unfolded(page);
      await accessible(page, `${name}, ${look}`);
      await fits(page, `${name}, ${look}`);
      await picture(page, `${look}-${name}`);
    }
    await finish(page);
  }
});

test("everything is done with a keyboard alone", async () => {
  const ticket = `keys-${Date.now().toString(36)}`;
  const id = await opened("cus_ada", WORDS.twice, { external_id: ticket });
  const page = await watched();
  // Whatever a mouse does is a fault here.
  await page.exposeFunction("mouseUsed", () => page.faults.push("a mouse was used"));
  await page.addInitScript(() => addEventListener("mousedown", () => window.mouseUsed(), true));
  await page.goto(`${BASE}/console`);
  await tabbedTo(page, page.getByLabel("Key or token"));
  await page.keyboard.type(HOLDERS.analyst);
  await Promise.all([page.waitForURL((url) => url.pathname === "/console"), page.keyboard.press("Enter")]);
  await page.keyboard.press("/");
  await page.keyboard.type(ticket);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  await page.keyboard.press("j");
  await Promise.all([page.waitForURL(`**/console/cases/${id}`), page.keyboard.press("Enter")]);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("c")]);
  assert.equal((await shown(id)).assignee, "analyst");
  // From the top of the page.
  await page.locator("body").press("Home");
  const sends = page.locator('form:has(input[name="command"][value="approve"]) button[type="submit"]').first();
  await tabbedTo(page, sends);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.deepEqual((await shown(id)).orchestration.proposal.approved_by, ["analyst"]);
  // The words for another decision lie in a fold.
  const reason = page.locator('form:has(input[name="command"][value="decide"]) [name="reason"]').first();
  assert.equal(await reason.isVisible(), false, "it is folded");
  await tabbedTo(page, reason);
  await page.keyboard.type("Typed without a mouse.");
  assert.equal(await reason.inputValue(), "Typed without a mouse.");
  await finish(page);
});

test("everything is done with scripts off", async () => {
  const id = await opened("cus_dan", WORDS.stolen);
  const page = await signedIn("analyst", { javaScriptEnabled: false });
  await atCase(page, id);
  await picture(page, "without-scripts");
  const click = async (command, fields = {}) => {
    const filled = page.locator(`form:has(input[name="command"][value="${command}"])`).first();
    for (const fold of await page.locator("details", { has: filled }).all()) {
      if ((await fold.getAttribute("open")) === null) await fold.locator("> summary").click();
    }
    for (const [name, value] of Object.entries(fields)) await filled.locator(`[name="${name}"]`).fill(value);
    await Promise.all([page.waitForNavigation(), filled.locator('button[type="submit"]').click()]);
  };
  await click("claim");
  await click("approve", { reason: "Without a script." });
  await until(async () => (await executed(id)).length > 0);
  assert.equal((await executedAtRest(id)).length, 1);
  await finish(page);
});

test("personal data is masked until somebody asks to see it, which the journal keeps", async () => {
  const id = await opened("cus_ada", "My card 4111 1111 1111 1111 was charged twice by Streamly this month.");
  const page = await signedIn("analyst");
  await atCase(page, id);
  assert.doesNotMatch(await page.content(), /4111 ?1111 ?1111 ?1111/);
  await send(page, "reveal");
  assert.match((await page.locator("main").innerText()).replace(/\D/g, ""), /4111111111111111/);
  const journal = (await api("auditor", "GET", `/v1/cases/${id}/journal`)).body;
  assert.match(journal, /"command":"reveal"/);
  assert.doesNotMatch(journal, /41111111/);
  await page.reload();
  await atCase(page, id);
  assert.doesNotMatch(await page.content(), /4111 ?1111 ?1111 ?1111/, "it is shown once");
  await finish(page);
});
