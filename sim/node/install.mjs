// Installs the npm packages that a folder of tests names, on first use, and keeps them. What a run of npm that broke off
// has left is not used: a mark is written when all are there, and only what it names counts as installed.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const HERE = dirname(fileURLToPath(import.meta.url));
export const PLACE = resolve(HERE, "../../target/sdk/node");

/** Installs what `here`/package.json names under `place`. */
export function install(here = HERE, place = PLACE) {
  const wanted = join(here, "package.json");
  const modules = join(place, "node_modules");
  const mark = join(modules, ".whole.json");
  const isSame = existsSync(mark) && readFileSync(mark, "utf8") === readFileSync(wanted, "utf8");
  const packages = Object.keys(JSON.parse(readFileSync(wanted, "utf8")).dependencies);
  if (isSame && packages.every((name) => existsSync(join(modules, name, "package.json")))) return;
  console.error(`Installing ${wanted} into ${place}`);
  rmSync(modules, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  copyFileSync(wanted, join(place, "package.json"));
  const flags = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", flags, { cwd: place, stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" });
  copyFileSync(wanted, mark);
}
