// Installs the packages of sim/node under target/sdk/node on first use, and keeps them.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const HERE = dirname(fileURLToPath(import.meta.url));
export const PLACE = resolve(HERE, "../../target/sdk/node");

export function install() {
  const wanted = join(HERE, "package.json");
  const installed = join(PLACE, "package.json");
  const isSame = existsSync(installed) && readFileSync(installed, "utf8") === readFileSync(wanted, "utf8");
  const packages = Object.keys(JSON.parse(readFileSync(wanted, "utf8")).dependencies);
  if (isSame && packages.every((name) => existsSync(join(PLACE, "node_modules", name)))) return;
  console.error(`Installing ${wanted} into ${PLACE}`);
  mkdirSync(PLACE, { recursive: true });
  copyFileSync(wanted, installed);
  const flags = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", flags, { cwd: PLACE, stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" });
}
