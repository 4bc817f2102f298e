/** The real public-inbox on loopback, by ../shared/tools/lore-server, where it is installed. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { SHARED } from "./epoch-peer.js";

function installed(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export const hasLore = existsSync(SHARED) && installed("public-inbox-httpd");
export const hasImap = hasLore && installed("public-inbox-imapd");

export interface Lore {
  /** "http://127.0.0.1:PORT/NAME/" */
  url: string;
  origin: string;
  nntpPort: number;
  group: string;
  folder: string;
  /** Indexes what was added to its epochs. */
  index(): void;
  /** Starts public-inbox-imapd beside and gives its port. */
  imap(): Promise<number>;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      }).on("error", () => resolve(false));
    });
    if (open) return;
    await wait(50);
  }
  throw new Error(`nothing answers on port ${port}`);
}

/** Serves an epoch as the inbox `name` from a folder that is given it. */
export async function startLore(folder: string, name: string, epoch: string): Promise<Lore> {
  const [http, nntp] = [await freePort(), await freePort()];
  const env = { ...process.env, HOME: folder, PI_CONFIG: join(folder, ".public-inbox/config") };
  const tool = join(SHARED, "tools/lore-server");
  execFileSync(tool, [folder, name, epoch, String(http), String(nntp)], { env, stdio: "ignore" });
  const pids = readFileSync(join(folder, "pids"), "utf8").trim().split("\n").map(Number);
  await Promise.all([untilOpen(http), untilOpen(nntp)]);
  return {
    url: `http://127.0.0.1:${http}/${name}/`,
    origin: `http://127.0.0.1:${http}`,
    nntpPort: nntp,
    group: `inbox.test.${name}`,
    folder: join(folder, name),
    index: () => {
      execFileSync("public-inbox-index", ["-L", "basic", join(folder, name)], { env, stdio: "ignore" });
    },
    async imap() {
      const port = await freePort();
      const child = spawn("public-inbox-imapd", ["-l", `127.0.0.1:${port}`, "-W0"], { env, stdio: "ignore" });
      if (child.pid !== undefined) pids.push(child.pid);
      await untilOpen(port);
      return port;
    },
    async close() {
      for (const pid of pids) {
        try {
          process.kill(pid);
        } catch {
          // It ended by itself.
        }
      }
      await wait(100);
    },
  };
}
