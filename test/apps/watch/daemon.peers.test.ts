/** `review watch --daemon`: rounds by the clock, what it tells of itself, and how it ends. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { files, serve, type TestServer } from "../../io/archive/archive-peer.js";
import { writeEpoch } from "../../io/archive/epoch-peer.js";
import { type LogLine, patchMail, program, type Ran, type Running, roundOf } from "./program.js";

const { folder, place, run, start } = program();
const servers: TestServer[] = [];
let epochs = 0;

/** A list with three patches. */
function list(): { name: string; type: string; path: string } {
  const path = join(folder, `${++epochs}.git`);
  writeEpoch(
    path,
    ["a", "b", "c"].map((id, n) => ({ m: patchMail(id, `[PATCH] ${id}: change it`, { minute: n * 3 }) })),
  );
  return { name: "list", type: "epoch", path };
}
const METRICS = "127.0.0.1:0";
afterAll(async () => {
  for (const server of servers) await server.close();
});

interface Daemon extends Running {
  /** Waits for a line of the log that says this. */
  line(msg: string): Promise<LogLine>;
  stop(): Promise<Ran>;
}

function daemon(config: string, args: readonly string[] = []): Daemon {
  const lines: LogLine[] = [];
  const waiting = new Map<string, (line: LogLine) => void>();
  const running = start(["watch", "-c", config, "--daemon", ...args], {
    onLine: (line) => {
      lines.push(line);
      waiting.get(line.msg)?.(line);
    },
  });
  const line = (msg: string): Promise<LogLine> => {
    const known = lines.find((one) => one.msg === msg);
    if (known !== undefined) return Promise.resolve(known);
    const ended = running.done.then((ran): never => {
      throw new Error(`it ended before it said "${msg}": ${ran.err}`);
    });
    return Promise.race([new Promise<LogLine>((resolve) => waiting.set(msg, resolve)), ended]);
  };
  const stop = (): Promise<Ran> => {
    running.child.kill("SIGTERM");
    return running.done;
  };
  return { ...running, line, stop };
}

/** Samples of the text format of Prometheus (its "Exposition formats"): names with labels, and their values. */
function samples(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || /^# (?:HELP|TYPE) [a-zA-Z_:][\w:]* \S/.test(line)) continue;
    const match = /^([a-zA-Z_:][\w:]*(?:\{[^}]*\})?) (\S+)$/.exec(line);
    if (match === null) throw new Error(`no sample: ${line}`);
    found.set(match[1] ?? "", Number(match[2]));
  }
  return found;
}

describe.concurrent("a daemon", () => {
  it("does a round at once, tells of it, and ends when it is asked to", async () => {
    const { config, look } = place({ sources: [list()], metrics: METRICS, schedule: "0 0 1 1 *" });
    const watch = daemon(config);
    const { address } = await watch.line("metrics are served");
    await watch.line("round done");
    const get = (at: string, method = "GET"): Promise<Response> => fetch(`http://${address}${at}`, { method });
    const metrics = await get("/metrics");
    expect(metrics.headers.get("content-type")).toMatch(/^text\/plain; version=/);
    const values = samples(await metrics.text());
    expect(values.get('patchwitness_mails_total{source="list"}')).toBe(3);
    expect(values.get('patchwitness_series_total{outcome="judged"}')).toBe(3);
    expect(values.get('patchwitness_review_seconds_bucket{le="+Inf"}')).toBe(3);
    await expect
      .poll(async () => samples(await (await get("/metrics")).text()).get('patchwitness_store_rows{of="verdicts"}'))
      .toBe(3);
    const health = await get("/healthz");
    expect([health.status, await health.json()]).toMatchObject([
      200,
      { live: true, ready: true, reason: null, lastCycle: expect.any(String), failing: {} },
    ]);
    expect((await get("/readyz")).status).toBe(200);
    expect([(await get("/")).status, (await get("/metrics", "POST")).status]).toEqual([404, 405]);
    const ended = await watch.stop();
    expect([ended.code, ended.signal, roundOf(ended)]).toMatchObject([0, null, { judged: 3, failed: 0 }]);
    expect(ended.log.filter(({ level }) => level === "error")).toEqual([]);
    expect(await look((store) => store.counts())).toMatchObject({ mails: 3, verdicts: 3, series: { open: 0 } });
  });

  it("does rounds as its schedule says, and tells which archives fail", async () => {
    const gone = { name: "gone", type: "epoch", path: join(folder, "gone.git") };
    const growing = list();
    const { config } = place({ sources: [gone, growing], metrics: METRICS, schedule: "* * * * * *" });
    const watch = daemon(config);
    const { address } = await watch.line("metrics are served");
    await watch.line("round done");
    writeEpoch(growing.path, [{ m: patchMail("d", "[PATCH] d: later", { minute: 30 }) }]);
    const judged = async (): Promise<number | undefined> =>
      samples(await (await fetch(`http://${address}/metrics`)).text()).get(
        'patchwitness_series_total{outcome="judged"}',
      );
    await expect.poll(judged, { timeout: 8000 }).toBe(4);
    expect(await (await fetch(`http://${address}/healthz`)).json()).toMatchObject({ failing: { gone: "git-failed" } });
    // The archive that fails is told of in its log and its metrics: that it was asked to end went well.
    expect(await watch.stop()).toMatchObject({ code: 0, signal: null });
  });

  it("ends while it reads an archive that is slow, and goes on there later", async () => {
    const numbers = ["1", "2", "3", "4", "5", "6"];
    const page = (n: string): Buffer =>
      Buffer.from(`<HTML><H1>[PATCH] p: ${n}</H1><!--beginarticle-->\n<PRE>text</PRE>\n<!--endarticle--></HTML>`);
    const content = new Map<string, Buffer>([
      ["/list/index.html", Buffer.from('<title>The List Archives</title><A href="2020-May/date.html">[ Date ]</A>')],
      [
        "/list/2020-May/date.html",
        Buffer.from(`<b>Messages sorted by:</b>${numbers.map((n) => `<A HREF="${n}.html">x</A>`).join("")}`),
      ],
      ...numbers.map((n): [string, Buffer] => [`/list/2020-May/${n}.html`, page(n)]),
    ]);
    const server = await serve((request, response) => {
      if (request.url?.endsWith("/3.html") === true && !open) asked();
      else files(content)(request, response);
    });
    servers.push(server);
    let open = false;
    let asked: () => void = () => {};
    const reached = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const web = { allowPrivate: true, pauseSeconds: 0 };
    const sources = [{ name: "pages", type: "pipermail", url: `${server.origin}/list/`, ...web }, list()];
    const { config, look, watch } = place({ sources, metrics: METRICS });
    const running = daemon(config);
    await reached;
    const { address } = await running.line("metrics are served");
    const [live, ready] = [await fetch(`http://${address}/healthz`), await fetch(`http://${address}/readyz`)];
    expect([live.status, ready.status]).toEqual([200, 503]);
    expect(await ready.json()).toMatchObject({ reason: "the first round is not over yet" });
    const ended = await running.stop();
    expect([ended.code, ended.err]).toEqual([0, expect.stringContaining("asked to stop")]);
    expect(ended.err).not.toContain("internal error");
    open = true;
    expect(roundOf(await watch())).toMatchObject({ failing: 0 });
    expect((await look((store) => store.counts())).mails).toBeGreaterThanOrEqual(9);
  });

  it.each([[["--once"]], [["--daemon"]]])("ends at once where nothing was read yet: %j", async (args) => {
    const server = await serve(() => {});
    servers.push(server);
    const inbox = { name: "lore", type: "public-inbox", url: `${server.origin}/x/`, allowPrivate: true };
    const { config, look } = place({ sources: [inbox, list()] });
    const running = start(["watch", "-c", config, ...args]);
    await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBe(1);
    running.child.kill("SIGINT");
    const ended = await running.done;
    expect([ended.code, ended.signal, ended.log.map(({ msg }) => msg)]).toEqual([
      0,
      null,
      expect.arrayContaining(["round done"]),
    ]);
    expect(await look((store) => store.counts())).toMatchObject({ mails: 0 });
  });

  it.each(["every now and then", "0 0 31 2 *"])("refuses the schedule %j, and so does the check", async (schedule) => {
    const { config } = place({ sources: [list()], schedule });
    for (const args of [
      ["watch", "-c", config, "--daemon"],
      ["config", "check", config],
    ]) {
      const { code, out, err } = await run(args);
      expect([code, out]).toEqual([3, ""]);
      expect(err).toContain("schedule: ");
    }
  });

  it("says so when its metrics cannot be served", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const { config } = place({ sources: [list()], metrics: `127.0.0.1:${port}` });
    const { code, err, log } = await run(["watch", "-c", config, "--daemon"]);
    await new Promise<void>((resolve) => taken.close(() => resolve()));
    expect([code, err]).toEqual([4, expect.stringContaining(`127.0.0.1:${port}`)]);
    expect(err).toContain("metrics");
    expect(log.at(-1)).toMatchObject({ level: "error", msg: expect.stringMatching(/^metrics cannot be served on /) });
    expect(err.trimEnd().split("\n")).toHaveLength(log.length);
    expect(err).not.toContain("internal error");
  });
});
