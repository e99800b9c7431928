// What a customer writes is shown as it was written, and does nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import { api, atCase, finish, opened, picture, signedIn } from "./support.mjs";

/** The most letters that a request's text may have. */
const LIMIT = 20_000;

const ZOO = {
  script: `<script>alert("zoo")</script><img src=x onerror=alert(1)><svg onload=alert(2)>`,
  attribute: `"><a href="javascript:alert(3)" onmouseover="alert(4)">x</a><style>*{display:none}</style>`,
  form: `</textarea></form><form action="https://evil.example/"><button autofocus>Approve</button></form>`,
  frame: `<iframe src="https://evil.example/"></iframe><link rel=stylesheet href="https://evil.example/a.css"><meta http-equiv=refresh content="0;url=https://evil.example/">`,
  markdown: `[Approved by the bank](https://evil.example/) ![x](https://evil.example/a.png) **do it** \`code\``,
  link: `Please open https://evil.example/approve?all=1 and www.evil.example now`,
  entities: `&lt;b&gt;not bold&lt;/b&gt; &amp;nbsp; &#60;script&#62;`,
  template: "{{7*7}} ${7*7} <%= 7*7 %> #{7*7} {% raw %}",
};

test("each payload is visible as it was written, and inert", async () => {
  const page = await signedIn("analyst");
  for (const [name, payload] of Object.entries(ZOO)) {
    const id = await opened("cus_eve", `My card was charged twice by Streamly. ${payload}`);
    await api("submitter", "POST", `/v1/cases/${id}/messages`, { from: "customer", text: `Further: ${payload}` });
    await atCase(page, id);
    const text = (await page.locator("main").innerText()).replace(/\s+/g, " ");
    assert.ok(text.includes(payload.replace(/\s+/g, " ")), `${name} is shown verbatim: ${text.slice(0, 600)}`);
    const foreign = await page.evaluate(() =>
      [...document.querySelectorAll("a[href], form[action], img, iframe, script[src], link[href]")]
        .map((element) => ["href", "action", "src"].map((name) => element.getAttribute(name)).find(Boolean) ?? "")
        .filter((url) => url !== "" && !url.startsWith("data:") && new URL(url, location.href).origin !== location.origin),
    );
    assert.deepEqual(foreign, [], name);
    await picture(page, `zoo-${name}`);
  }
  await finish(page);
});

test("letters that cannot be seen, or turn the line round, do neither", async () => {
  const page = await signedIn("analyst");
  const id = await opened("cus_eve", "I was charged twice by Streamly \u202Eyadot eno\u202C and\u200B again\u2066 \uFEFFtoday.");
  await atCase(page, id);
  const html = await page.locator("main").innerHTML();
  assert.doesNotMatch(html, /[\u202A-\u202E\u2066-\u2069\u200B\uFEFF]/, "none of them is left in the page");
  assert.match(await page.locator("main").innerText(), /yadot eno/, "the line is not turned round");
  await picture(page, "zoo-bidi");
  await finish(page);
});

test("a text at the limit is shown whole, and the page stays usable", async () => {
  const page = await signedIn("analyst");
  const [first, last, words] = ["I was charged twice by Streamly. ", "END-OF-THE-TEXT", 3_900];
  const long = `${first}${"Wort ".repeat(words)}${last}`.padEnd(LIMIT, "!");
  const more = await api("submitter", "POST", "/v1/requests", { text: `${long}!`, customer_id: "cus_eve" });
  assert.ok(more.status >= 400 && more.status < 500, `one letter more is refused: ${more.status}`);
  const id = await opened("cus_eve", long);
  await atCase(page, id);
  const whole = new RegExp(`${first}((?:Wort )+)${last}(!+)`, "g");
  const found = [...(await page.locator("main").innerText()).replace(/\s+/g, " ").matchAll(whole)];
  assert.ok(found.length > 0, "it is shown from its first word to its last");
  for (const [text, counted] of found) {
    assert.equal(counted.length / "Wort ".length, words);
    assert.equal(text.length, LIMIT);
  }
  const unbroken = await opened("cus_eve", `I was charged twice by Streamly. ${"x".repeat(12_000)}`);
  await atCase(page, unbroken);
  const [wide, window] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  assert.ok(wide <= window + 1, `${wide} pixels in a window of ${window}`);
  await picture(page, "zoo-long");
  await finish(page);
});
