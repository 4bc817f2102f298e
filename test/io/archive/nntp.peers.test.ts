import { type AddressInfo, createServer, type Server } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { openNntp } from "../../../src/io/archive/nntp.js";
import { NntpConnection } from "../../../src/io/archive/nntp-connection.js";
import type { Source } from "../../../src/watch/source.js";
import type { NntpConfig } from "../../../src/watch/source-config.js";
import { fakeTime, readAll, readUntilError, readWithInterruptions, seeded, testContext } from "./archive-peer.js";
import { mail, subjects } from "./epoch-peer.js";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Group {
  articles: Map<number, string>;
  /** Numbers that are listed without an article. */
  ghosts?: number[];
  /** Without it, or with the answer of public-inbox 1.9. */
  listgroup?: "none" | "arrays";
  password?: string;
  /** The chance that a connection breaks after a command. */
  breaks?: number;
  random?: () => number;
  commands: string[];
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const stuffed = (text: string): string => text.replace(/^\./gm, "..").replaceAll("\n", "\r\n");

/** A news server with one group. */
async function news(group: Group): Promise<number> {
  const answer = (line: string): string => {
    const [command = "", ...args] = line.split(" ");
    const numbers = [...group.articles.keys(), ...(group.ghosts ?? [])].sort((a, b) => a - b);
    if (command === "MODE") return "200 reader\r\n";
    if (command === "AUTHINFO") {
      if (args[0] === "USER") return "381 password\r\n";
      return args[1] === group.password ? "281 welcome\r\n" : "481 no\r\n";
    }
    if (command === "GROUP")
      return args[0] === "list"
        ? `211 ${numbers.length} ${numbers[0] ?? 0} ${numbers.at(-1) ?? 0} list\r\n`
        : "411 no such group\r\n";
    if (command === "LISTGROUP") {
      if (group.listgroup === "none") return "500 what?\r\n";
      const [from = 0, to = 0] = (args[1] ?? "").split("-").map(Number);
      const listed = numbers.filter((n) => n >= from && n <= to);
      return `211 list\r\n${listed.map((n) => (group.listgroup === "arrays" ? "ARRAY(0x55d0c8)\r\n" : `${n}\r\n`)).join("")}.\r\n`;
    }
    const text = group.articles.get(Number(args[0]));
    if (text === undefined) return "423 no such article\r\n";
    const id = /^Message-ID: (.*)$/m.exec(text)?.[1] ?? "";
    return command === "STAT" ? `223 ${args[0]} ${id}\r\n` : `220 ${args[0]} ${id}\r\n${stuffed(text)}.\r\n`;
  };
  const server = createServer((socket) => {
    let rest = "";
    socket.on("error", () => {});
    socket.write("200 welcome\r\n");
    socket.on("data", (chunk) => {
      const lines = (rest + chunk.toString("latin1")).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        group.commands.push(line);
        if (line === "QUIT") return void socket.end("205 bye\r\n");
        const text = Buffer.from(answer(line));
        if ((group.random?.() ?? 1) < (group.breaks ?? 0)) {
          socket.write(text.subarray(0, text.length >> 1), () => socket.destroy());
          return;
        }
        socket.write(text);
      }
    });
    closers.push(() => socket.destroy());
  });
  return listen(server);
}

function opener(port: number, settings: Partial<NntpConfig> = {}, mails = 3): Source {
  const context = {
    ...testContext(fakeTime()),
    env: (name: string) => (name === "NEWS_PASSWORD" ? "secret" : undefined),
  };
  closers.push(context.remove);
  const fixed = {
    type: "nntp",
    name: "news",
    host: "127.0.0.1",
    port,
    tls: false,
    group: "list",
    allowPrivate: true,
  } as const;
  return openNntp({ ...fixed, ...settings }, context, { mails, bytes: 1 << 20 });
}

const articles = (...numbers: number[]): Map<number, string> => new Map(numbers.map((n) => [n, mail(`${n}`)]));

describe("a news group", () => {
  it("gives its articles by number, dots and line ends taken back", async () => {
    const odd = mail("2", ".\n..two\nFrom x\n\n.three\n");
    const group: Group = { articles: articles(1, 5, 9).set(2, odd), commands: [] };
    const port = await news(group);
    const first = await readAll(opener(port));
    expect(subjects(first.texts)).toEqual(["1", "2", "5", "9"]);
    expect(first.texts[1]).toBe(odd);
    expect(first.refs).toEqual(["list 1", "list 2", "list 5", "list 9"]);
    expect((await readAll(opener(port), first.cursor)).batches).toEqual([]);
    group.articles.set(12, mail("12"));
    expect(subjects((await readAll(opener(port), first.cursor)).texts)).toEqual(["12"]);
    expect(subjects((await readAll(opener(port), first.batches[0]?.cursor)).texts)).toEqual(["9", "12"]);
  });

  it("starts anew when the group was emptied or renumbered, and not because an article expired", async () => {
    const group: Group = { articles: articles(1, 2, 3), commands: [] };
    const port = await news(group);
    const { cursor } = await readAll(opener(port));
    group.articles = new Map([
      [3, mail("3")],
      [4, mail("4")],
    ]);
    expect(subjects((await readAll(opener(port), cursor)).texts)).toEqual(["4"]);
    group.articles = new Map([[4, mail("4")]]);
    expect(subjects((await readAll(opener(port), cursor)).texts)).toEqual(["4"]);
    group.articles = new Map([
      [1, mail("other 1")],
      [2, mail("other 2")],
    ]);
    expect(subjects((await readAll(opener(port), cursor)).texts)).toEqual(["other 1", "other 2"]);
    group.articles.set(3, mail("other 3"));
    const anew = await readAll(opener(port), cursor);
    expect(subjects(anew.texts)).toEqual(["other 1", "other 2", "other 3"]);
    expect(JSON.parse(anew.cursor ?? "")).toMatchObject({ restarts: 1 });
    group.articles.clear();
    expect((await readAll(opener(port), cursor)).batches).toEqual([]);
  });

  it("names articles that are listed and missing, and does without a listing", async () => {
    const group: Group = { articles: articles(1, 3), ghosts: [2], commands: [] };
    const port = await news(group);
    expect((await readAll(opener(port))).lost).toEqual(["list 2: not-found"]);
    for (const listgroup of ["none", "arrays"] as const) {
      group.listgroup = listgroup;
      const all = await readAll(opener(port));
      expect([subjects(all.texts), all.lost]).toEqual([["1", "3"], []]);
    }
  });

  it("logs in with a password from the environment, and says when it cannot", async () => {
    const group: Group = { articles: articles(1), password: "secret", commands: [] };
    const port = await news(group);
    const user = { user: "me", passwordEnv: "NEWS_PASSWORD" };
    expect((await readAll(opener(port, user))).refs).toEqual(["list 1"]);
    expect(group.commands.slice(0, 3)).toEqual(["MODE READER", "AUTHINFO USER me", "AUTHINFO PASS secret"]);
    group.password = "other";
    const failed = await readUntilError(opener(port, user));
    expect(failed.error).toMatchObject({ reason: "login-failed" });
    expect(String(failed.error)).not.toContain("secret");
    expect((await readUntilError(opener(port, { ...user, passwordEnv: "NONE" }))).error).toMatchObject({
      reason: "login-failed",
    });
    expect((await readUntilError(opener(port, { group: "none" }))).error).toMatchObject({ reason: "not-found" });
    expect((await readUntilError(opener(port, { group: "a\r\nQUIT" }))).error).toMatchObject({ reason: "not-allowed" });
    expect((await readUntilError(opener(port, { allowPrivate: false }))).error).toMatchObject({
      reason: "not-allowed",
    });
    expect((await readUntilError(opener(port, { tls: true, tries: 1 }))).error).toMatchObject({
      reason: "unreachable",
      message: expect.stringMatching(/port \d+ does not speak TLS: name the port that does, or set tls: false/),
    });
    expect((await readUntilError(opener(1))).error).toMatchObject({ reason: "unreachable" });
  });

  it("gives the same through connections that break", async () => {
    const numbers = Array.from({ length: 60 }, (_, n) => n * 2 + 1);
    for (const seed of [1, 2, 3]) {
      const random = seeded(seed);
      const port = await news({ articles: articles(...numbers), breaks: 0.1, random, commands: [] });
      const read = await readWithInterruptions(() => opener(port), random);
      expect(subjects(read.texts)).toEqual(numbers.map(String));
      expect(read.lost).toEqual([]);
    }
  });
});

describe("a block of lines", () => {
  const blockOf = async (sent: Buffer, sizes: readonly number[], max: number): Promise<Buffer | null> => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.setNoDelay(true);
      let at = 0;
      for (const size of sizes) {
        socket.write(sent.subarray(at, at + size));
        at += size;
      }
      socket.end(sent.subarray(at));
    });
    const port = await listen(server);
    const target = { host: "x", address: "127.0.0.1", port, tls: false, timeoutMs: 5000 };
    const connection = await NntpConnection.open(target);
    try {
      return await connection.block(max);
    } finally {
      connection.close();
    }
  };

  it("is the lines that were sent, in whatever pieces they come (property)", async () => {
    const line = fc.oneof(
      fc.constantFrom("", ".", "..", "\r", "x\r"),
      fc.string({ maxLength: 20 }).map((s) => s.replace(/[\r\n]/g, "")),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.array(fc.nat(9), { maxLength: 8 }),
        async (lines, sizes) => {
          const sent = Buffer.from(`${lines.map((l) => `${l.startsWith(".") ? "." : ""}${l}\r\n`).join("")}.\r\nrest`);
          expect(String(await blockOf(sent, sizes, 1000))).toBe(lines.map((l) => `${l}\n`).join(""));
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  it("is dropped when it is too long, also without an end of line", async () => {
    const long = Buffer.from(`${"x".repeat(50_000)}\r\n.\r\n`);
    expect(await blockOf(long, [], 1000)).toBeNull();
    expect(await blockOf(long, [], 100_000)).toEqual(Buffer.from(`${"x".repeat(50_000)}\n`));
  });
});
