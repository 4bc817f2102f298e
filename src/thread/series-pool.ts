/** The series that are being put together: each mail finds the one that it belongs to, or begins another. */
import type { Message } from "../message/message.js";
import type { Threads } from "./build-threads.js";
import type { Incomplete, Series, SeriesInput } from "./collect-series.js";

interface Draft {
  /** Position of each number's mail. */
  members: Map<number, number>;
  /** Position of the cover. */
  cover: number | null;
  sender: string;
  version: number;
  total: number;
  at: number;
  /** Latest date of a member in milliseconds; NaN when none has one. */
  time: number;
}

/** Mails of an unthreaded series leave the sender within this time. Milliseconds. */
const WINDOW = 60 * 60 * 1000;

export class SeriesPool {
  readonly #inputs: readonly SeriesInput[];
  readonly #threads: Threads;
  readonly #drafts: Draft[] = [];
  /** The last draft that a key led to: a link of the thread, a run of git-send-email, or a sender. */
  readonly #byKey = new Map<string, Draft>();
  readonly #draftOf = new Map<number, Draft>();

  constructor(inputs: readonly SeriesInput[], threads: Threads) {
    this.#inputs = inputs;
    this.#threads = threads;
  }

  /** Adds the mail at this position to the series it belongs to. */
  add(at: number): void {
    const message = this.#message(at);
    const info = message.subjectInfo;
    const numbered = info.index !== null && info.total !== null;
    const index = numbered ? (info.index ?? 1) : 1;
    const keys = numbered ? linkKeys(message) : [];
    const draft = keys.length === 0 ? undefined : this.#find(message, index, keys);
    const home = draft ?? this.#begin(message, at, numbered ? Math.max(info.total ?? 1, 1) : 1);
    if (index === 0) home.cover = at;
    else home.members.set(index, at);
    home.at = Math.min(home.at, at);
    const time = Date.parse(message.date ?? "");
    if (!(home.time > time)) home.time = time;
    this.#draftOf.set(at, home);
    for (const key of keys) this.#byKey.set(key, home);
  }

  #find(message: Message, index: number, keys: readonly string[]): Draft | undefined {
    for (const key of keys) {
      const draft = this.#byKey.get(key);
      if (draft === undefined || (index === 0 ? draft.cover !== null : draft.members.has(index))) continue;
      if (!key.startsWith("sender ") || Math.abs(draft.time - Date.parse(message.date ?? "")) <= WINDOW) return draft;
    }
    return undefined;
  }

  #begin(message: Message, at: number, total: number): Draft {
    const draft: Draft = {
      members: new Map(),
      cover: null,
      sender: message.from.address.toLowerCase(),
      version: message.subjectInfo.version,
      total,
      at,
      time: Number.NaN,
    };
    this.#drafts.push(draft);
    return draft;
  }

  /**
   * A series without cover takes for one the mail that its patches answer: a `[PATCH]` without a diff, or a cover that
   * counts otherwise (`0/8` over six patches).
   */
  adoptCovers(usable: (at: number) => boolean): void {
    for (const draft of this.#drafts) {
      const [first] = draft.members.values();
      const up = first === undefined ? -1 : (this.#threads.parent[first] ?? -1);
      if (draft.cover !== null || draft.total < 2 || up < 0 || !usable(up) || !this.#covers(up, draft)) continue;
      const old = this.#draftOf.get(up);
      if (old !== undefined) old.cover = null;
      draft.cover = up;
      draft.at = Math.min(draft.at, up);
      this.#draftOf.set(up, draft);
    }
  }

  #covers(at: number, draft: Draft): boolean {
    const message = this.#message(at);
    const info = message.subjectInfo;
    if (info.reply || info.pull || this.#inputs[at]?.hasDiff === true) return false;
    if (info.version !== draft.version || message.from.address.toLowerCase() !== draft.sender) return false;
    const own = this.#draftOf.get(at);
    if (own !== undefined) return own.members.size === 0 && own.cover === at;
    return info.patch && info.index === null;
  }

  /** All series in order of their first mail; one whose cover another took over is none. */
  series(): Series[] {
    const kept = this.#drafts.filter((draft) => draft.cover !== null || draft.members.size > 0);
    return kept.map((draft) => this.#finish(draft)).sort((a, b) => a.at - b.at);
  }

  #finish(draft: Draft): Series {
    const order = [...draft.members].sort(([a], [b]) => a - b).map(([, at]) => at);
    const cover = draft.cover === null ? null : this.#message(draft.cover);
    const lead = draft.cover ?? order[0] ?? draft.at;
    const first = this.#message(lead);
    return {
      title: first.subjectInfo.title,
      author: (draft.cover === null ? this.#inputs[lead]?.author : undefined) ?? first.from,
      version: draft.version,
      total: draft.total,
      cover,
      patches: order.map((at) => this.#message(at)),
      incomplete: this.#incomplete(draft, order),
      at: draft.at,
    };
  }

  #incomplete(draft: Draft, order: readonly number[]): Incomplete | null {
    if (order.length === 0) return "no-patches";
    let present = 0;
    for (const index of draft.members.keys()) if (index <= draft.total) present++;
    if (present >= draft.total) return null;
    return draft.cover === null && order.every((at) => this.#answersOldVersion(at))
      ? "partial-reroll"
      : "missing-patches";
  }

  /** Whether a patch was sent in answer to an older version of the same number, or to a mail below that one. */
  #answersOldVersion(at: number): boolean {
    const info = this.#message(at).subjectInfo;
    let up = this.#threads.parent[at] ?? -1;
    for (let steps = 0; up >= 0 && steps < 50; steps++, up = this.#threads.parent[up] ?? -1) {
      const older = this.#message(up).subjectInfo;
      if (older.patch && older.version < info.version && older.index === info.index && older.total === info.total)
        return true;
    }
    return false;
  }

  #message(at: number): Message {
    const input = this.#inputs[at];
    if (input === undefined) throw new RangeError(`no message at ${at}`);
    return input.message;
  }
}

/**
 * What leads from a mail to its series, strongest first: the mail itself or the one it answers, the run of
 * git-send-email(1) or b4 that numbered its Message-ID, its sender. Each is narrowed to one version and count.
 */
function linkKeys(message: Message): string[] {
  const { version, total, prefixes } = message.subjectInfo;
  const resend = prefixes.some((word) => /^(?:resend|repost|rebase)$/i.test(word));
  const scope = `${version} ${total} ${resend}`;
  const keys: string[] = [];
  const parent = message.inReplyTo[0] ?? message.references.at(-1);
  if (message.messageId !== null) keys.push(`mail ${scope} ${message.messageId}`);
  if (parent !== undefined) keys.push(`mail ${scope} ${parent}`);
  const run = message.messageId === null ? null : sendRun(message.messageId);
  if (run !== null) keys.push(`run ${scope} ${run}`);
  const kind = prefixes.map((word) => word.toLowerCase()).sort();
  keys.push(`sender ${scope} ${message.from.address.toLowerCase()} ${kind.join(" ")}`);
  return keys;
}

/** git-send-email(1): `time.pid-N-address`; b4: `date-slug-vM-N-hash@host`. The part that all mails of a run share. */
function sendRun(id: string): string | null {
  const git = /^(\d{8,14}[.\w]*\.\d+)-\d{1,5}-(.+)$/.exec(id) ?? /^(\d+-\d+)-\d{1,5}-(git-send-email-.+)$/.exec(id);
  if (git !== null) return `${git[1]} ${git[2]}`;
  const b4 = /^(\d{8}-.+-v\d+)-\d{1,5}-([0-9a-f]+@.+)$/.exec(id);
  return b4 === null ? null : `${b4[1]} ${b4[2]}`;
}
