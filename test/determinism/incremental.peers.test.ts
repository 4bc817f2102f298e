/**
 * What is taken over from the program before a patch is what would be found without it: for edits of real code, with
 * PATCHWITNESS_KERNELS (a folder with linux-6.12 in it); skipped without, and said so. PATCHWITNESS_SLOW=1: ten times as many.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Program } from "../../src/analysis/program.js";
import { parseMessage } from "../../src/message/parse-message.js";
import { evaluateRules } from "../../src/rules/evaluate.js";
import { Evaluation } from "../../src/rules/evaluation.js";
import type { Outcome } from "../../src/rules/outcome.js";
import type { CFile } from "../../src/source/ast.js";
import { readC } from "../../src/source/read-file.js";
import { reader, rules } from "../engine.js";
import { diffOf, EDITS, picker } from "./edits.js";
import { memoryStore, reviewed, treeOf } from "./small-tree.js";

const linux = join(process.env.PATCHWITNESS_KERNELS ?? "", "linux-6.12");
const ready = process.env.PATCHWITNESS_KERNELS !== undefined && existsSync(linux);
const why = ready ? "" : " (skipped: PATCHWITNESS_KERNELS names no folder with linux-6.12)";
const TIMES = process.env.PATCHWITNESS_SLOW === "1" ? 10 : 1;

const filesBelow = (folder: string): string[] =>
  readdirSync(join(linux, folder), { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? filesBelow(`${folder}/${e.name}`) : [`${folder}/${e.name}`],
  );

/** Texts of an architecture's KVM, with what is common to all. */
function textsOf(arch: string): Record<string, string> {
  const headers = [`arch/${arch}/include/asm/kvm_host.h`, "include/linux/kvm_host.h"];
  const paths = [...filesBelow(`arch/${arch}/kvm`), ...filesBelow("virt/kvm"), ...headers].sort();
  const code = paths.filter((p) => /\.[ch]$/.test(p));
  return Object.fromEntries(code.map((p) => [p, readFileSync(join(linux, p), "utf8")]));
}

interface Edited {
  what: string;
  path: string;
  text: string;
}

/** The same edits each time. */
function* edits(files: readonly CFile[], count: number, seed: number): Generator<Edited> {
  const pick = picker(seed);
  const kinds = Object.keys(EDITS);
  const functions = files.flatMap((file) => file.functions.map((fn) => ({ file, fn })));
  for (let made = 0, tried = 0; made < count && tried < 10 * count; tried++) {
    const { file, fn } = functions[pick(functions.length)] as (typeof functions)[number];
    const kind = kinds[pick(kinds.length)] as string;
    const text = EDITS[kind]?.(file.text, fn, pick) ?? file.text;
    if (text === file.text) continue;
    made++;
    yield { what: `${kind}: ${file.path} ${fn.name}`, path: file.path, text };
  }
}

const plain = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map((o) => JSON.stringify({ ...o, rule: o.rule.id }));

const said = (evaluation: Evaluation): string[] => plain(evaluateRules(evaluation, rules.rules).outcomes);

describe.skipIf(!ready)(`an evaluation that takes over from the one before a patch${why}`, () => {
  it.each([
    ["riscv", 60, 1],
    ["arm64", 30, 2],
    ["s390", 30, 3],
    ["x86", 12, 4],
  ] as const)("says of %s what one by itself says", { timeout: 3_600_000 }, (arch, count, seed) => {
    const files = Object.entries(textsOf(arch)).map(([path, text]) => readC(path, text, reader));
    const program = new Program(files, rules.models);
    const before = new Evaluation(program, rules.rules);
    evaluateRules(before, rules.rules);
    let n = 0;
    for (const { what, path, text } of edits(files, count * TIMES, seed)) {
      const read = (file: CFile): CFile => (file.path === path ? readC(path, text, reader, { before: file }) : file);
      const result = new Program(files.map(read), rules.models);
      result.borrow(program);
      const takenOver = said(new Evaluation(result, rules.rules, before));
      expect(takenOver, what).toEqual(said(new Evaluation(result, rules.rules)));
      // Now and then by itself from the very texts.
      if (n++ % 15 !== 0) continue;
      const fresh = files.map((f) => readC(f.path, f.path === path ? text : f.text, reader));
      expect(takenOver, what).toEqual(said(new Evaluation(new Program(fresh, rules.models), rules.rules)));
    }
    expect(n).toBe(count * TIMES);
  });
});

describe.skipIf(!ready)(`a warm index${why}`, () => {
  it.each([
    ["riscv", 6, 5],
    ["arm64", 3, 6],
    ["s390", 3, 7],
  ] as const)("changes no byte of a report on %s", { timeout: 3_600_000 }, async (arch, count, seed) => {
    const texts = textsOf(arch);
    const files = Object.entries(texts).map(([path, text]) => readC(path, text, reader));
    const store = memoryStore();
    for (const { what, path, text } of edits(files, count * TIMES, seed)) {
      const head = "From: A <a@example.org>\nMessage-ID: <m@example.org>\nSubject: [PATCH] KVM: x\n\nBecause.\n---\n";
      const mail = await parseMessage(Buffer.from(head + diffOf(path, texts[path] as string, text)));
      const report = await reviewed([mail], treeOf(texts), store);
      expect(report, what).toBe(await reviewed([mail], treeOf(texts)));
      expect(report, what).not.toContain("does not apply");
    }
  });
});
