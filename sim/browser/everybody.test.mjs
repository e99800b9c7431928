// The console for everybody: with a keyboard alone, without scripts, in the dark, enlarged, on a phone, read aloud.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BASE, WORDS, accessible, api, atCase, executed, finish, fits, form, opened, picture, send, shown, signedIn, unfolded, until, watched } from "./support.mjs";

/** Every page of the console, each filled with data. */
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
  for (const [name, id] of Object.entries({ ...cases, closed })) addresses[`case-${name}`] = `/console/cases/${id}`;
  return { ...addresses, oversight: "/console/oversight", rules: "/console/rules", missing: "/console/cases/case_aaaaaaaaaaaaaaaaaaaaaaaaaa" };
}

const LOOKS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 360, height: 740 }, isMobile: false },
  enlarged: { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
};

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
    for (const [name, address] of Object.entries(all)) {
      await page.goto(`${BASE}${address}`);
      if (look === "light" || look === "phone") await unfolded(page);
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
  const page = await signedIn("analyst");
  await page.keyboard.press("/");
  await page.keyboard.type(ticket);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  await page.locator("main h1").click();
  await page.keyboard.press("j");
  await Promise.all([page.waitForURL(`**/console/cases/${id}`), page.keyboard.press("Enter")]);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("c")]);
  assert.equal((await shown(id)).assignee, "analyst");
  const button = (await form(page, "approve")).locator('button[type="submit"]');
  // From the top of the page, with the key that goes to the next control, as far as it takes.
  await page.locator("body").press("Home");
  for (let steps = 0; steps < 400 && !(await button.evaluate((element) => element === document.activeElement)); steps += 1) {
    await page.keyboard.press("Tab");
  }
  const outline = await button.evaluate((element) => getComputedStyle(element).outlineStyle);
  assert.notEqual(outline, "none", "where the focus is can be seen");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.deepEqual((await shown(id)).orchestration.proposal.approved_by, ["analyst"]);
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
  assert.equal((await executed(id)).length, 1);
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
