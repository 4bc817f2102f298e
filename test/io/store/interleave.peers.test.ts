/** Two writers over overlapping batches leave the same store as one, whoever comes first. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dump } from "../../../src/io/store/dump.js";
import type { SqlStore, StorePlace } from "../../../src/io/store/store.js";
import type { DeadLetter } from "../../../src/watch/records.js";
import type { RecordedBatch } from "../../../src/watch/store.js";
import { databases, POSTGRES, withoutPostgres } from "./databases.js";
import { at, batch, mail } from "./examples.js";

const { open, file, database } = databases();

interface Entry {
  what: "mail" | "removed" | "dead";
  id: string;
}

const entry: fc.Arbitrary<Entry> = fc.record({
  what: fc.constantFrom("mail", "mail", "mail", "removed", "dead"),
  id: fc.constantFrom("a", "b", "c", "d", "e", "f"),
});
const archive = fc.array(entry, { minLength: 1, maxLength: 12 });
/** Who records next, and how many entries at once. */
const turns = fc.array(fc.record({ writer: fc.nat(1), size: fc.integer({ min: 1, max: 4 }) }), { maxLength: 30 });

/** Entries from one place to another as a source gives them: what came again after it was taken out is there. */
function cut(source: string, entries: readonly Entry[], from: number, to: number): RecordedBatch {
  const mails = [];
  const removed = new Set<string>();
  const dead: DeadLetter[] = [];
  for (const [i, { what, id }] of entries.slice(from, to).entries()) {
    if (what === "dead") dead.push({ ...LETTER, key: id, source, ref: `${source} ${from + i}` });
    else if (what === "removed") removed.add(id);
    else {
      removed.delete(id);
      mails.push(mail(id, { kind: id < "c" ? "other" : "patch", parents: [`p-${id}`] }));
    }
  }
  return batch(mails, String(to), { removed: [...removed], dead });
}

const LETTER = { kind: "mail", reason: "odd", attempts: 1, form: null, raw: null } as const;

/** A writer that reads on from where it believes the source to stand. */
class Writer {
  #cursor: string | null = null;
  constructor(
    readonly store: SqlStore,
    readonly source: string,
    readonly entries: readonly Entry[],
  ) {}

  /** Records so many entries, or learns that another one has. False at the end. */
  async step(size: number): Promise<boolean> {
    const from = Number(this.#cursor ?? 0);
    if (from >= this.entries.length) return false;
    const to = Math.min(from + size, this.entries.length);
    const done = await this.store.record(this.source, this.#cursor, cut(this.source, this.entries, from, to), at(0));
    this.#cursor = done === null ? await this.store.cursor(this.source) : String(to);
    return true;
  }

  async finish(): Promise<void> {
    while (await this.step(3));
  }
}

async function alone(place: StorePlace, parts: readonly (readonly [string, readonly Entry[]])[]): Promise<string> {
  const store = await open(place);
  for (const [source, entries] of parts) await new Writer(store, source, entries).step(entries.length);
  const text = await dump(store);
  return text;
}

/** Both take turns; whoever is passed over finds the cursor moved. */
async function inTurns(writers: Writer[], order: readonly { writer: number; size: number }[]): Promise<void> {
  for (const { writer, size } of order) await writers[writer]?.step(size);
  for (const writer of writers) await writer.finish();
}

describe("two writers", () => {
  it("of one source leave the same store as one", async () => {
    const check = async (entries: Entry[], order: { writer: number; size: number }[]) => {
      const place = file();
      const writers = [new Writer(await open(place), "s", entries), new Writer(await open(place), "s", entries)];
      await inTurns(writers, order);
      expect(await dump((writers[0] as Writer).store)).toBe(await alone(file(), [["s", entries]]));
    };
    await fc.assert(fc.asyncProperty(archive, turns, check), { numRuns: 25 });
  });

  it("of two sources with mails in common leave the same store as one", async () => {
    const check = async (one: Entry[], two: Entry[], order: { writer: number; size: number }[]) => {
      const place = file();
      const writers = [new Writer(await open(place), "s", one), new Writer(await open(place), "t", two)];
      await inTurns(writers, order);
      const parts = [["s", one] as const, ["t", two] as const];
      const expected = await alone(file(), parts);
      expect(await dump((writers[0] as Writer).store)).toBe(expected);
      expect(await alone(file(), parts.reverse())).toBe(expected);
    };
    await fc.assert(fc.asyncProperty(archive, archive, turns, check), { numRuns: 25 });
  });

  it.skipIf(withoutPostgres)(`that write at once into ${POSTGRES} leave the same store as one`, async () => {
    const check = async (one: Entry[], two: Entry[]) => {
      const place = await database();
      const [a, b] = [await open(place), await open(place)];
      const writers = [
        new Writer(a, "s", one),
        new Writer(b, "s", one),
        new Writer(a, "t", two),
        new Writer(b, "t", two),
      ];
      await Promise.all(writers.map((writer) => writer.finish()));
      expect(await dump(a)).toBe(await alone(file(), [["s", one] as const, ["t", two] as const]));
    };
    await fc.assert(fc.asyncProperty(archive, archive, check), { numRuns: 8 });
  });
});
