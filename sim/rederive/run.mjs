// Hands journals and texts to the core's wasm build: `node run.mjs GLUE.js < LINES`, one JSON line in, one out.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const core = createRequire(import.meta.url)(process.argv[2]);

for await (const line of createInterface({ input: process.stdin })) {
  const { journal, text } = JSON.parse(line);
  const answer = journal === undefined ? core.read(text) : core.judge(journal);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
