/**
 * Patches of a list of mails, put into series: by thread where they are threaded, else by sender, version, count and
 * time. What people send is wider than git-send-email(1): series without thread, `[PATCH 6/5]`, a new version of one
 * patch in answer to the old one, a cover without a counter, resends.
 */
import type { Message } from "../message/message.js";
import { buildThreads, type Threads } from "./build-threads.js";
import type { Series, SeriesInput } from "./series.js";
import { SeriesPool } from "./series-pool.js";

/** Series of a list of messages in order of their first mail. A Message-ID that comes again is passed over. */
export function collectSeries(inputs: readonly SeriesInput[], threads?: Threads): Series[] {
  const known = threads ?? buildThreads(inputs.map((input) => input.message));
  const pool = new SeriesPool(inputs, known);
  inputs.forEach((input, at) => {
    if (isFirst(input.message, at, known) && isPosting(input, at, inputs, known)) pool.add(at);
  });
  pool.adoptCovers((at) => {
    const message = messageAt(inputs, at);
    return isFirst(message, at, known) && !answersItself(message, at, inputs, known);
  });
  return pool.series();
}

function messageAt(inputs: readonly SeriesInput[], at: number): Message {
  const input = inputs[at];
  if (input === undefined) throw new RangeError(`no message at ${at}`);
  return input.message;
}

function isFirst(message: Message, at: number, threads: Threads): boolean {
  return message.messageId === null || threads.byId.get(message.messageId) === at;
}

/** Whether a mail posts a patch or the cover of a series, rather than speaking of one. */
function isPosting(
  { message, hasDiff }: SeriesInput,
  at: number,
  inputs: readonly SeriesInput[],
  threads: Threads,
): boolean {
  const { reply, pull, patch, index, prefixes } = message.subjectInfo;
  if (reply || pull) return false;
  // The tip tree's bot announces a commit with its diff, in answer to the mail that it came from.
  if (/^tip(?:-bot2?)?$/i.test(prefixes[0] ?? "")) return false;
  if (answersItself(message, at, inputs, threads)) return false;
  if (hasDiff) return patch || index !== null || message.inReplyTo.length === 0;
  return index === 0;
}

/**
 * Pipermail drops the Re: of subjects; a mail below one of the same subject is an answer all the same. A patch below the
 * sender's own is one that was put right (`[PATCH v2.5 3/7]`).
 */
function answersItself(message: Message, at: number, inputs: readonly SeriesInput[], threads: Threads): boolean {
  const up = threads.parent[at] ?? -1;
  if (up < 0) return false;
  const parent = messageAt(inputs, up);
  if (inputs[at]?.hasDiff === true && parent.from.address.toLowerCase() === message.from.address.toLowerCase())
    return false;
  return parent.subjectInfo.title === message.subjectInfo.title && sameNumber(parent, message);
}

function sameNumber(a: Message, b: Message): boolean {
  const [x, y] = [a.subjectInfo, b.subjectInfo];
  return (
    x.version === y.version && x.index === y.index && x.total === y.total && x.prefixes.join() === y.prefixes.join()
  );
}
