/** What happens when the surroundings fail a watch: it says what to do, and goes on when that was done. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { dump } from "../../../src/io/store/dump.js";
import { openStore } from "../../../src/io/store/store.js";
import { files, serve, type TestServer } from "../../io/archive/archive-peer.js";
import { corpusEpoch, writeEpoch } from "../../io/archive/epoch-peer.js";
import { hasLore, startLore } from "../../io/archive/lore-peer.js";
import { noServer, type Server, startServer } from "../../io/store/server.js";
import { judgedBy, patchMail, program, roundOf } from "./program.js";

const { folder, place, run, start } = program();
const servers: TestServer[] = [];
const mounted: string[] = [];
let database: Server | null = null;
afterAll(async () => {
  for (const server of servers) await server.close();
  for (const point of mounted) spawnSync("umount", ["--lazy", point]);
  await database?.stop();
});

const path = join(folder, "0.git");
writeEpoch(
  path,
  ["a", "b"].map((id, n) => ({ m: patchMail(id, `[PATCH] ${id}: change it`, { minute: n * 3 }) })),
);
const list = { name: "list", type: "epoch", path };

/** A file system of this size in memory; null where it may not be mounted (a container without the right to). */
function mount(options: string): string | null {
  const point = mkdtempSync(join(folder, "mount-"));
  if (process.getuid?.() !== 0 || spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", point]).status !== 0)
    return null;
  mounted.push(point);
  return point;
}
const small = mount("size=3m");
const why = small === null ? " (skipped: only root may mount a small file system)" : "";

describe.concurrent("a configuration", () => {
  it("is refused with everything that is wrong with it", async () => {
    const { config } = place({
      contact: "",
      colour: "red",
      quiet: "soon",
      workers: 0,
      sources: [
        { name: "A list", type: "epoch", path },
        { name: "b", type: "pipermail", url: "ftp://example.org/" },
        { name: "c", type: "pigeon" },
      ],
    });
    for (const args of [
      ["watch", "-c", config],
      ["config", "check", config],
    ]) {
      const { code, out, err } = await run(args);
      expect([code, out]).toEqual([3, ""]);
      for (const said of [
        "contact: ",
        "colour",
        "quiet: ",
        "workers: ",
        "sources.0.name: ",
        "sources.1.url: ",
        "sources.2",
      ])
        expect(err).toContain(said);
    }
  });

  it("is refused for what its parts say of each other, and as no YAML, and where it is not there", async () => {
    const tree = { name: "linux", path: "./linux" };
    const twice = place({ sources: [list, list], trees: [tree, tree] });
    const both = await twice.watch();
    expect([both.code, both.out]).toEqual([3, ""]);
    expect(both.err).toMatch(/the name list comes twice[\s\S]*the name linux comes twice/);
    writeFileSync(twice.config, "data: [\nsources: }\n");
    expect(await twice.watch()).toMatchObject({ code: 3, err: expect.stringContaining(twice.config) });
    unlinkSync(twice.config);
    expect(await twice.watch()).toMatchObject({ code: 3, err: expect.stringContaining("cannot be read") });
  });

  it.each([
    ["--since", "yesterday"],
    ["--until", "2026-02-30"],
  ])("is not even read where a day is none: %s %s", async (option, day) => {
    const { code, err } = await run(["watch", "-c", join(folder, "none.yaml"), option, day]);
    expect([code, err]).toEqual([2, expect.stringContaining(`${option}: ${day} is no month or day`)]);
  });

  it.each([
    [["--dry-run", "--daemon"], "cannot be used with"],
    [["--since", "2026-03", "--until", "2026-02"], "--since 2026-03 is after --until 2026-02"],
  ])("is not even read where words exclude each other: %j", async (args, said) => {
    const { code, out, err } = await run(["watch", "-c", join(folder, "none.yaml"), ...args]);
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(said)]);
  });

  it("that answers on a list is told when no source of it keeps whole mails", async () => {
    const pages = { name: "pages", type: "pipermail", url: "https://lists.example.org/pipermail/kvm/" };
    const mail = { from: "w@example.org", replyTo: "w@example.org", smtp: { host: "127.0.0.1", security: "none" } };
    const told = async (mode: string, ...sources: object[]): Promise<string> => {
      const { config } = place({ sources, lists: [{ address: "kvm@example.org", mode }], mail });
      return (await run(["config", "check", config])).err;
    };
    expect(await told("author", pages)).toContain("sources: all of them are pipermail, which keeps no whole mails");
    expect(await told("local", pages)).not.toContain("pipermail");
    expect(await told("author", pages, list)).not.toContain("pipermail");
  });

  it("is refused where its rules are unsound", async () => {
    const { watch, folder: here } = place({ sources: [list], rules: "./rules" });
    mkdirSync(join(here, "rules/kvm/odd"), { recursive: true });
    writeFileSync(join(here, "rules/kvm/odd/rule.yaml"), "id: odd\n");
    expect(await watch()).toMatchObject({ code: 3, err: expect.stringContaining("rule.yaml") });
  });
});

describe.concurrent("an archive that cannot be reached", () => {
  it("keeps no other one from being read, and is read when it is back", async () => {
    const content = new Map<string, Buffer>([
      [
        "/list/index.html",
        Buffer.from(
          '<title>The List Archives</title><A href="2026-March.txt">[ Text ]</A><A href="2026-March/date.html">[ Date ]</A>',
        ),
      ],
      [
        "/list/2026-March.txt",
        Buffer.from(
          `From x at example.org  Tue Mar 10 11:00:00 2026\n${patchMail("p", "[PATCH] p: x", { minute: 30 })}\n`,
        ),
      ],
    ]);
    let down = true;
    const server = await serve((request, response) => {
      if (down) request.socket.destroy();
      else files(content)(request, response);
    });
    servers.push(server);
    const web = { allowPrivate: true, pauseSeconds: 0, tries: 1 };
    const { watch, look, dump } = place({
      sources: [
        { name: "lore", type: "public-inbox", url: "http://127.0.0.1:9/list/", ...web },
        { name: "pages", type: "pipermail", url: `${server.origin}/list/`, ...web },
        list,
      ],
    });
    const first = await watch();
    expect([first.code, roundOf(first)]).toMatchObject([5, { sources: 3, failing: 2, mails: 2, judged: 2 }]);
    const failures = first.log.filter(({ level }) => level === "warn");
    expect(failures.map(({ source, reason }) => [source, reason])).toEqual([
      ["lore", "unreachable"],
      ["pages", "unreachable"],
    ]);
    const dry = await watch(["--dry-run"]);
    expect([dry.code, dry.out]).toEqual([5, expect.stringMatching(/^no findings so far\nNot everything was read/)]);
    const before = await dump();
    const second = await watch();
    expect([second.code, roundOf(second), await dump()]).toMatchObject([5, { mails: 0, judged: 0 }, before]);
    down = false;
    const third = await watch();
    expect([third.code, roundOf(third)]).toMatchObject([5, { failing: 1, mails: 1, judged: 1 }]);
    expect(await look((store) => store.counts())).toMatchObject({ mails: 3, verdicts: 3 });
  });
});

describe.concurrent("a data folder", () => {
  it("is one process's at a time", async () => {
    const server = await serve(() => {});
    servers.push(server);
    const inbox = { name: "lore", type: "public-inbox", url: `${server.origin}/x/`, allowPrivate: true };
    const { config, watch } = place({ sources: [inbox] });
    const first = start(["watch", "-c", config]);
    await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBe(1);
    const second = await watch();
    expect([second.code, second.err]).toEqual([
      4,
      expect.stringMatching(
        /another process watches with this data folder .*: wait until its round is over, or end it/,
      ),
    ]);
    first.child.kill("SIGKILL");
    expect((await first.done).signal).toBe("SIGKILL");
    // Nothing of the killed process keeps the next one out.
    const third = start(["watch", "-c", config]);
    await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBe(2);
    third.child.kill("SIGTERM");
    expect((await third.done).code).toBe(0);
  });

  it.skipIf(small === null)(`may be full, which loses nothing${why}`, async () => {
    const point = small ?? "";
    const epoch = join(folder, "large.git");
    const large = (n: number): string =>
      patchMail(`large-${n}`, `[PATCH] large-${n}: x`, { minute: n }).replace(
        "Words about it.",
        "Words. ".repeat(40_000),
      );
    writeEpoch(
      epoch,
      Array.from({ length: 12 }, (_, n) => ({ m: large(n) })),
    );
    const sources = [{ name: "list", type: "epoch", path: epoch }];
    const [full, roomy] = [place({ sources, data: point }), place({ sources })];
    writeFileSync(join(point, "ballast"), Buffer.alloc(1_500_000));
    const first = await full.watch();
    expect([first.code, first.err]).toEqual([4, expect.stringContaining("make room and run again")]);
    expect(first.err).not.toContain("internal error");
    const again = await full.watch();
    expect([again.code, again.err]).toEqual([4, expect.stringContaining("make room")]);
    spawnSync("mount", ["-o", "remount,size=64m", point]);
    const third = await full.watch();
    expect([third.code, roundOf(third)]).toMatchObject([0, { failing: 0, failed: 0 }]);
    await roomy.watch();
    const store = await openStore({ file: join(point, "store.db") });
    expect(await dump(store)).toBe(await roomy.dump());
    expect((await store.counts()).mails).toBe(12);
    await store.close();
  });

  it.skipIf(small === null || !hasLore)(`may be too full for a mirror${why || " (needs public-inbox)"}`, async () => {
    const point = mount("size=2m") ?? "";
    const epoch = join(folder, "many.git");
    corpusEpoch(epoch, 60);
    const lore = await startLore(join(folder, "server"), "riscv", epoch);
    const inbox = { name: "lore", type: "public-inbox", url: lore.url, allowPrivate: true, tries: 1 };
    const { data, watch } = place({ sources: [inbox, list] });
    symlinkSync(point, join(data, "archives"));
    writeFileSync(join(point, "ballast"), Buffer.alloc(1_950_000));
    const full = await watch();
    expect([full.code, full.err]).toEqual([4, expect.stringContaining("make room")]);
    // Other archives are read all the same.
    expect(roundOf(full)).toMatchObject({ failing: 1, mails: 2, judged: 2 });
    expect(full.err).not.toContain("internal error");
    spawnSync("mount", ["-o", "remount,size=64m", point]);
    // The answers that there was no room to keep are asked for again, and nothing stands in the way of the mirror.
    const roomy = await watch();
    await lore.close();
    expect([roomy.code, roundOf(roomy)]).toMatchObject([0, { failing: 0, mails: 60 }]);
  });

  it.skipIf(small === null)(`may be too full for answers of a server${why}`, async () => {
    const point = mount("size=2m") ?? "";
    const months = Buffer.from(`<title>The List Archives</title>${" ".repeat(3_000_000)}`);
    const server = await serve(files(new Map([["/list/index.html", months]])));
    servers.push(server);
    const pages = { name: "pages", type: "pipermail", url: `${server.origin}/list/`, allowPrivate: true, tries: 1 };
    const { watch } = place({ data: point, sources: [pages, list] });
    const ran = await watch();
    expect([ran.code, roundOf(ran)]).toMatchObject([0, { failing: 0, judged: 2 }]);
    expect(readdirSync(join(point, "archives/http"))).toEqual([]);
  });

  it.skipIf(small === null)(`may not be written${why}`, async () => {
    const point = mount("size=4m") ?? "";
    const { watch } = place({ data: point, sources: [list] });
    expect((await watch()).code).toBe(0);
    const kept = readdirSync(point).sort();
    spawnSync("mount", ["-o", "remount,ro", point]);
    const fixed = await watch();
    expect([fixed.code, fixed.err]).toEqual([4, expect.stringContaining(point)]);
    expect(fixed.err).toContain("mounted read-only");
    expect(fixed.err).not.toContain("internal error");
    expect(readdirSync(point).sort()).toEqual(kept);
    const below = place({ data: join(point, "new"), sources: [list] });
    expect(await below.watch()).toMatchObject({
      code: 4,
      err: expect.stringMatching(/mounted read-only; name another under data:/),
    });
  });

  it("may be a file", async () => {
    const here = place({ sources: [list], data: "./watch.yaml" });
    expect(await here.watch()).toMatchObject({ code: 4, err: expect.stringContaining("data:") });
    expect(existsSync(here.config)).toBe(true);
  });
});

describe.concurrent("PostgreSQL", () => {
  it("is told of where it cannot be reached", async () => {
    const { watch } = place({ sources: [list], database: "postgres://me:secret@127.0.0.1:1/store" });
    const { code, err } = await watch();
    expect([code, err]).toEqual([5, expect.stringContaining("127.0.0.1:1/store")]);
    expect(err).toContain("database: of the configuration");
    expect(err).not.toMatch(/secret|DATABASE_URL/);
  });

  it.skipIf(noServer !== null)(
    `frees what a process of a clock that was off had leased${noServer === null ? "" : ` (skipped: ${noServer})`}`,
    async () => {
      database = await startServer();
      const url = await database.create();
      const { watch, look } = place({ sources: [list], database: url });
      const day = 24 * 3_600_000;
      const killed = await watch([], {
        shift: 2 * day,
        onLine: ({ msg }, child) => {
          if (msg === "put into series") child.kill("SIGKILL");
        },
      });
      expect(killed.signal).toBe("SIGKILL");
      await look(async (store) => {
        const later = new Date(Date.now() + 2 * day).toISOString();
        await store.sql.db.updateTable("series").set({ leased_until_at: later }).execute();
      }, url);
      const back = await watch();
      expect([back.code, judgedBy(back).sort()]).toEqual([0, ["a@example.org", "b@example.org"]]);
      expect(await look((store) => store.counts(), url)).toMatchObject({ mails: 2, verdicts: 2, series: { open: 0 } });
    },
  );
});
