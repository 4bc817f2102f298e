/** How the App is reached, and how it reaches GitHub: bodies that are too long, GitHub Enterprise behind its prefix. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { FakeGithub } from "../../io/github/fake.js";
import { kernel } from "./kernel.js";
import { openScene } from "./scene.js";

const MB = 1024 * 1024;
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** The peak of a process's memory, in MB; 0 where the system does not tell. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return 0;
  }
}

it("a body of more than 25 MiB is refused unread where its length is told, and at its 25th where not", async () => {
  const { app } = await openScene();
  const { hostname, port, pathname } = new URL(app.url);
  const head = `POST ${pathname} HTTP/1.1\r\nhost: x\r\nx-github-event: push\r\n`;
  const told = connect(Number(port), hostname);
  told.write(`${head}content-length: ${300 * MB}\r\n\r\n`);
  // Not a byte of the body was sent.
  const [answer] = (await once(told, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
  told.destroy();

  const before = peakOf(app.child.pid);
  const untold = connect(Number(port), hostname);
  let text = "";
  untold.on("data", (some) => (text += String(some))).on("error", () => {});
  untold.write(`${head}transfer-encoding: chunked\r\n\r\n`);
  const closed = new Promise((resolve) => untold.once("close", resolve));
  const piece = Buffer.concat([Buffer.from(`${MB.toString(16)}\r\n`), Buffer.alloc(MB, 0x20), Buffer.from("\r\n")]);
  for (let n = 0; n < 300 && !untold.destroyed; n++)
    await Promise.race([new Promise((resolve) => untold.write(piece, resolve)), closed]);
  await closed;
  expect(text).toMatch(/^HTTP\/1\.1 413 /);
  expect(peakOf(app.child.pid) - before).toBeLessThan(150);
});

/** GitHub Enterprise Server: REST below /api/v3, GraphQL at /api/graphql, and nothing anywhere else. */
async function enterprise(fake: FakeGithub, stray: string[]): Promise<string> {
  const { hostname, port } = new URL(fake.origin);
  const pass = (incoming: IncomingMessage, response: ServerResponse): void => {
    const url = incoming.url ?? "";
    const path = url.startsWith("/api/v3/") ? url.slice("/api/v3".length) : url === "/api/graphql" ? "/graphql" : null;
    if (path === null) {
      stray.push(url);
      return void response.writeHead(404).end();
    }
    const { method, headers } = incoming;
    const on = request({ hostname, port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(on);
  };
  const server = createServer(pass).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3`;
}

it("GitHub Enterprise is worked for below its own prefix, its threads too", async () => {
  const stray: string[] = [];
  const one = await openScene({
    settings: async (fake) => ({ github: { api: `${await enterprise(fake, stray)}/` } }),
  });
  await one.deliver("opened");
  const fixed = one.repo.commit(kernel(), { parents: [one.pull.headSha], message: "RISC-V: KVM: fix\n" });
  one.repo.push(one.pull, fixed);
  await one.deliver("synchronize");
  expect(one.fake.posted().reviewComments).toHaveLength(1);
  expect(one.repo.threads.map(({ resolvedBy }) => resolvedBy?.login)).toEqual(["patchwitness[bot]"]);
  expect(stray).toEqual([]);
});
