/** A finding through the versions of a patch: there, moved, renamed, rebased, mended. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseMessage } from "../../src/message/parse-message.js";
import { fatesOf } from "../../src/report/fates.js";
import { renderHtml } from "../../src/report/html/page.js";
import { PLAIN } from "../../src/report/paint.js";
import { renderTerminal } from "../../src/report/terminal.js";
import { reviewMessages } from "../../src/review/review.js";
import { parse, root, rules } from "../engine.js";

const PATCH = readFileSync(`${root}fixtures/threads/unlocked-write/patch.mbox`, "utf8").replace(/^From .*\n/, "");
const version = (n: number, change: (text: string) => string = (text) => text): string =>
  change(PATCH)
    .replace(/^Message-ID:.*$/m, `Message-ID: <v${n}@example.org>`)
    .replace("Subject: [PATCH]", n === 1 ? "Subject: [PATCH]" : `Subject: [PATCH v${n}]`)
    .replace("11:02:40", `1${n}:02:40`);

const review = async (mails: readonly string[]) =>
  reviewMessages(await Promise.all(mails.map((mail) => parseMessage(Buffer.from(mail)))), {
    tree: null,
    rules,
    parse,
    version: "0",
    index: null,
  });

const moved = (text: string): string => text.replace("@@ -52,6 +52,18 @@", "@@ -152,6 +167,18 @@");
const renamed = (text: string): string => text.replaceAll("arch/arm64/kvm/wake.c", "arch/arm64/kvm/vcpu/wake.c");
const rebased = (text: string): string =>
  text
    .replace("base-commit: ", "base-commit: 0")
    .replace("index 1dea0f5ca1e5..2dea0f5ca1e6", "index 3dea0f5ca1e5..4dea0f5ca1e6")
    .replace("+\tunsigned long i;", "+\tunsigned long at;")
    .replace("kvm_for_each_vcpu(i, other", "kvm_for_each_vcpu(at, other");
const mended = (text: string): string =>
  text
    .replace("+\t\tWRITE_ONCE", "+\t\tspin_lock(&other->arch.mp_state_lock);\n+\t\tWRITE_ONCE")
    .replace("+\t\tkvm_vcpu_kick", "+\t\tspin_unlock(&other->arch.mp_state_lock);\n+\t\tkvm_vcpu_kick")
    .replace("@@ -52,6 +52,18 @@", "@@ -52,6 +52,20 @@")
    .replace("12 insertions", "14 insertions");

describe("a finding through versions", () => {
  it("keeps its id where lines move, the file is renamed, names and base change", async () => {
    const { reviewed } = await review([version(1), version(2, moved), version(3, renamed), version(4, rebased)]);
    const ids = reviewed.map(({ findings }) => findings.map(({ id }) => id));
    expect(ids).toEqual(ids.map(() => ids[0]));
    expect(ids[0]).toHaveLength(1);
    expect([...fatesOf(reviewed).values()]).toEqual(["There since v1, still present in v4."]);
  });

  it("is told as fixed by the version that mends it, and only once that was read", async () => {
    const result = await review([version(1), version(2), version(3, mended)]);
    expect(result.reviewed.map(({ findings }) => findings.length)).toEqual([1, 1, 0]);
    expect([...fatesOf(result.reviewed).values()]).toEqual(["Fixed in v3."]);
    const text = renderTerminal(result, { paint: PLAIN, width: 80, all: true, quiet: false });
    expect(text.match(/^ {2}Fixed in v3\.$/gm)).toHaveLength(2);
    const page = renderHtml(result, { tree: null, all: true, fates: fatesOf(result.reviewed) });
    expect(page.match(/<p class="fate">Fixed in v3\.<\/p>/g)).toHaveLength(2);
  });

  it("is not called fixed by a version without its file, and has no fate alone", async () => {
    const other = (text: string): string =>
      text.replace(
        /^diff --git[\s\S]*$/m,
        "diff --git a/README b/README\n--- a/README\n+++ b/README\n@@ -1 +1 @@\n-a\n+b\n",
      );
    const { reviewed } = await review([version(1), version(2, other)]);
    expect([...fatesOf(reviewed).values()]).toEqual([
      "Not found in v2 any more; that version does not show its file as it was read.",
    ]);
    expect(fatesOf((await review([version(2)])).reviewed).size).toBe(0);
  });
});
