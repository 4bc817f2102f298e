/** What a running watch counts, for Prometheus, and whether it is well. */
import { createServer, type Server } from "node:http";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { EXIT, ReviewError } from "../../errors.js";
import { listenAt, parseListen } from "../../io/hosts.js";
import type { Counts } from "../../watch/store.js";
import { Health } from "./health.js";

/** The counters of one process. */
export class Metrics {
  readonly registry = new Registry();
  readonly health = new Health();
  private readonly of = { registers: [this.registry] };
  readonly mails = new Counter({
    name: "patchwitness_mails_total",
    help: "Mails read from archives, those known before included",
    labelNames: ["source"],
    ...this.of,
  });
  readonly dead = new Counter({
    name: "patchwitness_dead_letters_total",
    help: "Mails and series put to the dead letters",
    labelNames: ["kind"],
    ...this.of,
  });
  readonly judged = new Counter({
    name: "patchwitness_series_total",
    help: "Series by what came of judging them: judged, failed",
    labelNames: ["outcome"],
    ...this.of,
  });
  readonly findings = new Counter({
    name: "patchwitness_findings_total",
    help: "Findings of judged series",
    labelNames: ["rule", "status"],
    ...this.of,
  });
  readonly sourceFailures = new Counter({
    name: "patchwitness_source_failures_total",
    help: "Times that an archive could not be read to its end",
    labelNames: ["source", "reason"],
    ...this.of,
  });
  readonly commands = new Counter({
    name: "patchwitness_commands_total",
    help: "Commands by mail, by what became of them",
    labelNames: ["verb", "outcome"],
    ...this.of,
  });
  readonly mailEnds = new Counter({
    name: "patchwitness_outgoing_total",
    help: "Mails that were dealt with: sent, waiting, postponed, dropped, failed, unsure",
    labelNames: ["end"],
    ...this.of,
  });
  readonly seconds = new Histogram({
    name: "patchwitness_review_seconds",
    help: "Time to judge a series",
    buckets: [0.1, 0.3, 1, 3, 10, 30, 100],
    ...this.of,
  });
  private readonly stored = new Gauge({
    name: "patchwitness_store_rows",
    help: "What the store holds",
    labelNames: ["of"],
    ...this.of,
  });

  setCounts(counts: Counts): void {
    const { series, ...rows } = counts;
    for (const [name, count] of Object.entries(rows)) this.stored.set({ of: name }, count);
    for (const [state, count] of Object.entries(series)) this.stored.set({ of: `series ${state}` }, count);
  }
}

/** Serves /metrics, /healthz (it works) and /readyz (it has done a round). `listen` is "host:port"; port 0 takes any. Gives the server and where it listens. */
export async function serveMetrics(metrics: Metrics, listen: string): Promise<{ server: Server; address: string }> {
  const refused = (cause: Error): ReviewError => {
    const message = `metrics cannot be served on ${listen}: ${cause.message}; name another place under metrics: in the configuration`;
    return new ReviewError("metrics-not-served", EXIT.input, message, { cause });
  };
  const place = parseListen(listen);
  if (place === null) throw refused(new Error("there is no such port"));
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") response.writeHead(405).end();
    else if (path === "/metrics") {
      metrics.registry.metrics().then(
        (text) => response.writeHead(200, { "content-type": metrics.registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    } else if (path === "/healthz" || path === "/readyz") {
      const answer = metrics.health.answer();
      const ok = answer.live && (path === "/healthz" || answer.ready);
      response.writeHead(ok ? 200 : 503, { "content-type": "application/json" }).end(JSON.stringify(answer));
    } else response.writeHead(404).end();
  });
  const bound = await listenAt(server, place, refused);
  return { server, address: `${place.host}:${bound}` };
}
