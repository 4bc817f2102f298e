/**
 * The same mails and the same tree give the same bytes, in whatever order files, mails and folders are read. With ../shared
 * and PATCHWITNESS_KERNELS also for the RISC-V KVM patches of a real archive against Linux 6.12; skipped without, and said so.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openFolderTree } from "../../src/io/folder-tree.js";
import type { Message } from "../../src/message/message.js";
import { parseMessage } from "../../src/message/parse-message.js";
import { splitMbox } from "../../src/message/split-mbox.js";
import { renderReplies } from "../../src/report/mail-reply.js";
import { renderSarif } from "../../src/report/sarif.js";
import { reviewMessages } from "../../src/review/review.js";
import { scanTree } from "../../src/review/scan.js";
import type { SourceTree } from "../../src/tree/source-tree.js";
import { parse, root, rules } from "../engine.js";
import { FILES, memoryStore, messages, reviewed, treeOf } from "./small-tree.js";

/** Another order, the same for the same seed (linear congruential; Numerical Recipes' constants). */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  const out = [...list];
  let state = seed;
  for (let i = out.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

describe("the order of what is read", () => {
  it.each(SEEDS)("of mails changes nothing: %i", async (seed) => {
    const mails = await messages();
    const plain = await reviewMessages(mails, { tree: treeOf(FILES), rules, parse, version: "0.0.0" });
    const other = await reviewMessages(shuffled(mails, seed), { tree: treeOf(FILES), rules, parse, version: "0.0.0" });
    expect(JSON.stringify(other.review)).toBe(JSON.stringify(plain.review));
    expect(renderSarif(other)).toBe(renderSarif(plain));
    expect(renderReplies(other, { tree: null, from: null })).toEqual(renderReplies(plain, { tree: null, from: null }));
  });

  it.each(SEEDS)("of folders changes nothing: %i", async (seed) => {
    const mails = await messages();
    const mixed = treeOf(FILES, (paths) => shuffled(paths, seed));
    expect(await reviewed(mails, mixed, memoryStore())).toBe(await reviewed(mails, treeOf(FILES)));
    const options = { rules, parse, version: "0.0.0" };
    const files = Object.keys(FILES).sort();
    const plain = await scanTree(files, { ...options, tree: treeOf(FILES) });
    expect(plain.findings.length + files.length).toBeGreaterThan(0);
    expect(await scanTree(shuffled(files, seed), { ...options, tree: mixed })).toEqual(plain);
  });

  it("keeps a series in the order of its patches", async () => {
    const { patches } = JSON.parse(await reviewed(shuffled(await messages(), 3), treeOf(FILES)));
    const subjects = patches.map((p: { subject: string }) => p.subject);
    expect(subjects.indexOf("[PATCH 2/2] KVM: park all at once")).toBe(
      subjects.indexOf("[PATCH 1/2] KVM: unpark without the lock") + 1,
    );
  });
});

const corpus = join(root, "../shared/corpus/linux-riscv-2019-2020.mbox.gz");
const kernel = join(process.env.PATCHWITNESS_KERNELS ?? "", "linux-6.12");
const ready = existsSync(corpus) && (process.env.PATCHWITNESS_KERNELS ?? "") !== "" && existsSync(kernel);

/** The mails of the archive that change KVM on RISC-V. */
async function kvmMails(): Promise<Message[]> {
  const mails = splitMbox(gunzipSync(readFileSync(corpus))).filter(({ bytes }) =>
    bytes.includes("\n+++ b/arch/riscv/kvm/"),
  );
  return Promise.all(mails.map(({ bytes }) => parseMessage(bytes)));
}

/** A diff that drops the last unlock of a file; null when it has none. */
function withoutUnlock(path: string, text: string): string | null {
  const lines = text.split("\n");
  const at = lines.findLastIndex((line) => /^\t\w+_unlock\w*\(/.test(line));
  if (at === -1) return null;
  const [from, to] = [Math.max(0, at - 3), Math.min(lines.length - 1, at + 4)];
  const hunk = lines.slice(from, to).map((line, i) => `${from + i === at ? "-" : " "}${line}`);
  const head = `@@ -${from + 1},${to - from} +${from + 1},${to - from - 1} @@`;
  return `--- a/${path}\n+++ b/${path}\n${head}\n${hunk.join("\n")}\n`;
}

const mailOf = (i: number, diff: string): string =>
  `From: A Writer <writer@example.org>\nDate: Mon, 01 Jan 2024 10:${String(i).padStart(2, "0")}:00 +0000\n` +
  `Message-ID: <m${i}@example.org>\nSubject: [PATCH] KVM: drop unlock ${i}\n\nNot needed.\n---\n${diff}`;

const why = ready ? "" : " (skipped: needs ../shared and PATCHWITNESS_KERNELS)";

describe.skipIf(!ready)(`real mails and a real tree${why}`, () => {
  it("say the same in any order, with an index and without", async () => {
    const mails = await kvmMails();
    expect(mails.length).toBeGreaterThan(50);
    const tree = await openFolderTree(kernel);
    const mixed: SourceTree = { ...tree, list: async (folder) => shuffled(await tree.list(folder), 7) };
    const plain = await reviewed(mails, tree);
    expect(await reviewed(shuffled(mails, 11), mixed, memoryStore())).toBe(plain);
  }, 900_000);

  it("say the same of patches that apply, with a cold index and a warm one", async () => {
    const tree = await openFolderTree(kernel);
    const paths = (await tree.list("arch/riscv/kvm")).filter((p) => p.endsWith(".c"));
    const texts = await Promise.all(paths.map(async (p) => [p, (await tree.readFile(p)) ?? ""] as const));
    const mails = await Promise.all(
      texts.flatMap(([path, text], i) => {
        const diff = withoutUnlock(path, text);
        return diff === null ? [] : [parseMessage(Buffer.from(mailOf(i, diff)))];
      }),
    );
    expect(mails.length).toBeGreaterThan(5);
    const store = memoryStore();
    const plain = await reviewed(mails, tree);
    expect(JSON.parse(plain).findings.length).toBeGreaterThan(5);
    expect(await reviewed(shuffled(mails, 1), tree, store)).toBe(plain);
    expect(await reviewed(mails, tree, store)).toBe(plain);
    expect([store.loads, store.saves]).toEqual([2, 1]);
  }, 900_000);
});
