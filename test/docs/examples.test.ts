/** Files that operators copy: they start this program, and never a package of that name from somewhere else. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkConfig } from "../../src/io/config/load-config.js";
import { readYaml } from "../../src/io/config/yaml-config.js";
import { appConfigSchema } from "../../src/pulls/app-config.js";
import { repoConfigSchema } from "../../src/pulls/repo-config.js";
import { runCli } from "../apps/run-cli.js";

const ROOT = new URL("../../", import.meta.url);
const EXAMPLES = new URL("docs/examples/", ROOT);
const read = (name: string): string => readFileSync(new URL(name, EXAMPLES), "utf8");
const NAMES = readdirSync(EXAMPLES);
const { bin } = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8")) as { bin: { review: string } };

/** Lines that are no comments. */
const commands = (text: string): string[] => text.split("\n").filter((line) => !/^\s*(?:#|$)/.test(line));

/** The words behind the program in every line that starts it. */
function started(name: string): string[][] {
  const program = new RegExp(`/\\S+/${bin.review.replaceAll(".", "\\.")}`);
  const exec = commands(read(name)).map((line) => line.replace(/[",\]]/g, ""));
  return exec.filter((line) => program.test(line)).map((line) => (line.split(program)[1] ?? "").trim().split(/\s+/));
}

describe("the examples", () => {
  it("passes the check that it names, whether its trees are there or not", () => {
    const checked = runCli(["config", "check", "docs/examples/watch.yaml"]);
    expect([checked.code, checked.out]).toEqual([0, expect.stringContaining("name: kvm-riscv")]);
    expect(checked.err).toMatch(/^review: tree linux: there is no folder .*\n/);
  });

  it.each(NAMES)("%s starts nothing by way of npx", (name) => {
    expect(commands(read(name)).filter((line) => /\bnpx\b|npm exec/.test(line))).toEqual([]);
  });

  it.each(["crontab", "patchwitness.service", "patchwitness-daemon.service"])(
    "%s names node and the program",
    (name) => {
      expect(started(name)).toEqual([
        expect.arrayContaining(["watch", "--config", name.includes("daemon") ? "--daemon" : "--once"]),
      ]);
      expect(read(name)).toContain(`/usr/bin/node /opt/patchwitness/${bin.review}`);
    },
  );

  it("has a service of the App that is not started again when its configuration is wrong", () => {
    expect(started("patchwitness-app.service")).toEqual([["app", "--config", "/srv/patchwitness/app.yaml"]]);
    expect(read("patchwitness-app.service")).toContain("RestartPreventExitStatus=2 3");
  });

  it("has a container whose first process is the program", () => {
    expect(read("Containerfile")).toContain(`ENTRYPOINT ["node", "/app/${bin.review}"]`);
    const ignored = readFileSync(new URL(".dockerignore", ROOT), "utf8").split("\n");
    expect(ignored).toEqual(expect.arrayContaining(["node_modules", "dist", ".git", "data"]));
  });

  it("has a container whose metrics can be reached from outside", () => {
    expect(checkConfig(read("watch.container.yaml"), "watch.container.yaml").metrics).toMatch(/^0\.0\.0\.0:9464$/);
    expect(read("Containerfile")).toMatch(/-p 127\.0\.0\.1:9464:9464/);
  });

  it("has a configuration of the App, of a repository, and a workflow", () => {
    expect(readYaml(read("app.yaml"), appConfigSchema).problems).toEqual([]);
    expect(readYaml(read("patchwitness.yml"), repoConfigSchema).problems).toEqual([]);
    const workflow = parse(read("actions.yml")) as { jobs: { review: { steps: { name?: string; run?: string }[] } } };
    const { run } = workflow.jobs.review.steps.find(({ name }) => name === "review") ?? {};
    const [, ...args] = (run ?? "").split(" > ")[0]?.split(" ") ?? [];
    expect(args[0]).toBe("github");
    for (const option of args.filter((word) => word.startsWith("--")))
      expect(runCli(["github", "--help"]).out).toContain(option);
  });

  it.each(NAMES.filter((name) => /^watch.*\.yaml$/.test(name)))("%s is a sound configuration", (name) => {
    expect(() => checkConfig(read(name), name)).not.toThrow();
  });

  it("mails the end of the log where a run of cron fails", () => {
    const [line = ""] = commands(read("crontab"));
    expect(line).toMatch(/2>>(\S+) \|\| tail -n \d+ \1$/);
    expect(line).toContain("flock -n -E 0 ");
  });
});
