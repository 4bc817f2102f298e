// Writes the examples of README.md between their marks: the patch of a fixture, and the reply that the command prints.
// Run through tsx: `npm run readme`. With --check it fails when the README is not what this would write.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { between } from "./between.mjs";

const FIXTURE = "fixtures/threads/unlocked-write/patch.mbox";
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The hunks of the fixture, without the mail around them. */
const patch = () => {
  const text = readFileSync(at(FIXTURE), "utf8");
  return text.slice(text.indexOf("\n--- a/") + 1, text.indexOf("\n-- \n"));
};

/** The reply as the command prints it; headers that only machines read are cut. */
const reply = () => {
  const args = ["--import", "tsx", at("src/apps/cli.ts"), "--format", "reply", FIXTURE];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: at("."), encoding: "utf8" });
  if (stdout === "") throw new Error(`the command printed nothing: ${stderr}`);
  const [head, ...body] = stdout.trimEnd().split("\n\n");
  const shown = head.split("\n").filter((line) => /^(From|To|Cc|Subject|In-Reply-To|X-Patchwitness-Rule): /.test(line));
  return [shown.join("\n"), ...body].join("\n\n");
};

const fenced = (language, text) => `\`\`\`${language}\n${text}\n\`\`\``;
const parts = {
  patch: () => fenced("diff", patch()),
  reply: () => `${fenced("", `$ npx review --format reply ${FIXTURE}`)}\n\n${fenced("", reply())}`,
};

const readme = readFileSync(at("README.md"), "utf8");
let written = readme;
for (const [name, make] of Object.entries(parts)) {
  written = between(written, name, `${make()}\n`);
}
if (process.argv.includes("--check")) {
  if (written !== readme) {
    console.error("README.md is stale: run npm run readme");
    process.exit(1);
  }
} else writeFileSync(at("README.md"), written);
