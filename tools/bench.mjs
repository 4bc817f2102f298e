// Runs the exams and measures of tools/bench/ in name order; `npm run bench -- quoted numstat` runs only those.
import { readdirSync } from "node:fs";

const wanted = process.argv.slice(2);
const modules = readdirSync(new URL("bench/", import.meta.url)).filter((name) => name.endsWith(".mjs"));
for (const name of modules.sort()) {
  if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
  const module = await import(new URL(`bench/${name}`, import.meta.url).href);
  if (typeof module.default === "function") await module.default();
}
