/** A PostgreSQL server for tests: its own cluster in a temporary folder, on a free loopback port, ended with the tests. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";

export interface Server {
  /** URL of a database of this name; it need not be there. */
  url(database: string, password?: string): string;
  /** Makes a database, empty or as another one is, and gives its URL. */
  create(like?: string): Promise<string>;
  query(sql: string): Promise<void>;
  stop(): Promise<void>;
}

const PASSWORD = "of-the-tests";
const DEBIAN = "/usr/lib/postgresql";

/** The folder of the server's programs, newest version last (Debian keeps them out of PATH). */
function programs(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number).filter(Number.isFinite) : [];
  for (const version of versions.sort((a, b) => b - a)) {
    const folder = join(DEBIAN, String(version), "bin");
    if (existsSync(join(folder, "initdb"))) return folder;
  }
  return null;
}

/** The server refuses to run as root: then it runs as the user that Debian's package made. Null when there is none. */
function user(): { uid?: number; gid?: number } | null {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout.trim());
  const [uid, gid] = [id("-u"), id("-g")];
  return uid > 0 && gid > 0 ? { uid, gid } : null;
}

/** Why there is no server to test with, or null when there is one. */
export const noServer: string | null =
  programs() === null
    ? `no PostgreSQL below ${DEBIAN}: apt-get install postgresql`
    : user() === null
      ? "no user postgres to run the server as"
      : null;

/** Starts a server. `durable`: it writes to the disk as in earnest. */
export async function startServer({ durable = false } = {}): Promise<Server> {
  const [bin, as] = [programs(), user()];
  if (bin === null || as === null) throw new Error(noServer ?? "no server");
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
  const [data, secret] = [join(folder, "data"), join(folder, "password")];
  writeFileSync(secret, PASSWORD);
  const options = ["-D", data, "-U", "tester", "--auth=scram-sha-256", `--pwfile=${secret}`, "-E", "UTF8", "--no-sync"];
  const made = spawnSync(join(bin, "initdb"), [...options, "--locale=C.UTF-8"], {
    ...as,
    cwd: folder,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  const settings = ["listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`, "max_connections=60"];
  if (!durable) settings.push("fsync=off", "synchronous_commit=off", "full_page_writes=off");
  const args = ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
  const child = spawn(join(bin, "postgres"), args, { ...as, cwd: folder, stdio: "ignore" });
  const end = (): void => void child.kill("SIGQUIT");
  process.once("exit", end);
  const url = (database: string, password = PASSWORD): string =>
    `postgres://tester:${password}@127.0.0.1:${port}/${database}`;
  const query = (sql: string): Promise<void> => ask(url("postgres"), sql);
  await untilUp(query, child);
  let count = 0;
  return {
    url,
    query,
    async create(like = "template0") {
      const name = `store${++count}`;
      await query(`create database ${name} template ${like}`);
      return url(name);
    },
    async stop() {
      process.off("exit", end);
      child.kill("SIGQUIT");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ask(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function untilUp(query: (sql: string) => Promise<void>, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + 20_000; ; ) {
    try {
      return await query("select 1");
    } catch (error) {
      if (Date.now() > end || child.exitCode !== null) throw error;
      await wait(50);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
