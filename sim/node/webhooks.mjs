// Runs the official library of Standard Webhooks against the native binary: it verifies what leaves and signs what comes in.
//
//     node sim/node/webhooks.mjs --binary PATH
//
// Exits with 0 where everything passed.

import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { HERE, PLACE, install } from "./install.mjs";

const { values } = parseArgs({ options: { binary: { type: "string" } } });
if (!values.binary) {
  console.error("usage: node sim/node/webhooks.mjs --binary PATH");
  process.exit(1);
}
install();
const own = /^(ANTHROPIC|CASEWORKER|CLOUDFLARE)_/;
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
const variables = { ...environment, BINARY: resolve(values.binary), SDK_PLACE: PLACE };
const flags = ["--test", "--test-reporter=spec", join(HERE, "webhooks.test.mjs")];
process.exit(spawnSync(process.execPath, flags, { env: variables, stdio: "inherit" }).status === 0 ? 0 : 1);
