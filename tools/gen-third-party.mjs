// Writes docs/third-party.md: everything that comes along when the package is installed, with version and licence, from
// package-lock.json. With --check it fails when the file on disk is not what this would write, or a licence is not known.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { packages } = JSON.parse(readFileSync(at("package-lock.json"), "utf8"));

/** Licences under which everything may come along with a program under the MIT licence. */
const KNOWN = new Set([
  "MIT",
  "MIT-0",
  "ISC",
  "0BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "Python-2.0",
  "CC0-1.0",
  "Unlicense",
  "EUPL-1.1+",
  "Zlib",
]);

const problems = [];
const rows = new Map();
for (const [path, { dev, version, license, optional }] of Object.entries(packages)) {
  if (path === "" || dev === true) continue;
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  const parts = String(license ?? "")
    .replaceAll(/[()]/g, "")
    .split(/ (?:OR|AND) /);
  if (!parts.some((part) => KNOWN.has(part))) problems.push(`${name} ${version}: the licence ${license} is not known`);
  rows.set(
    `${name} ${version}`,
    `| ${name} | ${version} | ${license} | ${optional ? "where it fits the machine" : ""} |`,
  );
}
const own = ["| tree-sitter-c (src/source/assets) | 0.24.1 | MIT | the grammar, as WebAssembly |"];
const lines = [
  "# What comes along",
  "",
  "Generated from package-lock.json by `npm run third-party`. `npm run sbom` prints the same as a CycloneDX document.",
  "",
  "| package | version | licence | |",
  "|---|---|---|---|",
  ...own,
  ...[...rows.keys()].sort().map((key) => rows.get(key)),
  "",
];
const file = at("docs/third-party.md");
const text = lines.join("\n");
if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (!existsSync(file) || readFileSync(file, "utf8") !== text)
  problems.push("docs/third-party.md is stale: run npm run third-party");
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
