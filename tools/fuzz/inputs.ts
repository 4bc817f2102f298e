/** Inputs of the fuzzers: made by a grammar, or sound ones that were changed. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { splitMbox } from "../../src/message/split-mbox.js";
import { cFile } from "./grammar-c.js";
import { mutate } from "./mutate.js";
import { type Chance, chance } from "./random.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const PATH = "arch/riscv/kvm/vcpu_x.c";

/** Sound inputs to begin with. */
export interface Seeds {
  mails: Buffer[];
  code: Buffer[];
}

function filesBelow(folder: string, ending: RegExp): Buffer[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => ending.test(name))
    .sort()
    .map((name) => readFileSync(join(ROOT, folder, name)));
}

/** Mails of the fixtures and, where it is given, of a corpus (mbox, gzipped or not); code of the rules' cases. */
export function readSeeds(corpus: string | null): Seeds {
  const boxes = filesBelow("fixtures", /\.(?:mbox|eml)$/);
  if (corpus !== null && existsSync(corpus)) {
    const bytes = readFileSync(corpus);
    boxes.push(corpus.endsWith(".gz") ? gunzipSync(bytes) : bytes);
  }
  const mails = boxes.flatMap((bytes) => splitMbox(bytes).map(({ bytes: mail }) => mail));
  return { mails: mails.filter(({ length }) => length < 256 * 1024), code: filesBelow("rules", /\.c$/) };
}

/** A patch mail whose diff makes one file of another. */
function patchMail(before: string, after: string, c: Chance): Buffer {
  const lines = (text: string): string[] => text.split("\n");
  const [old, fresh] = [lines(before), lines(after)];
  const hunk = [
    `@@ -1,${old.length} +1,${fresh.length} @@`,
    ...old.map((line) => `-${line}`),
    ...fresh.map((line) => `+${line}`),
  ];
  const head = `From: A <a@example.org>\nSubject: [PATCH ${c.once(2) ? "v2 " : ""}1/1] fix a race\nMessage-ID: <${c.below(1e9)}@x>\n\nWords.\n---\n`;
  return Buffer.from(
    `${head}diff --git a/${PATH} b/${PATH}\n--- a/${PATH}\n+++ b/${PATH}\n${hunk.join("\n")}\n-- \n2.0\n`,
  );
}

const madeCode = (c: Chance): Buffer => Buffer.from(cFile(c));

/** The kinds of input. */
export const KINDS = {
  /** Bytes of a mail or a mailbox. */
  mail: (seeds: Seeds, c: Chance): Buffer => mutate(c.pick(seeds.mails), c.pick(seeds.mails), c),
  /** C. */
  code(seeds: Seeds, c: Chance): Buffer {
    if (c.once(3)) return madeCode(c);
    const from = c.once(2) ? madeCode(c) : c.pick(seeds.code);
    return mutate(from, c.pick(seeds.code), c);
  },
  /** A mail whose patch is read with functions that it shows whole. */
  patch(seeds: Seeds, c: Chance): Buffer {
    const before = cFile(c);
    const after = c.once(2) ? cFile(c) : mutate(Buffer.from(before), c.pick(seeds.code), c).toString();
    const mail = patchMail(before, after, c);
    return c.once(3) ? mutate(mail, c.pick(seeds.mails), c) : mail;
  },
} as const;
export type Kind = keyof typeof KINDS;

/** The input with a number. */
export const inputOf = (kind: Kind, seeds: Seeds, seed: number, index: number): Buffer =>
  KINDS[kind](seeds, chance(seed, index));
