/** The series that are being put together: each mail finds the one that it belongs to, or begins another. */
import type { Message } from "../message/message.js";
import type { Threads } from "./build-threads.js";
import { isThreadKey, linkKeys } from "./link-keys.js";
import type { Incomplete, Series, SeriesInput } from "./series.js";

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
  /** How many mails have a link of the thread in common, by its key. */
  readonly #uses = new Map<string, number>();

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
    for (const key of keys) if (isThreadKey(key)) this.#uses.set(key, (this.#uses.get(key) ?? 0) + 1);
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
      if (draft === undefined) continue;
      const taken = index === 0 ? draft.cover : draft.members.get(index);
      if (taken !== null && taken !== undefined && !(isThreadKey(key) && this.#evict(draft, index, taken))) continue;
      if (!key.startsWith("sender ") || Math.abs(draft.time - Date.parse(message.date ?? "")) <= WINDOW) return draft;
    }
    return undefined;
  }

  /**
   * Takes a patch out of a series that it came to by its sender alone, for one that the thread puts in its place: somebody
   * sent the last patch by itself, saw it, and sent the whole series. False when the thread speaks for the first as well.
   */
  #evict(draft: Draft, index: number, at: number): boolean {
    const message = this.#message(at);
    const keys = linkKeys(message).filter(isThreadKey);
    if (index === 0 || keys.some((key) => (this.#uses.get(key) ?? 0) > 1)) return false;
    draft.members.delete(index);
    const rest = [...draft.members.values(), ...(draft.cover === null ? [] : [draft.cover])];
    if (rest.length > 0) draft.at = Math.min(...rest);
    const own = this.#begin(message, at, draft.total);
    own.members.set(index, at);
    own.time = Date.parse(message.date ?? "");
    this.#draftOf.set(at, own);
    for (const key of keys) this.#byKey.set(key, own);
    return true;
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
   * A series without cover takes for one the mail that its patches answer: a `[PATCH]` without a diff, a cover that counts
   * otherwise (`0/8` over six patches), or one of which only the cover or only the patches name the version.
   */
  adoptCovers(usable: (at: number) => boolean): void {
    for (const draft of this.#drafts) {
      const [first] = draft.members.values();
      const up = first === undefined ? -1 : (this.#threads.parent[first] ?? -1);
      if (draft.cover !== null || up < 0 || !usable(up) || !this.#covers(up, draft)) continue;
      const old = this.#draftOf.get(up);
      if (old !== undefined) old.cover = null;
      draft.cover = up;
      draft.version = Math.max(draft.version, this.#message(up).subjectInfo.version);
      draft.at = Math.min(draft.at, up);
      this.#draftOf.set(up, draft);
    }
  }

  #covers(at: number, draft: Draft): boolean {
    const message = this.#message(at);
    const info = message.subjectInfo;
    if (info.reply || info.pull || this.#inputs[at]?.hasDiff === true) return false;
    if (message.from.address.toLowerCase() !== draft.sender) return false;
    const own = this.#draftOf.get(at);
    if (info.version !== draft.version && !this.#sentTogether(at, draft)) return false;
    if (own !== undefined) return own.members.size === 0 && own.cover === at;
    return info.patch && info.index === null;
  }

  /** Whether one of cover and patches names no version, they count alike, and they were sent at one time. */
  #sentTogether(at: number, { version, total, time }: Draft): boolean {
    const { subjectInfo: info, date } = this.#message(at);
    if (Math.min(info.version, version) !== 1 || info.index !== 0 || info.total !== total) return false;
    return Math.abs(time - Date.parse(date ?? "")) <= WINDOW;
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
      // [PATCH v2.5 3/7] in answer to [PATCH v2 3/7] is a version of its own too.
      if (older.patch && older.version <= info.version && older.index === info.index && older.total === info.total)
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
