/** Nothing is posted by a worker whose lease ran out: another one works on the same by now. */
import { type Forge, ForgeError, type ForgeWrites } from "./forge.js";

const WRITES: readonly (keyof ForgeWrites)[] = [
  "createReview",
  "reply",
  "resolve",
  "comment",
  "createCheck",
  "updateCheck",
  "uploadSarif",
];

/** The forge, which refuses to write while `held` is false; that is looked at when the host is `ready` for the request. */
export function whileHeld(forge: Forge, held: () => boolean, ready: () => Promise<void> = async () => {}): Forge {
  const guarded = Object.create(forge) as Forge;
  for (const name of WRITES) {
    const write = forge[name] as (...args: unknown[]) => Promise<unknown>;
    const guard = async (...args: unknown[]): Promise<unknown> => {
      await ready();
      if (!held()) throw new ForgeError("away", "the work was taken over by another worker", null);
      return write.apply(forge, args);
    };
    Object.defineProperty(guarded, name, { value: guard });
  }
  return guarded;
}
