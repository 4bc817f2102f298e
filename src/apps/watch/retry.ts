/** `review watch --retry`: what was given up is tried once more. */
import { tryToOpen } from "../../watch/ingest.js";
import type { DeadLetter } from "../../watch/records.js";
import type { WatchContext } from "./context.js";

/** Takes dead letters up again. Mails are opened anew, series are open again; gives how many of each, and how many stay. */
export async function retryDead(context: WatchContext): Promise<{ mails: number; series: number; left: number }> {
  const done = { mails: 0, series: 0, left: 0 };
  for (const letter of await context.store.deadLetters()) {
    if (letter.kind === "series") {
      await context.store.revive("series", letter.key);
      done.series++;
    } else if (await retryMail(letter, context)) done.mails++;
    else done.left++;
  }
  return done;
}

async function retryMail(letter: DeadLetter, { store, digests, now, log }: WatchContext): Promise<boolean> {
  const { source, ref, form, raw } = letter;
  if (source === null || form === null || raw === null) {
    log.warn(
      { letter: letter.key, reason: letter.reason },
      "the archive has no bytes of this mail: it stays a dead letter",
    );
    return false;
  }
  const opened = await tryToOpen({ ref, form, raw }, digests.sha256);
  if ("reason" in opened) {
    log.warn({ letter: letter.key, reason: opened.reason }, "the mail cannot be read still");
    return false;
  }
  const cursor = await store.cursor(source);
  if (cursor === null) return false;
  const batch = { mails: [{ mail: opened.mail, ref }], removed: [], dead: [], cursor };
  if ((await store.record(source, cursor, batch, now().toISOString())) === null) return false;
  await store.revive("mail", letter.key);
  return true;
}
