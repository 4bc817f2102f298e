/** The set-up: from app.yml over GitHub's page to files with which the App starts. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type FakeGithub, startGithub } from "../../io/github/fake.js";
import { BUILT, runCli } from "../run-cli.js";

let fake: FakeGithub;
const ends: (() => void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await fake?.close();
  expect(fake?.violations ?? []).toEqual([]);
});

async function setup(args: string[] = []) {
  fake = await startGithub();
  const folder = mkdtempSync(join(tmpdir(), "patchwitness-setup-"));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const child = spawn(process.execPath, [
    ...[BUILT, "app", "setup", "--url", "https://bot.example.org/", "--listen", "127.0.0.1:0"],
    ...["--api", fake.origin, "--out", folder, ...args],
  ]);
  ends.push(() => void child.kill("SIGKILL"));
  let out = "";
  child.stdout.on("data", (piece) => {
    out += String(piece);
  });
  const code = new Promise<number | null>((resolve) => child.on("close", resolve));
  const page = await new Promise<string>((resolve) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      const found = /open (http:\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return { folder, page, code, out: () => out };
}

const unescaped = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));

describe("review app setup", () => {
  it("takes the manifest of app.yml to GitHub, and writes what comes back for nobody else to read", async () => {
    const { folder, page, code, out } = await setup(["--org", "kvm", "--name", "kvm-witness"]);
    const html = await (await fetch(page)).text();
    const target = new URL(unescaped(/action="([^"]+)"/.exec(html)?.[1] ?? ""));
    expect(`${target.origin}${target.pathname}`).toBe("https://github.com/organizations/kvm/settings/apps/new");
    const manifest = JSON.parse(unescaped(/name="manifest" value="([^"]+)"/.exec(html)?.[1] ?? "")) as object;
    expect(manifest).toMatchObject({
      name: "kvm-witness",
      public: false,
      default_permissions: { contents: "read", pull_requests: "write", checks: "write", metadata: "read" },
      default_events: ["pull_request", "issue_comment", "check_run"],
      hook_attributes: { url: "https://bot.example.org/api/github/webhooks", active: true },
      redirect_url: `${page}callback`,
    });
    const state = target.searchParams.get("state") ?? "";
    fake.app.manifestCodes.add("good");
    const back = (query: string) =>
      fetch(`${page}callback?${query}`).then(async (r) => [r.status, await r.text()] as const);
    expect((await back("code=good&state=forged"))[0]).toBe(400);
    expect((await back(`code=%3Cscript%3E&state=${state}`))[0]).toBe(502);
    const [status, done] = await back(`code=good&state=${state}`);
    expect([status, done]).toEqual([200, expect.stringContaining("/installations/new")]);
    expect(await code).toBe(0);
    expect(out()).toContain("review app --config");
    const config = parse(readFileSync(join(folder, "app.yaml"), "utf8")) as { github: { appId: number } };
    expect(config.github.appId).toBe(fake.app.id);
    for (const name of ["private-key.pem", "webhook-secret"]) expect(statSync(join(folder, name)).mode & 0o77).toBe(0);
    // With these files the App starts: nothing waits, so that it ends at once.
    expect(runCli(["app", "--config", join(folder, "app.yaml"), "--once"])).toMatchObject({ code: 0 });
    const again = runCli(["app", "setup", "--url", "https://bot.example.org", "--out", folder]);
    expect(again).toMatchObject({
      code: 4,
      err: expect.stringContaining("has app.yaml, private-key.pem, webhook-secret"),
    });
  });
});

describe("an App whose configuration is unsound does not start, and says everything at once", () => {
  it.each([
    [
      "no secret",
      "data: d\ngithub: {appId: 1, privateKeyFile: none.pem}\n",
      [/PATCHWITNESS_WEBHOOK_SECRET is empty/, /none\.pem/],
    ],
    [
      "wrong types",
      "data: 3\ngithub: {appId: x, privateKeyFile: k}\nworkers: 0\nnonsense: 1\n",
      [/data/, /github\.appId/, /workers/, /nonsense/],
    ],
    ["no YAML", "data: [\n", [/app\.yaml/]],
  ])("%s", (_, text, problems) => {
    const folder = mkdtempSync(join(tmpdir(), "patchwitness-setup-"));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "app.yaml");
    writeFileSync(file, text);
    const { code, err } = runCli(["app", "--config", file], "", { PATCHWITNESS_WEBHOOK_SECRET: "" });
    expect(code).toBe(3);
    for (const problem of problems) expect(err).toMatch(problem);
  });
});
