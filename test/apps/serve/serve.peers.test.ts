/** `review serve` as a process of its own: over what a watch has found, until it is stopped; and why it does not start. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeEpoch } from "../../io/archive/epoch-peer.js";
import { runCli } from "../run-cli.js";
import { type LogLine, program } from "../watch/program.js";

const { folder, place, run, start } = program();
const PATCH = readFileSync("fixtures/threads/unlocked-write/patch.mbox", "utf8").replace(/^From .*\n/, "");

describe("review serve", () => {
  const path = join(folder, "kvm.git");
  writeEpoch(path, [{ m: PATCH }]);
  const here = place({ sources: [{ name: "kvm", type: "epoch", path }] });

  it("shows what a watch has found, beside it, and ends when it is asked to", async () => {
    const early = await run(["serve", "-c", here.config, "--listen", "127.0.0.1:0"]);
    expect([early.code, early.err]).toEqual([4, expect.stringContaining("no store")]);
    expect((await here.watch()).code).toBe(0);
    let said: (line: LogLine) => void = () => {};
    const served = new Promise<LogLine>((resolve) => {
      said = resolve;
    });
    const running = start(["serve", "-c", here.config, "--listen", "127.0.0.1:0"], {
      onLine: (line) => (line.address === undefined ? undefined : said(line)),
    });
    const { address } = await served;
    const { findings } = (await (await fetch(`${address}/findings.json`)).json()) as { findings: { id: string }[] };
    expect(findings).toHaveLength(1);
    const page = await (await fetch(`${address}/findings/${findings[0]?.id}`)).text();
    expect(page).toContain("<dt>What to do</dt>");
    expect(page).toContain('<table class="diff">');
    const series = await (await fetch(`${address}/series/20260310110240.1202-1-author%40example.org`)).text();
    expect(series).toContain("Base: none");
    expect((await here.watch()).code).toBe(0);
    running.child.kill("SIGTERM");
    const ended = await running.done;
    expect([ended.code, ended.signal]).toEqual([0, null]);
    expect(ended.err).not.toContain("beyond this machine");
  });

  it("says what is wrong with how it is called", async () => {
    for (const [args, code, text] of [
      [["serve"], 2, "required option"],
      [["serve", "-c", here.config, "--listen", "8080"], 2, "host:port"],
      [["serve", "-c", "nowhere.yaml"], 3, "cannot be read"],
      [["serve", "-c", here.config, "--listen", "192.0.2.1:1"], 4, "cannot listen"],
    ] as const) {
      const ran = await run([...args]);
      expect([args.join(" "), ran.code, ran.err]).toEqual([args.join(" "), code, expect.stringContaining(text)]);
    }
    expect(runCli(["serve", "hash"], "short\n")).toMatchObject({ code: 4, out: "" });
    expect(runCli(["serve", "hash"], "long enough\nmore\n").out).toMatch(
      /^scrypt\$65536\$8\$1\$[\w-]{22}\$[\w-]{43}\n$/,
    );
    const twice = { name: "ann", password: "secret" };
    here.configure({ sources: [{ name: "kvm", type: "epoch", path }], serve: { operators: [twice, twice] } });
    const refused = await run(["serve", "-c", here.config]);
    expect(refused.code).toBe(3);
    expect(refused.err).toContain("review serve hash prints");
    expect(refused.err).toContain("the name ann comes twice: serve.operators.0 has it too");
  });
});
