// Writes what the command prints for each thread of fixtures/threads, in every format, and what GitHub would be given for it,
// into goldens/ beside it.
// Run through tsx: `npm run goldens`. With --check it fails when a file on disk is not what this would write.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FORMATS } from "../src/apps/formats.ts";
import { render } from "../src/apps/render.ts";
import { loadParser, loadRules } from "../src/io/load-rules.ts";
import { readInputs } from "../src/io/read-input.ts";
import { reviewMessages } from "../src/review/review.ts";
import { githubText } from "../test/report/github/as-pull.ts";

const check = process.argv.includes("--check");
const threads = fileURLToPath(new URL("../fixtures/threads/", import.meta.url));
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const [rules, parse] = [await loadRules(), await loadParser()];
// Goldens are those of a pipe.
process.env.NO_COLOR = "1";

const read = (file) => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
};

/** Texts of the goldens of a folder by file name. */
const goldensOf = async (folder) => {
  const goldens = new Map();
  for (const input of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())) {
    const messages = [];
    for await (const message of readInputs([`${folder}/${input.name}`])) messages.push(message);
    const result = await reviewMessages(messages, { tree: null, rules, parse, version });
    // mbox is reply by another name.
    for (const format of FORMATS.filter((one) => one !== "mbox")) {
      const { text } = render(result, { format, all: true, quiet: false, tree: null, from: null, width: 80 });
      goldens.set(`${input.name}.${format}`, text);
    }
    goldens.set(`${input.name}.github.md`, githubText(result));
  }
  return goldens;
};

let stale = 0;
for (const name of readdirSync(threads).sort()) {
  const goldens = await goldensOf(`${threads}${name}`);
  const folder = `${threads}${name}/goldens`;
  if (!check) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }
  for (const [file, text] of goldens) {
    if (!check) writeFileSync(`${folder}/${file}`, text);
    else if (read(`${folder}/${file}`) !== text) {
      stale += 1;
      console.error(`fixtures/threads/${name}/goldens/${file} is stale: run npm run goldens`);
    }
  }
}
if (stale > 0) process.exit(1);
