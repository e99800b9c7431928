// How long the core's wasm build takes to sort a text: `node bench.mjs GLUE.js REQUESTS.jsonl`, microseconds a text.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const core = createRequire(import.meta.url)(process.argv[2]);
const texts = readFileSync(process.argv[3], "utf8").trim().split("\n").map((line) => JSON.parse(line).text);

const pass = () => {
  const start = performance.now();
  for (const text of texts) core.sort(text);
  return ((performance.now() - start) * 1000) / texts.length;
};

pass();
const passes = Array.from({ length: 9 }, pass).sort((one, other) => one - other);
console.log(passes[4].toFixed(1));
