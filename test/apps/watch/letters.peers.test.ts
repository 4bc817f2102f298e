/** Dead letters: what cannot be read or judged stands there with its reason, keeps nothing else waiting, and is taken up again. */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { files, serve, type TestServer } from "../../io/archive/archive-peer.js";
import { writeEpoch } from "../../io/archive/epoch-peer.js";
import { commit, gitOn } from "../../io/tiny-kernel.js";
import { judgedBy, type Place, patchMail, program, roundOf } from "./program.js";

const { folder, place } = program();
const servers: TestServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const letters = ({ look }: Place) => look((store) => store.deadLetters());
const mails = async ({ look }: Place): Promise<number> => (await look((store) => store.counts())).mails;

const page = (n: string): string => `<HTML><BODY><H1>[PATCH] page ${n}</H1>
<B>A. Author</B> <A HREF="mailto:x">author at example.org</A><BR><I>Tue Mar 10 11:0${n}:40 PDT 2026</I><P>
<!--beginarticle-->
<PRE>Words.
---
diff --git a/${n}.c b/${n}.c
--- a/${n}.c
+++ b/${n}.c
@@ -1 +1 @@
-int a;
+int b;
</PRE>
<!--endarticle--></BODY></HTML>`;

describe.concurrent("a mail that cannot be read", () => {
  it("is a page that is gone from the archive, until it is there again", async () => {
    const pages = ["1", "2", "3"].map((n) => [`/list/2026-March/${n}.html`, Buffer.from(page(n))] as const);
    const content = new Map<string, Buffer>([
      ["/list/index.html", Buffer.from('<title>The List Archives</title><A href="2026-March/date.html">[ Date ]</A>')],
      [
        "/list/2026-March/date.html",
        Buffer.from('<b>Messages sorted by:</b><A HREF="1.html">a</A><A HREF="2.html">b</A><A HREF="3.html">c</A>'),
      ],
      ...pages,
    ]);
    const second = "/list/2026-March/2.html";
    content.delete(second);
    const server = await serve(files(content));
    servers.push(server);
    const web = { allowPrivate: true, pauseSeconds: 0 };
    const here = place({ sources: [{ name: "pages", type: "pipermail", url: `${server.origin}/list/`, ...web }] });
    const first = await here.watch();
    expect([first.code, roundOf(first)]).toMatchObject([0, { mails: 2, judged: 2 }]);
    expect(await letters(here)).toMatchObject([
      { kind: "mail", source: "pages", ref: "2026-March/2.html", reason: expect.stringMatching(/^not-found: /) },
    ]);
    const still = await here.watch(["--retry"]);
    expect([still.code, roundOf(still)]).toMatchObject([0, { judged: 0 }]);
    expect(still.log).toContainEqual(expect.objectContaining({ mails: 0, series: 0, left: 1 }));
    expect(await letters(here)).toHaveLength(1);
    content.set(second, Buffer.from(page("2")));
    expect(roundOf(await here.watch([], { shift: HOUR }))).toMatchObject({ sorted: 0 });
    const again = await here.watch(["--retry"]);
    expect(again.log).toContainEqual(expect.objectContaining({ mails: 1, series: 0, left: 0 }));
    expect(roundOf(again)).toMatchObject({ sorted: 1, judged: 1, failing: 0 });
    expect([await letters(here), await mails(here)]).toEqual([[], 3]);
    expect(roundOf(await here.watch(["--retry"]))).toMatchObject({ sorted: 0, judged: 0 });
  });

  it("is a month that the archive lists and does not have, until it is there again", async () => {
    const month = (id: string, minute: number): Buffer =>
      Buffer.from(
        `From x at example.org  Tue Mar 10 11:00:00 2026\n${patchMail(id, `[PATCH] ${id}: x`, { minute })}\n`,
      );
    const names = ["January", "February", "March"].map((name) => `2026-${name}.txt`);
    const content = new Map<string, Buffer>([
      [
        "/list/index.html",
        Buffer.from(`<title>The List Archives</title>${names.map((n) => `<A href="${n}">[ Text ]</A>`).join("")}`),
      ],
      ["/list/2026-February.txt", month("feb", 5)],
      ["/list/2026-March.txt", month("mar", 9)],
    ]);
    const server = await serve(files(content));
    servers.push(server);
    const web = { allowPrivate: true, pauseSeconds: 0, recheck: 1 };
    const here = place({ sources: [{ name: "list", type: "pipermail", url: `${server.origin}/list/`, ...web }] });
    const first = await here.watch();
    expect([first.code, roundOf(first)]).toMatchObject([0, { failing: 0, mails: 2, judged: 2 }]);
    expect(await letters(here)).toMatchObject([
      { key: "list 2026-January", reason: expect.stringMatching(/^not-found: .*lists 2026-January/) },
    ]);
    await here.watch(["--retry"]);
    expect(await letters(here)).toHaveLength(1);
    content.set("/list/2026-January.txt", Buffer.concat([month("jan", 1), month("jan2", 20)]));
    expect(judgedBy(await here.watch(["--retry"], { shift: HOUR })).sort()).toEqual([
      "jan2@example.org",
      "jan@example.org",
    ]);
    expect([await letters(here), await mails(here)]).toEqual([[], 4]);
  });

  it("is a commit without a mail, or one that the archive purged: it stays, and is asked for in vain", async () => {
    const path = join(folder, "odd.git");
    const [before, behind] = [
      patchMail("before", "[PATCH] b: one"),
      patchMail("behind", "[PATCH] c: two", { minute: 5 }),
    ];
    writeEpoch(path, [{ m: before }, { files: { m: null, readme: "not a mail" } }, { m: "" }, { m: behind }]);
    const here = place({ sources: [{ name: "list", type: "epoch", path }] });
    expect(judgedBy(await here.watch()).sort()).toEqual(["before@example.org", "behind@example.org"]);
    const found = await letters(here);
    expect(found.map(({ reason }) => reason.replace(/:.*/, "")).sort()).toEqual(["malformed", "not-found"]);
    const again = await here.watch(["--retry"]);
    expect(again.log).toContainEqual(expect.objectContaining({ mails: 0, series: 0, left: 2 }));
    expect([again.code, await letters(here)]).toEqual([0, found]);
  });

  it("is a folder in the place of a mail, until that is mended", async () => {
    const box = join(folder, "box");
    mkdirSync(join(box, "a.eml"), { recursive: true });
    writeFileSync(join(box, "b.eml"), patchMail("b", "[PATCH] b: x"));
    const here = place({ sources: [{ name: "box", type: "maildir", path: box }] });
    expect(judgedBy(await here.watch())).toEqual(["b@example.org"]);
    expect(await letters(here)).toMatchObject([{ ref: "a.eml", reason: expect.stringMatching(/^malformed: /) }]);
    rmdirSync(join(box, "a.eml"));
    // It is not there at all now: nothing tells that it never will be again.
    await here.watch(["--retry"]);
    expect(await letters(here)).toHaveLength(1);
    writeFileSync(join(box, "a.eml"), patchMail("a", "[PATCH] a: x", { minute: 4 }));
    expect(judgedBy(await here.watch(["--retry"]))).toEqual(["a@example.org"]);
    expect(await letters(here)).toEqual([]);
  });
});

describe.concurrent("a series that cannot be judged", () => {
  /** A repository whose one file is damaged on the disk, and how to mend it. */
  function damaged(): { tree: string; base: string; mend: () => void } {
    const tree = join(folder, "tree");
    mkdirSync(tree);
    gitOn(1, tree, "init", "-q", "-b", "main");
    // Too long and too random to be packed into the part of the object that stays whole.
    const words = Array.from({ length: 200 }, () => `// ${randomBytes(30).toString("hex")}\n`).join("");
    const base = commit(tree, 1, { "x.c": `int a;\n${words}`, "other.c": "int o;\n" });
    const id = gitOn(1, tree, "rev-parse", "HEAD:x.c").trim();
    const path = join(tree, ".git/objects", id.slice(0, 2), id.slice(2));
    expect(existsSync(path)).toBe(true);
    const bytes = readFileSync(path);
    chmodSync(path, 0o644);
    writeFileSync(path, Buffer.concat([bytes.subarray(0, bytes.length >> 1), Buffer.alloc(bytes.length >> 1)]));
    return { tree, base, mend: () => writeFileSync(path, bytes) };
  }

  it("is tried three times, with longer and longer waits, and then given up until it is asked for", async () => {
    const { tree, base, mend } = damaged();
    const epoch = join(folder, "series.git");
    const broken = `${patchMail("broken", "[PATCH] x: change it")}-- \n2.43.0\n\nbase-commit: ${base}\n`;
    writeEpoch(epoch, [{ m: broken }, { m: patchMail("fine", "[PATCH] y: other", { minute: 9, file: "y.c" }) }]);
    const here = place({
      sources: [{ name: "list", type: "epoch", path: epoch }],
      trees: [{ name: "tiny", path: tree }],
    });
    const first = await here.watch();
    expect([first.code, roundOf(first)]).toMatchObject([0, { judged: 1, failed: 1 }]);
    expect(judgedBy(first)).toEqual(["fine@example.org"]);
    expect(first.log.find(({ level }) => level === "error")).toMatchObject({
      series: "broken@example.org",
      attempts: 1,
    });
    expect(roundOf(await here.watch([], { shift: MINUTE / 2 }))).toMatchObject({ judged: 0, failed: 0 });
    expect(roundOf(await here.watch([], { shift: 2 * MINUTE }))).toMatchObject({ failed: 1 });
    expect(await letters(here)).toEqual([]);
    expect(roundOf(await here.watch([], { shift: 5 * MINUTE }))).toMatchObject({ failed: 0 });
    expect(roundOf(await here.watch([], { shift: HOUR }))).toMatchObject({ failed: 1 });
    const [letter] = await letters(here);
    expect(letter).toMatchObject({ kind: "series", key: "broken@example.org", attempts: 3 });
    expect(letter?.reason).toMatch(/git/);
    mend();
    expect(roundOf(await here.watch([], { shift: 30 * 24 * HOUR }))).toMatchObject({ judged: 0, failed: 0 });
    const again = await here.watch(["--retry"]);
    expect(judgedBy(again)).toEqual(["broken@example.org"]);
    expect([again.code, await letters(here)]).toEqual([0, []]);
  });
});
