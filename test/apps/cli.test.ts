import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import pkg from "../../package.json" with { type: "json" };
import type { Finding } from "../../src/review/finding.js";
import { BUILT, runCli } from "./run-cli.js";

const THREAD = "fixtures/threads/susp-gate/thread.txt";
const MBOX = "fixtures/threads/susp-gate/patch.mbox";

const schemaErrors = (name: string, value: unknown): unknown => {
  const url = new URL(`../../schemas/${name}.schema.json`, import.meta.url);
  const validate = new Ajv2020({ strict: true }).compile(JSON.parse(readFileSync(url, "utf8")));
  return validate(value) ? [] : validate.errors;
};

describe("usage", () => {
  it("tells its version and its exit codes", () => {
    expect(runCli(["--version"])).toEqual({ code: 0, out: `${pkg.version}\n`, err: "" });
    const help = runCli(["--help"]);
    expect(help).toMatchObject({ code: 0, err: "" });
    for (const code of ["0  nothing found", "1  findings", "2  usage", "3  rule", "4  an input", "5  network"])
      expect(help.out).toContain(code);
    expect(help.out).toContain("Examples:");
  });

  it.each([
    [["--tre", "x", MBOX], "unknown option '--tre' (Did you mean --tree?)"],
    [["--format", "xml", MBOX], "argument 'xml' is invalid"],
    [["--fail-on", "x", MBOX], "argument 'x' is invalid"],
    [[], "name an input"],
    [["parse"], "missing required argument 'input'; see review parse --help"],
    [["queue", "list", "-c", "x", "--al"], "unknown option '--al' (Did you mean --all?); see review queue list --help"],
    [["--from", "nobody", MBOX], "--from is no mailbox"],
    [["--ignore", "unlocked-write", MBOX], "--ignore takes the id of a finding"],
    [["completion", "ksh"], "ksh"],
  ])("refuses %j with one line and exit code 2", (args, says) => {
    const { code, out, err } = runCli(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(says);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("--ignore", () => {
  it("leaves findings out of report and exit code, and says so; of an id that none has it tells", () => {
    const whole = runCli(["--format", "json", MBOX]);
    const ids = (JSON.parse(whole.out).findings as Finding[]).map(({ id }) => id);
    expect([whole.code, ids.length > 1]).toEqual([1, true]);
    const all = runCli(["--format", "json", ...ids.flatMap((id) => ["--ignore", id]), MBOX]);
    expect([all.code, JSON.parse(all.out).findings]).toEqual([0, []]);
    expect(all.err).toContain(`${ids.length} findings left out (--ignore)`);
    const none = runCli(["--format", "json", "--ignore", "0123456789abcdef", MBOX]);
    expect(none).toEqual({ ...whole, err: "review: --ignore 0123456789abcdef: no finding has this id\n" });
  });
});

describe("what is no mail", () => {
  it.each([
    ["package.json", "package.json holds no mail\n"],
    [
      "rules/kvm/self-clearing-flag/cases/owner.c",
      "owner.c holds no mail; files of a tree are read with --tree DIR --scan PATH\n",
    ],
    ["wach", "no such file or folder, and no command of that name (review --help lists them)\n"],
    ["https://lists.example.org/x", "no such file or folder; review thread URL fetches a thread\n"],
  ])("ends with 4, and nothing is said of what was found: %s", (input, says) => {
    const { code, out, err } = runCli([input]);
    expect([code, out, err.endsWith(says)]).toEqual([4, "", true]);
  });

  it("does not stand in the way of what is mail, and a tree that was of no use is told of", () => {
    const { code, err } = runCli(["--tree", "fixtures", "package.json", MBOX]);
    expect([code, err]).toEqual([1, expect.stringContaining("the tree was read for none of the patches")]);
  });
});

describe("review parse", () => {
  it("prints one object a line, in input order, from files and standard input", () => {
    const { code, out, err } = runCli(["parse", THREAD, MBOX]);
    expect([code, err]).toEqual([0, ""]);
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ kind }) => kind)).toEqual(["reply", "patch"]);
    expect(lines[0].quoted[0].files).toHaveLength(4);
    expect(lines[1].files).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ newPath: "arch/arm64/kvm/park.c", additions: 10, deletions: 1 }),
      ]),
    );
    expect(lines[1].diff).toBeUndefined();
    const piped = runCli(["parse", "--diff", "-"], "From: a@b\nSubject: [PATCH] x\n\nno patch\n");
    expect(JSON.parse(piped.out)).toMatchObject({ title: "x", kind: "other" });
  });

  it("prints the series instead, and both as the published schemas say", () => {
    const { code, out } = runCli(["parse", "--series", MBOX, THREAD]);
    expect(code).toBe(0);
    const series = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(series).toMatchObject([{ version: 1, total: 1, cover: null, incomplete: null, previous: null }]);
    const messages = runCli(["parse", "--diff", THREAD, MBOX])
      .out.trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const line of messages) expect(schemaErrors("parse-message", line)).toEqual([]);
    for (const line of series) expect(schemaErrors("parse-series", line)).toEqual([]);
  });

  it("answers everything readable before it fails for the rest", () => {
    const { code, out, err } = runCli(["parse", "no-such-file", MBOX]);
    expect(code).toBe(4);
    expect(JSON.parse(out)).toMatchObject({ kind: "patch" });
    expect(err).toBe("review: cannot read no-such-file: no such file or folder\n");
  });

  it("ends quietly when its reader goes away", () => {
    const many = `for i in $(seq 400); do cat ${MBOX}; done | "$0" "$1" parse --diff - | head -n 1`;
    const { stdout, stderr } = spawnSync("bash", ["-c", many, process.execPath, BUILT], { encoding: "utf8" });
    expect(stdout.split("\n")).toHaveLength(2);
    expect(stderr).toBe("");
  });
});

describe("review", () => {
  const founding = JSON.parse(runCli(["--format", "json", THREAD]).out);

  it("finds the self-clearing flag and the check that does not hold, out of a twice quoted patch", () => {
    const found = founding.findings.map(({ rule, status, severity }: Finding) => [rule, status, severity]);
    expect(found).toEqual(
      expect.arrayContaining([
        ["kvm/self-clearing-flag", "introduced", "warning"],
        ["kvm/check-then-act", "incomplete-fix", "warning"],
      ]),
    );
    expect(founding.patches[0].files).toHaveLength(4);
    expect(schemaErrors("report", founding)).toEqual([]);
  });

  it("ends with 1 for findings at or above --fail-on, with 0 else", () => {
    expect(runCli(["-q", THREAD])).toMatchObject({ code: 1, err: "" });
    expect(runCli(["--fail-on", "error", THREAD]).code).toBe(0);
    expect(runCli(["--fail-on", "never", "--format", "reply", THREAD]).code).toBe(0);
    expect(runCli(["--fail-on", "note", "--format", "sarif", THREAD]).code).toBe(1);
  });

  it("says what it looked at when nothing is found, and that there is nothing to reply to", () => {
    const mail = "From: a@b\nSubject: hello\nDate: Mon, 9 Mar 2026 16:40:02 +0000\nMessage-ID: <1@b>\n\nno patch\n";
    expect(runCli(["-"], mail)).toMatchObject({ code: 0, out: "Nothing found in 0 patches.\n", err: "" });
    expect(runCli(["--format", "reply", "-"], mail)).toEqual({
      code: 0,
      out: "",
      err: "review: nothing to reply to\n",
    });
  });

  it("answers what it can read, then ends with 4 for the rest; refuses unsound rules and trees first", () => {
    const mixed = runCli(["--format", "json", "no-such-file", THREAD]);
    expect(mixed.code).toBe(4);
    expect(JSON.parse(mixed.out)).toEqual(founding);
    expect(mixed.err).toBe("review: cannot read no-such-file: no such file or folder\n");
    const rules = runCli(["--rules", "no-such-folder", THREAD]);
    expect([rules.code, rules.out]).toEqual([3, ""]);
    expect(runCli(["--tree", "no-such-folder", THREAD])).toMatchObject({ code: 4, out: "" });
  });

  it("ends with 4 where nothing comes on standard input, after it has answered", () => {
    const { code, out, err } = runCli(["--format", "json", "-"], "");
    expect([code, err]).toEqual([4, "review: standard input holds no mail\n"]);
    expect(JSON.parse(out)).toMatchObject({ patches: [], findings: [] });
    expect(runCli(["-"], "From: a@example.org\n\nwords\n").code).toBe(0);
  });

  it("prints what the goldens hold", () => {
    const tool = fileURLToPath(new URL("../../tools/gen-goldens.mjs", import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", tool, "--check"], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

describe("completion", () => {
  it.each(["bash", "zsh", "fish"])("prints a script for %s", (shell) => {
    const { code, out } = runCli(["completion", shell]);
    expect(code).toBe(0);
    expect(out).toContain("review complete --");
    const check = spawnSync(shell, ["-n"], { input: out, encoding: "utf8" });
    // Only a shell that is installed can say whether it reads the script.
    if (check.error === undefined) expect(check.stderr).toBe("");
  });

  const words = (...args: string[]): string[] =>
    runCli(["complete", "--", ...args])
      .out.split("\n")
      .map((line) => line.split("\t")[0] ?? "")
      .filter((word) => word !== "" && !word.startsWith(":"));

  it("knows commands, options, values, and files", () => {
    expect(words("pa")).toContain("parse");
    expect(words("--for")).toEqual(["--format"]);
    expect(words("--format", "")).toEqual(["text", "json", "reply", "mbox", "sarif", "html"]);
    expect(words("fixtures/threads/susp-gate/t")).toEqual([THREAD]);
    expect(words("parse", "fixtures/threads/susp-gate/p")).toEqual([MBOX]);
    expect(words("--tree", "fixtures/threads/susp-gate/p")).toEqual([]);
    expect(words("--tree", "fix")).toEqual(expect.arrayContaining(["fixtures/", "fixtures/threads/"]));
  });
});
