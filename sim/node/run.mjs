// Runs the official TypeScript SDK, current and one before 1.0, against a running box.
//
//     node sim/node/run.mjs --standin URL
//
// The packages are installed under target/sdk/node on first use and kept. Exits with 0 where everything passed.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { HERE, PLACE, install } from "./install.mjs";

const SDKS = ["@anthropic-ai/sdk", "anthropic-sdk-before-1"];

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
