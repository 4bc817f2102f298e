import { type AddressInfo, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { openImap } from "../../../src/io/archive/imap.js";
import type { Source } from "../../../src/watch/source.js";
import type { ImapConfig } from "../../../src/watch/source-config.js";
import { fakeTime, readAll, readUntilError, testContext } from "./archive-peer.js";
import { mail, subjects } from "./epoch-peer.js";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Folder {
  mails: Map<number, string>;
  uidValidity: number;
  /** Sizes that are told in place of the true ones. */
  sizes?: Map<number, number>;
  commands: string[];
}

/** The lines that answer a command of IMAP4rev1, as far as reading a folder needs them. */
function answer(folder: Folder, command: string): string[] {
  const uids = [...folder.mails.keys()].sort((a, b) => a - b);
  const [name = "", , second = "", ...rest] = command.split(" ");
  if (/^LOGIN/.test(command)) return command.includes("secret") ? ["OK in"] : ["NO [AUTHENTICATIONFAILED] no"];
  if (name === "CAPABILITY") return ["* CAPABILITY IMAP4rev1", "OK done"];
  if (name === "LIST" || name === "LSUB") {
    return command.includes("INBOX") ? ['* LIST () "/" INBOX', "OK done"] : ["OK done"];
  }
  if (name === "EXAMINE") {
    if (!command.includes("INBOX")) return ["NO [NONEXISTENT] none"];
    const status = [`* ${uids.length} EXISTS`, `* OK [UIDVALIDITY ${folder.uidValidity}] x`, "* OK [UIDNEXT 1000] x"];
    return ["* FLAGS ()", ...status, "OK [READ-ONLY] done"];
  }
  if (name === "UID" && command.includes("SEARCH")) {
    const from = Number(/(\d+):\*/.exec(command)?.[1]);
    const found = uids.filter((uid) => uid >= from);
    return [`* SEARCH ${(found.length > 0 ? found : uids.slice(-1)).join(" ")}`, "OK done"];
  }
  if (name === "UID") {
    const wanted = second.split(",").map(Number);
    const what = rest.join(" ");
    const lines = uids
      .filter((uid) => wanted.includes(uid))
      .map((uid) => {
        const text = (folder.mails.get(uid) ?? "").replaceAll("\n", "\r\n");
        const source = what.includes("BODY.PEEK[]") ? ` BODY[] {${text.length}}\r\n${text}` : "";
        return `* ${uids.indexOf(uid) + 1} FETCH (UID ${uid} RFC822.SIZE ${folder.sizes?.get(uid) ?? text.length}${source})`;
      });
    return [...lines, "OK done"];
  }
  return ["OK done"];
}

async function imap(folder: Folder): Promise<number> {
  const server = createServer((socket) => {
    let input = "";
    closers.push(() => socket.destroy());
    socket.on("error", () => {});
    socket.write("* OK ready\r\n");
    socket.on("data", (chunk) => {
      const lines = (input + chunk.toString("latin1")).split("\r\n");
      input = lines.pop() ?? "";
      for (const line of lines) {
        const [tag = "", ...words] = line.split(" ");
        folder.commands.push(words.join(" "));
        const said = answer(folder, words.join(" "));
        socket.write(said.map((text, n) => `${n < said.length - 1 ? "" : `${tag} `}${text}\r\n`).join(""));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function opener(port: number, settings: Partial<ImapConfig> = {}, mails = 2): Source {
  const context = {
    ...testContext(fakeTime()),
    env: (name: string) => (name === "P" ? "secret" : name === "Q" ? "hush" : ""),
  };
  closers.push(context.remove);
  const server = { host: "127.0.0.1", port, tls: false, allowPrivate: true, timeoutSeconds: 5, tries: 2 } as const;
  const config = { type: "imap", name: "inbox", user: "me", passwordEnv: "P", ...server, ...settings } as const;
  return openImap(config, context, { mails, bytes: 1 << 20 });
}

describe("an IMAP folder", () => {
  it("gives its mails by UID, only reads, and goes on from any cursor", async () => {
    const folder: Folder = { mails: new Map([3, 5, 8].map((n) => [n, mail(`${n}`)])), uidValidity: 7, commands: [] };
    const port = await imap(folder);
    const all = await readAll(opener(port));
    expect(all.texts).toEqual([mail("3"), mail("5"), mail("8")]);
    expect(all.refs).toEqual(["INBOX 3", "INBOX 5", "INBOX 8"]);
    expect(folder.commands.filter((c) => /^(?:SELECT|UID STORE|EXPUNGE|APPEND)/.test(c))).toEqual([]);
    expect(subjects((await readAll(opener(port), all.batches[0]?.cursor)).texts)).toEqual(["8"]);
    expect((await readAll(opener(port), all.cursor)).batches).toEqual([]);
    folder.mails.set(9, mail("9"));
    expect(subjects((await readAll(opener(port), all.cursor)).texts)).toEqual(["9"]);
    folder.uidValidity = 8;
    expect(subjects((await readAll(opener(port), all.cursor)).texts)).toEqual(["3", "5", "8", "9"]);
  });

  it("names a mail that is too large, without fetching it", async () => {
    const sizes = new Map([[2, 30_000_000]]);
    const mails = new Map([1, 2, 3].map((n) => [n, mail(`${n}`)]));
    const folder: Folder = { mails, sizes, uidValidity: 7, commands: [] };
    const all = await readAll(opener(await imap(folder), {}, 200));
    expect([subjects(all.texts), all.lost]).toEqual([["1", "3"], ["INBOX 2: too-large"]]);
  });

  it("says why it cannot be read, and never the password", async () => {
    const folder: Folder = { mails: new Map(), uidValidity: 7, commands: [] };
    const port = await imap(folder);
    for (const [settings, reason] of [
      [{ passwordEnv: "Q" }, "login-failed"],
      [{ passwordEnv: "NONE" }, "login-failed"],
      [{ mailbox: "none" }, "not-found"],
      [{ allowPrivate: false }, "not-allowed"],
      [{ port: 1 }, "unreachable"],
    ] as const) {
      const { error } = await readUntilError(opener(port, settings));
      expect([settings, error]).toMatchObject([settings, { reason }]);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("hush");
    }
    expect((await readUntilError(opener(port, { tls: true }))).error).toMatchObject({
      message: expect.stringMatching(/does not speak TLS: name the port that does, or set tls: false/),
    });
    expect((await readUntilError(opener(port), "{}")).error).toMatchObject({ reason: "bad-cursor" });
    expect((await readAll(opener(port))).batches).toEqual([]);
  });
});
