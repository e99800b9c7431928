// What the browser's tests share: a browser, people who sign in, pages that are watched, and the API beside them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after } from "node:test";

const require = createRequire(join(process.env.PACKAGES, "package.json"));
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const BASE = process.env.BASE.replace(/\/$/, "");
const SANDBOX = process.env.SANDBOX.replace(/\/$/, "");
export const HOLDERS = JSON.parse(process.env.HOLDERS);

/** What customers of the sandbox bank write; docs/sandbox.md says what happened to whom. */
export const WORDS = {
  twice: "My card was charged twice for the same Streamly subscription this month.",
  stolen: "My card was stolen yesterday and there are several payments abroad that I did not make. Please freeze my card.",
  identity: "Why is my identity verification not complete? Which identity documents do you need?",
  pending: "The recipient has not received my transfer yet, what is its status?",
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
after(() => browser.close());

/** A page of a browser of its own, watched: nothing may ask, fail, or leave for elsewhere. */
export async function watched(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on("dialog", (dialog) => {
    // Leaving with unsent text is asked about; nothing else may ask.
    if (dialog.type() !== "beforeunload") page.faults.push(`a dialog: ${dialog.message()}`);
    dialog.accept().catch(() => {});
  });
  page.on("pageerror", (error) => page.faults.push(`a script failed: ${error.message}`));
  page.on("console", (message) => {
    const refused = /Content Security Policy|Refused to/.test(message.text());
    if (message.type() === "error" && refused) page.faults.push(message.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== BASE) page.faults.push(`a request to ${url.origin}`);
  });
  return page;
}

/** Ends a page, and says what went wrong on it. */
export async function finish(page) {
  await page.context().close();
  assert.deepEqual(page.faults, []);
}

/** Somebody signs in with a key. */
export async function signedIn(holder, options = {}) {
  const page = await watched(options);
  await page.goto(`${BASE}/console`);
  assert.match(page.url(), /\/console\/sign-in/);
  await page.getByLabel("Key or token").fill(HOLDERS[holder]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/console");
  return page;
}

/** A call of the API with somebody's key. */
export async function api(holder, method, path, body, headers = {}) {
  const response = await fetch(`${BASE}${path}`, {
    method,
    headers: { authorization: `Bearer ${HOLDERS[holder]}`, ...(body && { "content-type": "application/json" }), ...headers },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  const json = /^application\/(problem\+)?json\b/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, body: json ? JSON.parse(text) : text };
}

/** A case of a customer, worked until it rests. */
export async function opened(customer, text, more = {}) {
  const request = { text, customer_id: customer, ...more };
  const { status, body } = await api("submitter", "POST", "/v1/requests", request, { prefer: "wait=20" });
  assert.ok(status === 201 || status === 200, JSON.stringify(body));
  return body.case_id;
}

/** The case as the API shows it. */
export const shown = async (id) => (await api("admin", "GET", `/v1/cases/${id}`)).body;

/** What the sandbox executed for a case. */
export async function executed(id) {
  const { actions } = await (await fetch(`${SANDBOX}/sandbox/actions`)).json();
  return actions.map((action) => action.body).filter((body) => body.case_id === id);
}

/** What was executed for a case, once nothing of it is on its way any more. */
export async function executedAtRest(id) {
  const resting = async () => (await shown(id)).orchestration.state !== "working";
  assert.ok(await until(resting), `${id} comes to rest`);
  return executed(id);
}

/** Waits until something is so. */
export async function until(what, ms = 15_000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await what();
    if (found || Date.now() > end) return found;
    await new Promise((again) => setTimeout(again, 100));
  }
}

/** Opens a case's page. */
export async function atCase(page, id) {
  await page.goto(`${BASE}/console/cases/${id}`);
  await page.locator("main h1").waitFor();
}

/** The form of a command, opened if it is folded. `within` narrows it, e.g. to a proposal. */
export async function form(page, command, within = "") {
  const found = page.locator(`form:has(input[name="command"][value="${command}"])${within}`).first();
  const fold = page.locator("details", { has: found });
  for (const one of await fold.all()) {
    if ((await one.getAttribute("open")) === null) await one.locator("> summary").click();
  }
  return found;
}

/** Fills a form's fields by their names and sends it. */
export async function send(page, command, fields = {}) {
  const filled = await form(page, command);
  for (const [name, value] of Object.entries(fields)) {
    const field = filled.locator(`[name="${name}"]`);
    const kind = await field.evaluate((element) => element.tagName);
    await (kind === "SELECT" ? field.selectOption(value) : field.fill(value));
  }
  await Promise.all([page.waitForNavigation(), filled.locator('button[type="submit"]').click()]);
}

/** Every link within the page leads somewhere on it. */
export async function citesHold(page) {
  const broken = await page.evaluate(() =>
    [...document.querySelectorAll('a[href^="#"]')]
      .map((link) => decodeURIComponent(link.getAttribute("href").slice(1)))
      .filter((id) => !document.getElementById(id)),
  );
  assert.deepEqual(broken, []);
}

/** What axe-core finds that is serious. */
export async function accessible(page, name) {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  assert.ok(passes.length > 5, `axe looked at ${name}: ${passes.length}`);
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = serious.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map((node) => node.html).join(" | ").slice(0, 600)}`);
  assert.deepEqual(told, []);
}

/** Goes on with the key for the next control until it is the one, and opens the folds it lies in when it comes by them. */
export async function tabbedTo(page, control) {
  const place = (element) => {
    const now = document.activeElement;
    if (now === element) return "there";
    const fold = now?.tagName === "SUMMARY" && now.parentElement;
    return fold && !fold.open && fold.contains(element) ? "folded" : "elsewhere";
  };
  for (let steps = 0; steps < 400; steps += 1) {
    const at = await control.evaluate(place);
    if (at === "there") {
      const outline = await control.evaluate((element) => getComputedStyle(element).outlineStyle);
      assert.notEqual(outline, "none", "where the focus is can be seen");
      return;
    }
    if (at === "folded") await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
  }
  assert.fail(`no key leads to ${control}`);
}

/** Opens everything that is folded. */
export async function unfolded(page) {
  await page.evaluate(() => {
    for (const fold of document.querySelectorAll("details")) {
      fold.removeAttribute("name");
      fold.open = true;
    }
  });
}

/** Whether nothing of the page lies beside the window. */
export async function fits(page, name) {
  const [wide, window] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  assert.ok(wide <= window + 1, `${name}: ${wide} pixels in a window of ${window}`);
}

/** A picture to look at. */
export async function picture(page, name) {
  await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true });
}
