/** Where a server listens, and for which hosts it answers: a name that somebody points at this machine is none of them. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ReviewError } from "../errors.js";

export interface Listen {
  host: string;
  port: number;
}

/** The parts of "host:port"; null where it is none. */
export function parseListen(text: string): Listen | null {
  const [, host = "", port = ""] = /^([A-Za-z0-9.-]+|\[[0-9a-f:]+\]):(\d{1,5})$/.exec(text) ?? [];
  if (host === "" || Number(port) > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

/** A host as it stands in front of a port. */
export const shownHost = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** Listens; port 0 takes any. The port. Rejects with what `refused` makes of the reason. */
export async function listenAt(
  server: Server,
  { host, port }: Listen,
  refused: (cause: Error) => ReviewError,
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: Error) => reject(refused(cause)));
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Stops listening; what is under way is answered. */
export const stopListening = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });

/** Whether only this machine gets there. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host);
}

/** Whether the Host of a request is one that is answered for. `url`: the address that people have, where one is configured. */
export function answersFor(host: string | undefined, listen: Listen, url: string | null): boolean {
  if (host === undefined || !/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?$/.test(host)) return false;
  const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  if (url !== null && new URL(url).host === host.toLowerCase()) return true;
  if (isLoopback(name)) return true;
  // In a network there is no telling by which names people know this machine, unless the configuration says it.
  return !isLoopback(listen.host) && url === null;
}

/** Scheme and host as people have them. */
export function originOf(host: string, url: string | null): string {
  return url === null ? `http://${host}` : new URL(url).origin;
}
