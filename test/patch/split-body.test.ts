import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isScissors, splitBody } from "../../src/patch/split-body.js";
import { toLines } from "../../src/patch/text-lines.js";
import { withFolder } from "./git-peer.js";
import { DIFF } from "./mail.js";

interface MailInfo {
  message: string;
  patch: string;
  author: string;
  email: string;
}

/** What `git mailinfo --scissors` makes of a body; the message trimmed as `git am` does when it commits. */
function mailinfo(body: string): MailInfo {
  return withFolder((folder) => {
    const mail = `From: S. Sender <sender@example.org>\nSubject: [PATCH] title\nContent-Type: text/plain; charset=utf-8\n\n${body}`;
    const run = spawnSync("git", ["mailinfo", "--scissors", "m", "p"], { cwd: folder, input: mail, encoding: "utf8" });
    const message = readFileSync(join(folder, "m"), "utf8");
    const clean = spawnSync("git", ["stripspace"], { cwd: folder, input: message, encoding: "utf8" }).stdout.trimEnd();
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(run.stdout)?.[1] ?? "";
    return {
      message: clean,
      patch: readFileSync(join(folder, "p"), "utf8"),
      author: field("Author"),
      email: field("Email"),
    };
  });
}

const bodies: Record<string, string> = {
  "notes below the line": `Words.\n\nSigned-off-by: A. Author <a@example.org>\n---\nv2: notes\n\n${DIFF}-- \n2.34.1\n`,
  "in-body headers": `From: A. Author <a@example.org>\nSubject: [PATCH v3] better\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n\nWords.\n---\n${DIFF}`,
  "a folded in-body header": `From: A. Author\n <a@example.org>\n\nWords.\n---\n${DIFF}`,
  "header words that are no headers": `Words first.\nFrom: here on it is text.\n---\n${DIFF}`,
  scissors: `Hi,\n\nsee below.\n-- >8 --\nFrom: A. Author <a@example.org>\nSubject: cut\n\nWords.\n---\n${DIFF}`,
  "scissors with words": `chatter\n--- 8< --- cut here --- 8< ---\nWords.\n---\n${DIFF}`,
  "no separator line": `Words.\n${DIFF}`,
  "dashes that are no separator": `Words.\n---- more\n ---\n----\n\n---\n${DIFF}`,
  "a separator with spaces": `Words.\n---   \n${DIFF}`,
  "an Index line": `Words.\n\nIndex: f.c\n===\n--- f.c\n`,
  "blank lines": `\n\n  Words.  \n\n\n\nMore.\t\n\n\n---\n${DIFF}`,
  "an escaped format-patch line": `>From ${"0123456789".repeat(4)} Mon Sep 17 00:00:00 2001\nFrom: A. Author <a@example.org>\n\nWords.\n---\n${DIFF}`,
  "a quoted From": `>From A. Author\nWords.\n---\n${DIFF}`,
};

describe("splitBody beside git mailinfo", () => {
  it.each(Object.entries(bodies))("%s", (_name, body) => {
    const git = mailinfo(body);
    const split = splitBody(toLines(body));
    expect(split.description).toBe(git.message);
    const patch = split.patchFrom === null ? "" : body.split("\n").slice(split.patchFrom).join("\n");
    expect(patch).toBe(git.patch);
    if (git.email !== "sender@example.org") expect(split.inBody.from).toContain(`<${git.email}>`);
  });

  it("agrees on what a scissors line is", () => {
    const part = fc.constantFrom("-", "--", "---", " ", ">8", "8<", "%<", "cut here", "x", "\t");
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 14 }).map((parts) => parts.join("")),
        (line) => {
          const body = `above\n${line}\nbelow\n---\n`;
          if (line.startsWith("---") && (line.slice(3).trim() === "" || /^--- \S/.test(line))) return;
          expect(isScissors(line)).toBe(!mailinfo(body).message.includes("above"));
        },
      ),
      { numRuns: 80 },
    );
  });
});
