// Runs the official TypeScript SDK, current and one before 1.0, against a running box.
//
//     node sim/node/run.mjs --standin URL
//
// The packages are installed under target/sdk/node on first use and kept. Exits with 0 where everything passed.

import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = dirname(fileURLToPath(import.meta.url));
const PLACE = resolve(HERE, "../../target/sdk/node");
const SDKS = ["@anthropic-ai/sdk", "anthropic-sdk-before-1"];

function install() {
  const wanted = join(HERE, "package.json");
  const installed = join(PLACE, "package.json");
  const isSame = existsSync(installed) && readFileSync(installed, "utf8") === readFileSync(wanted, "utf8");
  if (isSame && SDKS.every((name) => existsSync(join(PLACE, "node_modules", name)))) return;
  console.error(`Installing ${wanted} into ${PLACE}`);
  mkdirSync(PLACE, { recursive: true });
  copyFileSync(wanted, installed);
  const flags = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", flags, { cwd: PLACE, stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" });
}

const { values } = parseArgs({ options: { standin: { type: "string" } } });
if (!values.standin) {
  console.error("usage: node sim/node/run.mjs --standin URL");
  process.exit(1);
}
install();
// Nothing in the environment may lead the SDK elsewhere.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ANTHROPIC_")));
const passed = SDKS.map((name) => {
  console.error(`TypeScript SDK, ${name}:`);
  const variables = { ...environment, STANDIN_URL: values.standin.replace(/\/$/, ""), SDK: name, SDK_PLACE: PLACE };
  const flags = ["--test", "--test-reporter=spec", join(HERE, "sdk.test.mjs")];
  return spawnSync(process.execPath, flags, { env: variables, stdio: "inherit" }).status === 0;
});
process.exit(passed.every(Boolean) ? 0 : 1);
