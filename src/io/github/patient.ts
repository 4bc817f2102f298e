/**
 * Reads that are asked for again where nobody answered: they change nothing, so that it does no harm. Writes never are: one that
 * seemed to fail may have been done.
 */
import { setTimeout as wait } from "node:timers/promises";
import { ForgeError } from "../../pulls/forge.js";
import type { Client } from "./call.js";

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
  return {
    baseUrl: client.baseUrl,
    call: (operation, route, parameters) => {
      const ask = () => client.call(operation, route, parameters);
      return route.startsWith("GET ") ? again(ask) : ask();
    },
    bytes: (operation, route, parameters) => again(() => client.bytes(operation, route, parameters)),
    graphql: (operation, query, variables) => {
      const ask = () => client.graphql(operation, query, variables);
      return query.trimStart().startsWith("mutation") ? ask() : again(ask);
    },
    identity: () => again(() => client.identity()),
  };
}
