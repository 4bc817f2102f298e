/**
 * Writes that come at once go into one transaction, and to the disk once: a burst of deliveries is recorded as fast as the disk takes
 * a few. Who wrote is answered when it is on the disk, and not before.
 */

/** Items of one transaction. */
const MOST = 100;

interface Waiting<I, O> {
  item: I;
  resolve(written: O): void;
  reject(error: unknown): void;
}

/** A write for one item, made of one for many that gives an answer for each. What fails for many is tried for each alone. */
export function gathered<I, O>(write: (items: readonly I[]) => Promise<O[]>): (item: I) => Promise<O> {
  const waiting: Waiting<I, O>[] = [];
  let writing = false;
  const flush = async (some: readonly Waiting<I, O>[]): Promise<void> => {
    try {
      const written = await write(some.map(({ item }) => item));
      for (const [at, one] of some.entries()) one.resolve(written[at] as O);
    } catch (error) {
      if (some.length === 1) some[0]?.reject(error);
      else for (const one of some) await flush([one]);
    }
  };
  const run = async (): Promise<void> => {
    if (writing) return;
    writing = true;
    while (waiting.length > 0) await flush(waiting.splice(0, MOST));
    writing = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      void run();
    });
}
