// The console in a real browser, against a host that runs with holders' keys and the sandbox as its sources.
//
//     node sim/browser/run.mjs        with BASE, SANDBOX, HOLDERS and HOST in the environment: see `sim browser`
//
// The packages are installed under target/browser/packages on first use and kept; the browser is the machine's Chromium,
// which CHROMIUM may name. Screenshots go to target/browser/{host}. Exits with 0 where everything passed.

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { install } from "../node/install.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const TARGET = resolve(HERE, "../../target/browser");
const PLACE = join(TARGET, "packages");
const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

function chromium() {
  for (const name of process.env.CHROMIUM ? [process.env.CHROMIUM] : NAMES) {
    const found = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();
    if (found) return found;
  }
  console.error("There is no Chromium on this machine: install the package `chromium`, or name one in CHROMIUM.");
  process.exit(1);
}

const { BASE, SANDBOX, HOLDERS, HOST } = process.env;
if (!BASE || !SANDBOX || !HOLDERS || !HOST) {
  console.error("usage: sim browser --host native|edge, which starts a host and calls this");
  process.exit(1);
}
const browser = chromium();
install(HERE, PLACE);
const shots = join(TARGET, HOST);
rmSync(shots, { recursive: true, force: true });
mkdirSync(shots, { recursive: true });
const files = ["work.test.mjs", "refusals.test.mjs", "inert.test.mjs", "everybody.test.mjs"];
const only = process.env.ONLY ? [`--test-name-pattern=${process.env.ONLY}`] : [];
const flags = ["--test", "--test-concurrency=1", "--test-reporter=spec", ...only, ...files.map((name) => join(HERE, name))];
const variables = { ...process.env, CHROMIUM: browser, PACKAGES: PLACE, SHOTS: shots };
process.exit(spawnSync(process.execPath, flags, { env: variables, stdio: "inherit" }).status ?? 1);
