/** docs/rule-authors.md is done as it says, block by block: its files are written, its commands run, and end as they say. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BUILT } from "../apps/run-cli.js";

const text = readFileSync("docs/rule-authors.md", "utf8");
const work = mkdtempSync(join(tmpdir(), "rule-authors-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

// The reader's kernel.
mkdirSync(join(work, "linux/drivers/leds"), { recursive: true });
writeFileSync(join(work, "linux/drivers/leds/led-core.c"), "int led_init(void)\n{\n\treturn 0;\n}\n");

/** What a fenced block does: commands to run, or the text of the file that is named before it. */
interface Step {
  name: string;
  run: () => void;
}

const run = (command: string, exit: number): void => {
  const script = `review() { "$NODE" "$REVIEW" "$@"; }\n${command.replace("~/linux", "linux")}`;
  const env = { ...process.env, NODE: process.execPath, REVIEW: BUILT, NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync("sh", ["-c", script], { cwd: work, env, encoding: "utf8", input: "" });
  expect({ command, status, output: status === exit ? "" : `${stdout}${stderr}` }).toEqual({
    command,
    status: exit,
    output: "",
  });
};

function steps(): Step[] {
  const out: Step[] = [];
  for (const { 1: before = "", 2: language = "", 3: body = "" } of text.matchAll(
    /([^`\n]*(?:`[^`\n]*`[^`\n]*)*)\n\n```(\w+)\n([\s\S]*?)```/g,
  )) {
    const file = /`(my-rules\/[^`]+)`:$/.exec(before.trim())?.[1];
    if (language === "sh")
      for (const line of body.trim().split("\n")) {
        const exit = Number(/# exit (\d)$/.exec(line)?.[1] ?? 0);
        out.push({ name: line, run: () => run(line, exit) });
      }
    else if (file !== undefined)
      out.push({
        name: `write ${file}`,
        run: () => {
          mkdirSync(dirname(join(work, file)), { recursive: true });
          writeFileSync(join(work, file), body);
        },
      });
  }
  return out;
}

describe("the guide for authors of rules", () => {
  const all = steps();
  it("has files and commands", () => {
    expect(all.filter((s) => s.name.startsWith("write ")).length).toBe(5);
    expect(all.filter((s) => s.name.startsWith("review ")).length).toBe(7);
  });
  it.each(all.map((s) => [s.name, s] as const))("%s", (_, step) => step.run());
});
