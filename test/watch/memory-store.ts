/** The store port in memory: for tests of what stands above it. */
import type {
  DeadLetter,
  FindingRecord,
  MailRecord,
  SeriesRecord,
  SeriesState,
  VerdictRecord,
} from "../../src/watch/records.js";
import type { Counts, DueSeries, RecordedBatch, Store, When } from "../../src/watch/store.js";

interface Row {
  series: SeriesRecord;
  state: SeriesState;
  arrived: string;
  attempts: number;
  retryAt: string;
  leased: string;
}

const normal = (title: string): string => title.toLowerCase().replace(/\W+/g, " ").trim();

export class MemoryStore implements Store {
  readonly cursors = new Map<string, string>();
  readonly known = new Map<string, MailRecord>();
  readonly sightings = new Map<string, Set<string>>();
  readonly sorted = new Set<string>();
  readonly rows = new Map<string, Row>();
  readonly dead = new Map<string, DeadLetter>();
  readonly judged: { verdict: VerdictRecord; findings: FindingRecord[] }[] = [];
  readonly patchIds = new Map<string, string>();
  private readonly silenced = new Set<string>();

  async cursor(source: string): Promise<string | null> {
    return this.cursors.get(source) ?? null;
  }

  async record(source: string, before: string | null, batch: RecordedBatch): Promise<string[] | null> {
    if ((this.cursors.get(source) ?? null) !== before) return null;
    const fresh: string[] = [];
    for (const { mail, ref } of batch.mails) {
      if (!this.known.has(mail.id)) {
        this.known.set(mail.id, mail);
        if (mail.kind !== "other") fresh.push(mail.id);
      }
      this.sightings.set(mail.id, (this.sightings.get(mail.id) ?? new Set()).add(`${source} ${ref}`));
    }
    for (const letter of batch.dead) this.dead.set(`${letter.kind} ${letter.key}`, letter);
    this.cursors.set(source, batch.cursor);
    return fresh;
  }

  async unsorted(limit: number): Promise<string[]> {
    const ids = [...this.known.values()].filter((m) => m.kind !== "other" && !this.sorted.has(m.id)).map((m) => m.id);
    return ids.slice(0, limit);
  }

  async neighbours(ids: readonly string[], windowMs: number): Promise<MailRecord[]> {
    const found = new Set(ids);
    const roots = ids.map((id) => this.known.get(id)).filter((m) => m !== undefined);
    const near = (m: MailRecord): boolean =>
      roots.some((r) => {
        if (r.sender !== m.sender || r.sent === null || m.sent === null) return false;
        return Math.abs(Date.parse(r.sent) - Date.parse(m.sent)) <= windowMs;
      });
    for (const m of this.known.values()) if (m.kind !== "other" && near(m)) found.add(m.id);
    for (let grown = true; grown; ) {
      grown = false;
      for (const m of this.known.values()) {
        const linked =
          m.parents.some((p) => found.has(p)) || [...found].some((id) => this.known.get(id)?.parents.includes(m.id));
        if (!linked || found.has(m.id)) continue;
        found.add(m.id);
        grown = true;
      }
    }
    return [...this.known.values()].filter((m) => found.has(m.id));
  }

  async candidates(series: SeriesRecord): Promise<SeriesRecord[]> {
    return [...this.rows.values()]
      .map((r) => r.series)
      .filter((s) => s.key !== series.key && (normal(s.title) === normal(series.title) || s.author === series.author));
  }

  async putPatchIds(ids: ReadonlyMap<string, string>): Promise<void> {
    for (const [mail, id] of ids) this.patchIds.set(mail, id);
  }

  async mailOfPatch(patchId: string): Promise<string | null> {
    return [...this.patchIds].find(([, id]) => id === patchId)?.[0] ?? null;
  }

  async ofChange(changeId: string): Promise<SeriesRecord[]> {
    return [...this.rows.values()].map((r) => r.series).filter((s) => s.changeId === changeId);
  }

  async endLeases(now: string): Promise<void> {
    for (const row of this.rows.values()) if (row.leased > now) row.leased = now;
  }

  async renew(): Promise<boolean> {
    return true;
  }

  async putSeries(mails: readonly string[], series: readonly SeriesRecord[], now: string): Promise<void> {
    for (const id of mails) this.sorted.add(id);
    for (const [key, row] of [...this.rows]) {
      if (!row.series.members.some((m) => mails.includes(m))) continue;
      this.rows.delete(key);
      for (const m of row.series.members) if (!mails.includes(m)) this.sorted.delete(m);
      const same = series.find((s) => s.key === key && s.revision === row.series.revision);
      if (same !== undefined) this.rows.set(key, { ...row, series: same });
    }
    for (const s of series)
      if (!this.rows.has(s.key))
        this.rows.set(s.key, { series: s, state: "open", arrived: now, attempts: 0, retryAt: "", leased: "" });
  }

  async mails(ids: readonly string[]): Promise<MailRecord[]> {
    return ids.flatMap((id) => this.known.get(id) ?? []);
  }

  async series(key: string) {
    const row = this.rows.get(key);
    return row === undefined ? null : { ...row.series, state: row.state, arrived: row.arrived };
  }

  async seriesOf(mail: string): Promise<string | null> {
    return [...this.rows.values()].find((r) => r.series.members.includes(mail))?.series.key ?? null;
  }

  async due(when: When): Promise<DueSeries[]> {
    const ready = [...this.rows.values()].filter((r) => {
      if (r.state !== "open" || r.leased > when.now || r.retryAt > when.now) return false;
      if ([...this.rows.values()].some((o) => o.series.previous === r.series.key)) return false;
      return r.series.incomplete === null || r.arrived <= when.quietSince;
    });
    const taken = ready.slice(0, when.limit);
    for (const r of taken) r.leased = when.leaseUntil ?? "";
    return taken.map((r) => ({ series: r.series, attempts: r.attempts }));
  }

  async putVerdict(verdict: VerdictRecord, findings: readonly FindingRecord[]): Promise<boolean> {
    const row = this.rows.get(verdict.series);
    if (row === undefined || row.series.revision !== verdict.revision) return false;
    this.judged.push({ verdict, findings: [...findings] });
    row.state = "judged";
    row.leased = "";
    return true;
  }

  async failSeries(key: string, reason: string, retryAt: string): Promise<void> {
    const row = this.rows.get(key);
    if (row === undefined) return;
    row.attempts++;
    row.retryAt = retryAt;
    row.leased = "";
    if (row.attempts < 3) return;
    row.state = "dead";
    this.dead.set(`series ${key}`, {
      kind: "series",
      key,
      source: null,
      ref: key,
      reason,
      attempts: row.attempts,
      form: null,
      raw: null,
    });
  }

  async deadLetters(): Promise<DeadLetter[]> {
    return [...this.dead.values()];
  }

  async revive(kind: DeadLetter["kind"], key: string): Promise<void> {
    this.dead.delete(`${kind} ${key}`);
    const row = this.rows.get(key);
    if (kind === "series" && row !== undefined) Object.assign(row, { state: "open", attempts: 0, retryAt: "" });
  }

  async suppress(finding: string): Promise<void> {
    this.silenced.add(finding);
  }

  async unsuppress(finding: string): Promise<void> {
    this.silenced.delete(finding);
  }

  async suppressed(): Promise<ReadonlySet<string>> {
    return this.silenced;
  }

  async *verdicts() {
    yield* this.judged;
  }

  async counts(): Promise<Counts> {
    const of = (state: SeriesState): number => [...this.rows.values()].filter((r) => r.state === state).length;
    const { size: mails } = this.known;
    const series = { open: of("open"), judged: of("judged"), dead: of("dead") };
    return {
      mails,
      sightings: 0,
      series,
      verdicts: this.judged.length,
      findings: 0,
      outbox: 0,
      deadLetters: this.dead.size,
    };
  }

  async close(): Promise<void> {}
}
