/** What a backfill found, rule by rule, as a table for a terminal, and each finding with its patch. */
import { type FoundFinding, foundText } from "../../report/found.js";
import { visible } from "../../report/visible.js";
import type { Review } from "../../review/finding.js";
import type { SeriesRecord } from "../../watch/records.js";

/** How often each rule spoke, by the status of what it found. */
export class FindingTable {
  private readonly rows = new Map<string, Map<string, number>>();
  private readonly found: FoundFinding[] = [];
  private readonly seen = new Set<string>();

  add({ version, title, sent }: Pick<SeriesRecord, "version" | "title" | "sent">, review: Review): void {
    for (const { rule, severity, status, id, path, line, messageId } of review.findings) {
      const subject = review.patches.find((patch) => patch.messageId === messageId)?.subject ?? title;
      this.found.push({ id, rule, severity, status, path, line, messageId, subject, version, sent });
      const row = this.rows.get(rule) ?? new Map<string, number>();
      this.rows.set(rule, row);
      row.set(status, (row.get(status) ?? 0) + 1);
      if (!this.seen.has(`${rule} ${id}`)) row.set("faults", (row.get("faults") ?? 0) + 1);
      this.seen.add(`${rule} ${id}`);
    }
  }

  /**
   * Rules in order, one line each, then the findings; "no findings" where there are none. Where not all was read and judged
   * (`whole`), the last line says so.
   */
  text(whole: boolean): string {
    const rest = whole ? "" : "Not everything was read and judged: see the log above. There may be more.\n";
    if (this.rows.size === 0) return whole ? "no findings\n" : `no findings so far\n${rest}`;
    const columns = ["introduced", "incomplete-fix", "pre-existing", "fixed-later", "acknowledged", "faults"];
    const rules = [...this.rows.keys()].sort();
    const width = Math.max(4, ...rules.map((r) => r.length));
    const line = (first: string, cells: readonly string[]): string =>
      `${first.padEnd(width)}${cells.map((c, i) => `  ${c.padStart((columns[i] ?? "").length)}`).join("")}`;
    const body = rules.map((rule) =>
      line(
        rule,
        columns.map((c) => String(this.rows.get(rule)?.get(c) ?? 0)),
      ),
    );
    return `${[line("rule", columns), ...body].map(visible).join("\n")}\n\n${foundText(this.found, false, "the table counts them")}${rest}`;
  }
}
