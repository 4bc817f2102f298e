/**
 * Reads that are asked for again where nobody answered: they change nothing, so that it does no harm. Writes never are: one that
 * seemed to fail may have been done.
 */
import { setTimeout as wait } from "node:timers/promises";
import { ForgeError } from "../../pulls/forge.js";
import { type Client, clientAround } from "./call.js";

/** Waits between tries. Milliseconds. */
const WAITS = [250, 1000, 3000];

/** The client, which asks again for what it only reads. */
export function patient(client: Client, waits: readonly number[] = WAITS): Client {
  const again = async <T>(ask: () => Promise<T>): Promise<T> => {
    for (const ms of waits) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof ForgeError) || error.trouble !== "away") throw error;
        await wait(ms);
      }
    }
    return ask();
  };
  const around = <T>(ask: () => Promise<T>, reads: boolean): Promise<T> => (reads ? again(ask) : ask());
  return { ...clientAround(client, around), identity: () => again(() => client.identity()) };
}
