/** What an operator asks after a watch: what was found, in which patch, on which tree and why; and what was given up. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeEpoch } from "../../io/archive/epoch-peer.js";
import { patchMail, program } from "./program.js";

const { folder, place, run } = program();
const ID = "20260310110240.1202-1-author@example.org";
const RULE = "kvm/cross-vcpu-mp-state";
const PATCH = readFileSync("fixtures/threads/unlocked-write/patch.mbox", "utf8").replace(/^From .*\n/, "");

let epochs = 0;
function list(name: string, mails: readonly (string | null)[]) {
  const path = join(folder, `${++epochs}.git`);
  writeEpoch(
    path,
    mails.map((m) => (m === null ? { files: { m: null, readme: "not a mail" } } : { m })),
  );
  return { name, type: "epoch", path };
}

interface Listed {
  findings: { id: string; rule: string; messageId: string; subject: string; version: number; sources: string[] }[];
}

describe.concurrent("review findings", () => {
  const later = PATCH.replace(ID, "later@example.org")
    .replace("Wake all parked", "Halt \u001b[31mevery")
    .replace("10 Mar 2026", "12 Apr 2026");
  const here = place({ sources: [list("kvm", [PATCH, later, patchMail("fine", "[PATCH] fine: x")])] });
  const asked = (...args: string[]) => run(["findings", ...args, "-c", here.config]);

  it("lists each with its patch, filtered, as text and as JSON, and shows a verdict with its base", async () => {
    const early = await asked();
    expect([early.code, early.err]).toEqual([4, expect.stringContaining("no store")]);
    expect(existsSync(join(here.data, "store.db"))).toBe(false);
    expect((await here.watch()).code).toBe(0);
    const all = await asked("--format", "json");
    expect(all.code).toBe(0);
    const { findings } = JSON.parse(all.out) as Listed;
    expect(findings.map(({ messageId, version, rule, sources }) => [messageId, version, rule, sources])).toEqual([
      [ID, 1, RULE, ["kvm"]],
      ["later@example.org", 1, RULE, ["kvm"]],
    ]);
    const id = findings[0]?.id ?? "";
    const text = await asked();
    expect(text.out).toContain(`${id}  error  introduced  ${RULE}  arch/arm64/kvm/wake.c:`);
    expect(text.out).toMatch(/\[PATCH\] KVM: arm64: Wake all .* \(v1; 2026-03-10; kvm\)\n {4}<20260310/);
    expect(text.out).toMatch(/\n2 findings\n$/);
    expect(text.out).not.toContain("\u001b");
    expect((JSON.parse((await asked("--since", "2026-04", "--format", "json")).out) as Listed).findings).toHaveLength(
      1,
    );
    expect((await asked("--rule", "kvm/lock-order")).out).toBe("no findings\n");
    expect(await asked("--since", "soon")).toMatchObject({ code: 2, out: "" });
    for (const args of [
      ["show", `<${ID}>`],
      ["show", id],
    ]) {
      const shown = await asked(...args);
      expect([shown.code, shown.err]).toEqual([0, ""]);
      expect(shown.out).toContain(`<${ID}>`);
      expect(shown.out).toContain("Base: none");
      expect(shown.out).toContain("no kernel tree is configured");
      expect(shown.out).toContain(`error[${RULE}]`);
      expect(shown.out).toContain("What to do:");
    }
    const fine = await run(["findings", "-c", here.config, "show", "fine@example.org"]);
    expect([fine.code, fine.out]).toEqual([0, expect.stringContaining("Nothing found in 1 patch.")]);
    expect(await asked("show", "nobody@example.org")).toMatchObject({ code: 4, out: "" });
    expect(await run(["findings"])).toMatchObject({ code: 2 });
  });

  it("are named by a dry run below its table", async () => {
    const { watch } = place({ sources: [list("kvm", [PATCH])] });
    const dry = await watch(["--dry-run"]);
    expect(dry.out).toMatch(/^rule +introduced/);
    expect(dry.out).toMatch(
      new RegExp(`\\n[0-9a-f]{16} {2}error {2}introduced {2}${RULE} .*\\n.*Wake all.*\\n {4}<${ID}>\\n`),
    );
  });
});

describe.concurrent("review letters", () => {
  it("lists what was given up with its reason, and drops one", async () => {
    const { config, watch } = place({
      sources: [list("odd", [patchMail("a", "[PATCH] a: x"), null, patchMail("b", "[PATCH] b: x")])],
    });
    await watch();
    const letters = (...args: string[]) => run(["letters", "-c", config, ...args]);
    const { out } = await letters();
    const key = /^mail {2}(odd .*)$/m.exec(out)?.[1] ?? "";
    expect(out).toMatch(/\n {4}malformed: .*\(tried once\)\n1 dead letter; review watch --retry/);
    expect(await letters("--drop", "another")).toMatchObject({ code: 4, out: "" });
    expect(await letters("--drop", key)).toMatchObject({ code: 0, out: "", err: "" });
    expect((await letters()).out).toBe("no dead letters\n");
  });
});
