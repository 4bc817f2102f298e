/** `review watch --retry`: what was given up is tried once more. */
import { openBatch } from "../../watch/ingest.js";
import type { DeadLetter } from "../../watch/records.js";
import { type ManyMails, type Source, SourceError } from "../../watch/source.js";
import type { WatchContext } from "./context.js";

/** Takes dead letters up again. Mails are opened anew, series are open again; gives how many of each, and how many stay. */
export async function retryDead(
  context: WatchContext,
  sources: readonly Source[],
): Promise<{ mails: number; series: number; left: number }> {
  const done = { mails: 0, series: 0, left: 0 };
  for (const letter of await context.store.deadLetters()) {
    if (context.signal.aborted) break;
    if (letter.kind === "series") {
      await context.store.revive("series", letter.key);
      done.series++;
    } else if (await retryMail(letter, context, sources)) done.mails++;
    else done.left++;
  }
  return done;
}

async function retryMail(letter: DeadLetter, context: WatchContext, sources: readonly Source[]): Promise<boolean> {
  const { store, digests, now, log, notes } = context;
  const { source } = letter;
  const cursor = source === null ? null : await store.cursor(source);
  if (source === null || cursor === null) return false;
  const found = await archived(letter, context, sources);
  const time = now().toISOString();
  const options = { digest: digests.sha256, notes, now: () => time };
  const opened = "reason" in found ? null : await openBatch(source, { ...found, removed: [], cursor }, options);
  // The letter's own mail may be what cannot be read; of a place with many mails, others get letters of their own.
  const own = opened?.dead.find(({ key }) => key === letter.key);
  if (opened === null || own !== undefined) {
    const reason = "reason" in found ? found.reason : own?.reason;
    log.warn({ letter: letter.key, reason }, "the mail cannot be read still");
    return false;
  }
  if ((await store.record(source, cursor, opened, time)) === null) return false;
  await store.revive("mail", letter.key);
  return true;
}

/** The mail as it was kept; of one that the archive did not give, what it gives now. */
async function archived(
  { source, ref, form, raw }: DeadLetter,
  { signal }: WatchContext,
  sources: readonly Source[],
): Promise<ManyMails | { reason: string }> {
  if (form !== null && raw !== null) return { mails: [{ ref, form, raw }], lost: [] };
  const from = sources.find(({ name }) => name === source);
  if (from === undefined) return { reason: "its source is not configured any more" };
  try {
    const got = (await from.again?.(ref, { signal })) ?? null;
    if (got === null) return { reason: "the archive has nothing else to give in its place" };
    if ("raw" in got) return { mails: [got], lost: [] };
    return "mails" in got ? got : { reason: `${got.reason}: ${got.message}` };
  } catch (error) {
    if (signal.aborted) return { reason: "asked to stop" };
    if (!(error instanceof SourceError)) throw error;
    return { reason: `${error.reason}: ${error.message}` };
  }
}
