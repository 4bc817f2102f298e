/**
 * Keeps memory near what is in use. V8 lets a heap grow to a multiple of that before it looks for what is no longer needed,
 * which for a scan of many files is most of the peak; so it is asked to look whenever a good deal has been added.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What may be added to the heap before it is cleared. */
const STEP_BYTES = 32 * 1024 * 1024;

/** Gives a function that clears the heap when it has grown; to be called between pieces of work, as often as one likes. */
export function makeHeapKeeper(step = STEP_BYTES): () => boolean {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = (): number => getHeapStatistics().used_heap_size;
  let floor = used();
  return () => {
    if (used() < floor + step) return false;
    collect();
    floor = used();
    return true;
  };
}
