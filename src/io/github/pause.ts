/**
 * Waiting when GitHub asks to ("Best practices for using the REST API": who goes on asking while limited may be banned): for all
 * that this process asks of an installation, also by work that is under way.
 */
import { setTimeout as wait } from "node:timers/promises";
import { ForgeError } from "../../pulls/forge.js";
import { type Client, clientAround } from "./call.js";

/** A longer wait is left to the store, so that nobody holds a lease only to wait. Milliseconds. */
const LONGEST = 10_000;

export interface Pause {
  /** Resolves when GitHub may be asked again. @throws ForgeError limited where that is not soon */
  over(): Promise<void>;
  /** Takes notice of what was thrown. */
  notice(error: unknown): void;
}

/** One pause for each installation. */
export function makePauses(now: () => number = Date.now): (installation: number) => Pause {
  const pauses = new Map<number, Pause>();
  return (installation) => {
    const known = pauses.get(installation) ?? makePause(now);
    pauses.set(installation, known);
    return known;
  };
}

function makePause(now: () => number): Pause {
  let until = 0;
  return {
    async over() {
      // It may have grown meanwhile.
      for (let left = until - now(); left > 0; left = until - now()) {
        if (left > LONGEST)
          throw new ForgeError("limited", "GitHub asked to wait", null, new Date(until).toISOString());
        await wait(left);
      }
    },
    notice(error) {
      if (!(error instanceof ForgeError) || error.trouble !== "limited" || error.retryAt === null) return;
      until = Math.max(until, Date.parse(error.retryAt));
    },
  };
}

/** How often a read is asked for again that GitHub had no room for. */
const AGAIN = 3;

/** The client, which asks nothing during a pause, and then again for what it only reads: what was limited was not done. */
export function pausing(client: Client, pause: Pause): Client {
  const asked = async <T>(ask: () => Promise<T>, again: number): Promise<T> => {
    await pause.over();
    try {
      return await ask();
    } catch (error) {
      pause.notice(error);
      if (again > 0 && error instanceof ForgeError && error.trouble === "limited") return asked(ask, again - 1);
      throw error;
    }
  };
  return clientAround(client, (ask, reads) => asked(ask, reads ? AGAIN : 0));
}
