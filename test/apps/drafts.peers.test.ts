/** Replies as drafts: what git and readers of mailboxes make of the file that --format mbox writes. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { hasPython, headerOf, readWithPython } from "../report/python-mail.js";
import { runCli } from "./run-cli.js";
import { hasSendEmail } from "./send-email.js";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/threads/${name}/patch.mbox`, import.meta.url));
const INPUTS = [fixture("susp-gate"), fixture("unlocked-write")];
const FROM = "R. Reviewer <reviewer@example.org>";

const folder = mkdtempSync(join(tmpdir(), "patchwitness-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const drafts = runCli(["--format", "mbox", "--from", FROM, ...INPUTS]).out;
const file = join(folder, "drafts.mbox");
writeFileSync(file, drafts);
const git = (...args: string[]): string => execFileSync("git", args, { cwd: folder, encoding: "utf8" });
/** The drafts as git splits them, a file each. */
const split = (): string[] => {
  const out = mkdtempSync(join(folder, "split-"));
  expect(git("mailsplit", "--mboxrd", `-o${out}`, file).trim()).toBe("2");
  return readdirSync(out)
    .sort()
    .map((name) => join(out, name));
};

describe("drafts", () => {
  it("are the replies, by another name", () => {
    expect(drafts).toBe(runCli(["--format", "reply", "--from", FROM, ...INPUTS]).out);
    expect(drafts.match(/^From mboxrd@z /gm)).toHaveLength(2);
  });

  it("are split by git into the mails that were written", () => {
    const mails = drafts.split(/^From mboxrd@z .*\n/m).slice(1);
    expect(
      split().map((name) =>
        readFileSync(name, "utf8")
          .replace(/^From mboxrd@z .*\n/, "")
          .trimEnd(),
      ),
    ).toEqual(mails.map((mail) => mail.trimEnd()));
  });

  it.skipIf(!hasPython)("are two mails to readers of mailboxes (skipped without python3)", () => {
    const mails = readWithPython(drafts);
    expect(mails.map((mail) => mail.defects)).toEqual([[], []]);
    expect(mails.map((mail) => headerOf(mail, "From"))).toEqual([
      '"R. Reviewer" <reviewer@example.org>',
      '"R. Reviewer" <reviewer@example.org>',
    ]);
  });

  it.skipIf(!hasSendEmail)("are sent by git send-email, as it says in a dry run (skipped without git-email)", () => {
    for (const name of split()) {
      const mail = readFileSync(name, "utf8");
      const field = (of: string): string => new RegExp(`^${of}: (.*(?:\\n .*)*)`, "m").exec(mail)?.[1] ?? "none";
      const said = git(
        "-c",
        "sendemail.confirm=never",
        "send-email",
        "--dry-run",
        "--quiet",
        "--suppress-cc=all",
        "--smtp-server=/bin/false",
        "--to=list@lists.example.org",
        name,
      );
      const whole = git(
        "-c",
        "sendemail.confirm=never",
        "send-email",
        "--dry-run",
        "--smtp-server=/bin/false",
        "--to=list@lists.example.org",
        name,
      );
      expect(said).toContain(field("Subject"));
      for (const of of ["Subject", "Message-ID", "In-Reply-To"])
        expect(whole.toLowerCase()).toContain(field(of).toLowerCase());
      const address = /<([^<>]+)>/.exec(field("To"))?.[1] ?? "none";
      expect(/^Sendmail: .*/m.exec(whole)?.[0].split(" ")).toContain(address);
      expect(whole).toContain("\nResult: OK\n");
    }
  });
});
