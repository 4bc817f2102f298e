/** What a watch finds is what `review` finds; what it tells of strangers' mails harms no log and no terminal. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BaseChoice } from "../../../src/watch/base.js";
import type { FindingRecord } from "../../../src/watch/records.js";
import { writeEpoch } from "../../io/archive/epoch-peer.js";
import { commit, gitOn } from "../../io/tiny-kernel.js";
import { judgedBy, type Place, patchMail, program, roundOf } from "./program.js";

const { folder, place, run } = program();
const MBOX = "fixtures/threads/unlocked-write/patch.mbox";
const RULE = "kvm/cross-vcpu-mp-state";
const ID = "20260310110240.1202-1-author@example.org";
const PATCH = readFileSync(MBOX, "utf8").replace(/^From .*\n/, "");

let epochs = 0;
const epoch = (mails: readonly string[]): string => {
  const path = join(folder, `${++epochs}.git`);
  writeEpoch(
    path,
    mails.map((m) => ({ m })),
  );
  return path;
};
const source = (mails: readonly string[]) => ({ name: "list", type: "epoch", path: epoch(mails) });

interface Judged {
  base: BaseChoice;
  report: { findings: unknown[]; patches: unknown[] };
  findings: FindingRecord[];
}

/** Verdicts by the id of their series. */
const verdicts = ({ look }: Place): Promise<Map<string, Judged>> =>
  look(async (store) => {
    const found = new Map<string, Judged>();
    for await (const { verdict, findings } of store.verdicts())
      found.set(verdict.series, {
        base: verdict.base as BaseChoice,
        report: verdict.report as Judged["report"],
        findings,
      });
    return found;
  });

/** A repository with the file that the patch is made for, with its commit and the name of the file's blob. */
function tree(): { path: string; base: string; blob: string } {
  const path = join(folder, `tree-${++epochs}`);
  mkdirSync(path);
  gitOn(1, path, "init", "-q", "-b", "main");
  const context = PATCH.split("\n").flatMap((line) =>
    /^ /.test(line) && line !== " " ? [line.slice(1)] : line === " " ? [""] : [],
  );
  const [first = [], last = []] = [context.slice(-6, -3), context.slice(-3)];
  const filler = (from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, n) => (n === 0 ? "/*" : n === to - from ? " */" : ` * line ${from + n}`));
  const before = ["static int kvm_wake_vcpu(struct kvm_vcpu *vcpu, unsigned long id)", "{", "\tint ret = 0;", ""];
  const after = ["\tdefault:", "\t\treturn 0;", "\t}", "}"];
  const lines = [...filler(1, 47), ...before, ...first, ...last, ...after];
  const base = commit(path, 1, { "arch/arm64/kvm/wake.c": `${lines.join("\n")}\n` });
  return { path, base, blob: gitOn(1, path, "rev-parse", "--short=12", "HEAD:arch/arm64/kvm/wake.c").trim() };
}

describe.concurrent("a review in the watch", () => {
  it("finds what `review` finds", async () => {
    const here = place({ sources: [source([PATCH])] });
    expect(judgedBy(await here.watch())).toEqual([ID]);
    const alone = await run(["--format", "json", join(process.cwd(), MBOX)]);
    expect(alone.code).toBe(1);
    const { findings, patches } = JSON.parse(alone.out) as Judged["report"];
    const verdict = (await verdicts(here)).get(ID);
    expect(verdict?.report).toMatchObject({ findings, patches });
    expect(verdict?.findings).toMatchObject([{ rule: RULE, severity: "error", status: "introduced", messageId: ID }]);
    expect(verdict?.base).toMatchObject({ how: null, tree: null, tried: [{ reason: "no-trees-configured" }] });
  });

  it("says how the tree was found that it judged on, and why none was", async () => {
    const { path, base, blob } = tree();
    const as = (id: string, minute: number): string =>
      PATCH.replace(ID, `${id}@example.org`).replace("Wake all", `Wake ${id}`).replace("11:02:40", `1${minute}:02:40`);
    const named = `${as("named", 1)}base-commit: ${base}\n`;
    const blobs = as("blobs", 4).replace("1dea0f5ca1e5", blob);
    const lost = as("lost", 8).replaceAll("arch/arm64/kvm/wake.c", "arch/arm64/kvm/gone.c");
    const wrong = `${as("wrong", 9).replaceAll("wake.c", "none.c")}base-commit: ${"0123456789".repeat(4)}\n`;
    const here = place({ sources: [source([named, blobs, lost, wrong])], trees: [{ name: "tiny", path }] });
    expect(roundOf(await here.watch())).toMatchObject({ judged: 4, failed: 0 });
    const found = await verdicts(here);
    const of = (id: string): Judged | undefined => found.get(`${id}@example.org`);
    expect(of("named")?.base).toMatchObject({
      how: "base-commit",
      tree: "tiny",
      revision: base,
      patches: { applied: 1, total: 1 },
      tried: [],
    });
    expect(of("blobs")?.base).toMatchObject({ how: "index-blobs", tree: "tiny", revision: base, applies: "exactly" });
    expect(of("blobs")?.base.tried).toContainEqual(
      expect.objectContaining({ how: "base-commit", reason: "no-base-commit" }),
    );
    expect(of("lost")?.base).toMatchObject({ how: null, tree: null, revision: null });
    expect(of("lost")?.base.tried.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(["no-base-commit", "blobs-unknown", "no-tags"]),
    );
    expect(of("wrong")?.base.tried).toContainEqual(
      expect.objectContaining({ how: "base-commit", tree: "tiny", reason: "base-commit-unknown" }),
    );
    // Judged on the file and not on the hunks, and found all the same: as `review --tree` does.
    const mbox = join(folder, "named.mbox");
    writeFileSync(mbox, `From mboxrd@z Thu Jan  1 00:00:00 1970\n${named}`);
    const alone = await run(["--format", "json", "--tree", path, mbox]);
    const { findings, patches } = JSON.parse(alone.out) as Judged["report"];
    expect(findings).toHaveLength(1);
    expect(patches).toMatchObject([{ analysed: "tree" }]);
    expect(of("named")?.report).toMatchObject({ findings, patches });
    for (const id of ["named", "blobs", "lost"]) expect(of(id)?.findings.map(({ rule }) => rule)).toEqual([RULE]);
  });
});

describe.concurrent("a dry run", () => {
  it("prints a table, and leaves nothing behind", async () => {
    const second = patchMail("x", "[PATCH] x: y", { minute: 40 });
    const here = place({ sources: [source([PATCH, second])] });
    const temporary = join(here.folder, "tmp");
    mkdirSync(temporary);
    const env = { TMPDIR: temporary };
    const dry = await here.watch(["--dry-run"], { env });
    expect([dry.code, roundOf(dry)]).toMatchObject([0, { mails: 2, judged: 2 }]);
    const [head, row, ...rest] = dry.out.trimEnd().split("\n");
    expect([head?.split(/\s+/), row?.split(/\s+/), rest]).toEqual([
      ["rule", "introduced", "incomplete-fix", "pre-existing", "fixed-later", "acknowledged", "faults"],
      [RULE, "1", "0", "0", "0", "0", "1"],
      expect.arrayContaining(["", `    <${ID}>`, "1 finding"]),
    ]);
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(here.data).filter((name) => name.startsWith("store"))).toEqual([]);
    await here.watch();
    const before = await here.dump();
    const bytes = readFileSync(join(here.data, "store.db"));
    const again = await here.watch(["--dry-run"], { env });
    expect([again.out, roundOf(again)]).toMatchObject([dry.out, { judged: 2 }]);
    expect(readFileSync(join(here.data, "store.db")).equals(bytes)).toBe(true);
    expect(await here.dump()).toBe(before);
  });

  it("says that there is nothing, and looks back on versions that others have superseded", async () => {
    const mails = [patchMail("v1", "[PATCH] net: do it"), patchMail("v2", "[PATCH v2] net: do it", { minute: 20 })];
    const here = place({ sources: [source(mails)] });
    const dry = await here.watch(["--dry-run"]);
    expect([dry.out, judgedBy(dry).sort()]).toEqual(["no findings\n", ["v1@example.org", "v2@example.org"]]);
    expect(existsSync(join(here.data, "store.db"))).toBe(false);
  });

  it.each([
    [
      ["--since", "2026-03-10"],
      ["march", "april"],
    ],
    [
      ["--until", "2026-03"],
      ["february", "march"],
    ],
    [["--since", "2026-03", "--until", "2026-03-10"], ["march"]],
    [["--until", "2025"], null],
  ])("passes over mails of other days: %j", async (args, wanted) => {
    const dated = (id: string, month: string): string =>
      patchMail(id, `[PATCH] ${id}: x`).replace("10 Mar", `10 ${month}`);
    const undated = patchMail("undated", "[PATCH] u: x").replace(/^Date: .*\n/m, "");
    const mails = [dated("february", "Feb"), dated("march", "Mar"), dated("april", "Apr"), undated];
    const ran = await place({ sources: [source(mails)] }).watch(["--dry-run", ...args]);
    if (wanted === null) expect(ran.code).toBe(2);
    else expect([ran.code, judgedBy(ran).sort()]).toEqual([0, wanted.map((id) => `${id}@example.org`).sort()]);
  });
});

describe.concurrent("a log", () => {
  it("has one JSON object a line, whatever stands in a mail", async () => {
    const hostile = "\x1b]0;owned\x07 \x9b31m \u202egnp.exe \u2028 \x7f \ufeff \u{e0041}";
    const encode = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString("base64")}?=`;
    const subjects = [
      `[PATCH] odd: ${encode(hostile)}`,
      `[PATCH] lines: ${encode('one\r\n{"level":"info","msg":"forged"}\n\0')}`,
      `[PATCH] raw: \x1b[2J\x9b2J`,
      `[PATCH] long: ${"very ".repeat(60_000)}long`,
    ];
    const mails = subjects.map((subject, n) => patchMail(`s${n}`, subject, { minute: n * 7, file: `f${n}.c` }));
    const gone = { name: "gone", type: "epoch", path: join(folder, "no\u009bsuch\u202e.git") };
    const here = place({ log: "debug", sources: [source(mails), gone] });
    const ran = await here.watch();
    expect([ran.code, roundOf(ran)]).toMatchObject([5, { judged: 4, failing: 1 }]);
    const lines = ran.err.split("\n").slice(0, -1);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({
        level: expect.any(String),
        time: expect.any(String),
        msg: expect.any(String),
      });
    expect(lines).toHaveLength(ran.log.length);
    expect(ran.log.map(({ msg }) => msg)).not.toContain("forged");
    // Nothing in it acts on a terminal: C0, DEL, C1 and what reorders or hides text.
    expect(ran.err.match(/(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/gu)).toBeNull();
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(2000);
    const titles = ran.log.filter(({ msg }) => msg === "series judged").map(({ title }) => String(title));
    expect(titles.find((title) => title.startsWith("odd"))).toContain("owned");
    const kept = await here.look((store) => store.series("s3@example.org"));
    expect(kept?.title.length).toBeGreaterThan(200_000);
  });

  it("says as little as it is told to", async () => {
    const here = place({ log: "error", sources: [source([PATCH])] });
    const quiet = await here.watch();
    expect([quiet.code, quiet.err]).toEqual([0, ""]);
    expect((await verdicts(here)).size).toBe(1);
  });
});
