/**
 * Posts checks that wait, each once: where an earlier attempt was lost on its way, the checks that the server has are looked at
 * first.
 */
import type { PatchworkCheck } from "../report/patchwork-check.js";
import { outgoingCheckSchema } from "../speak/outgoing.js";
import type { ListPolicy } from "../speak/policy.js";
import type { OutboxRow, OutboxStore, SendEnd } from "./outbox.js";

/** A server that takes checks; the client is io/patchwork.ts. What cannot be read throws. */
export interface CheckServer {
  findPatch(messageId: string, signal?: AbortSignal): Promise<number | null>;
  checksOf(patch: number, signal?: AbortSignal): Promise<readonly PatchworkCheck[]>;
  postCheck(
    patch: number,
    check: PatchworkCheck,
    signal?: AbortSignal,
  ): Promise<
    | { outcome: "posted" }
    | { outcome: "refused"; reason: string; retryAfter: number | null }
    | { outcome: "unknown"; reason: string }
  >;
}

export interface CheckingPorts {
  store: OutboxStore;
  /** The server of a list; null where it has none any more. */
  serverOf(list: ListPolicy): CheckServer | null;
  now(): Date;
  onEnd?(row: OutboxRow, end: SendEnd): void;
}

const LEASE_MS = 15 * 60_000;
const RETRY_MS = 15 * 60_000;
/** A patch that patchwork does not have yet may come; one that it has not after this many looks does not. */
const MAX_TRIES = 12;

/** Posts what is due until nothing is. Gives how many checks are there by now. */
export async function postChecks(
  ports: CheckingPorts,
  { lists, signal }: { lists: readonly ListPolicy[]; signal: AbortSignal },
): Promise<number> {
  let posted = 0;
  while (!signal.aborted) {
    const now = ports.now();
    const until = new Date(now.getTime() + LEASE_MS).toISOString();
    const leased = await ports.store.leaseOutbox("patchwork", now.toISOString(), until);
    if (leased === null) return posted;
    const begun = await ports.store.beginSend(leased, [], now.toISOString());
    if (begun !== "begun") continue;
    const end = await post(leased.row, ports, lists, signal);
    await ports.store.endSend(leased, end);
    ports.onEnd?.(leased.row, end);
    if (end.state === "sent") posted++;
  }
  return posted;
}

async function post(
  row: OutboxRow,
  { serverOf, now }: CheckingPorts,
  lists: readonly ListPolicy[],
  signal: AbortSignal,
): Promise<SendEnd> {
  const parsed = outgoingCheckSchema.safeParse(row.payload);
  if (!parsed.success) return { state: "failed", reason: "the row holds no check that this program can read" };
  const { list: address, messageId, check } = parsed.data;
  const list = lists.find((one) => one.address === address && one.mode !== "off" && one.mode !== "local");
  const server = list === undefined ? null : serverOf(list);
  if (server === null) return { state: "dropped", reason: "its list wants no checks any more" };
  const later = (reason: string, sure: boolean, ms = RETRY_MS): SendEnd => {
    if (row.attempts + 1 >= MAX_TRIES) return { state: "failed", reason };
    return { state: "waiting", retryAt: new Date(now().getTime() + ms).toISOString(), reason, sure };
  };
  try {
    const patch = await server.findPatch(messageId, signal);
    if (patch === null) return later("patchwork does not have the patch", !row.open);
    const there = row.open && (await server.checksOf(patch, signal)).some((one) => isSame(one, check));
    if (there) return { state: "sent", at: now().toISOString() };
    const done = await server.postCheck(patch, check, signal);
    if (done.outcome === "posted") return { state: "sent", at: now().toISOString() };
    if (done.outcome === "unknown") return later(done.reason, false);
    return later(done.reason, true, Math.max(RETRY_MS, (done.retryAfter ?? 0) * 1000));
  } catch (error) {
    // Only reading throws: what an open attempt came to is as unknown as before.
    return later(error instanceof Error ? error.message : String(error), !row.open);
  }
}

const isSame = (a: PatchworkCheck, b: PatchworkCheck): boolean =>
  a.context === b.context && a.state === b.state && a.description === b.description;
