/** What the exams share: the real list archive, when it is there. Nothing of it is ever written into the project. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { parseMessage } from "../../dist/message/parse-message.js";
import { splitMbox } from "../../dist/message/split-mbox.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const sharedCorpus = join(root, "..", "shared", "corpus");
const mbox = join(sharedCorpus, "linux-riscv-2019-2020.mbox.gz");

/** The gzipped archive, or null when it is not there. */
export const sharedMbox = existsSync(mbox) ? mbox : null;

let loaded = null;

/** The corpus as {raw, message} in order of arrival, read once; null when it is not there. */
export async function loadCorpus() {
  if (!existsSync(mbox)) return null;
  loaded ??= (async () => {
    const mails = [];
    for (const { bytes } of splitMbox(gunzipSync(readFileSync(mbox)))) {
      mails.push({ raw: bytes, message: await parseMessage(bytes) });
    }
    return mails;
  })();
  return loaded;
}

/** Says that an exam did not run, and why. */
export function skipped(name) {
  console.log(`${name}: skipped, ../shared/corpus is not there`);
}

/** Prints rows of [label, value] as an aligned table under a title. */
export function table(title, rows) {
  const width = Math.max(...rows.map(([label]) => label.length));
  console.log(`\n${title}`);
  for (const [label, value] of rows) console.log(`  ${label.padEnd(width)}  ${value}`);
}

/** A part of a whole, as "n of m (p %)". */
export function share(part, whole) {
  return `${part} of ${whole} (${whole === 0 ? "-" : ((100 * part) / whole).toFixed(2)} %)`;
}
