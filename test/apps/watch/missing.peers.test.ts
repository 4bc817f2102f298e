/** What a configuration names and the machine does not have is told at the start of a watch, and by the check of the file. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeEpoch } from "../../io/archive/epoch-peer.js";
import { commit, gitOn } from "../../io/tiny-kernel.js";
import { patchMail, program, roundOf } from "./program.js";

const { folder, place, run } = program();
const path = join(folder, "0.git");
writeEpoch(path, [{ m: patchMail("a", "[PATCH] a: change it") }]);
const list = { name: "list", type: "epoch", path };

const tree = join(folder, "tree");
mkdirSync(tree);
gitOn(1, tree, "init", "-q", "-b", "main");
commit(tree, 1, { "x.c": "int a;\n" });
const plain = join(folder, "plain");
mkdirSync(plain);

describe.concurrent("what is missing", () => {
  const wanted = {
    sources: [
      list,
      { name: "box", type: "maildir", path: "./no-box" },
      { name: "inbox", type: "inbox", path: plain },
      { name: "epoch", type: "epoch", path: plain },
      {
        name: "news",
        type: "nntp",
        host: "news.invalid",
        group: "g",
        user: "me",
        passwordEnv: "NO_SUCH_WORD",
        tries: 1,
      },
    ],
    trees: [
      { name: "gone", path: "./no-tree" },
      { name: "plain", path: plain },
      { name: "tiny", path: tree, branches: ["main", "kvm/queue"], remotes: ["origin"] },
    ],
  };
  const SAID = [
    ["source box", "there is no folder"],
    ["source inbox", "has no epochs of public-inbox"],
    ["source epoch", "is no git repository"],
    ["source news", "NO_SUCH_WORD is not set"],
    ["tree gone", "there is no folder"],
    ["tree plain", "is no git repository"],
    ["tree tiny", "has no remote origin"],
    ["tree tiny", "has no branch kvm/queue"],
  ];

  it("is a remark of the check, which is content with the file", async () => {
    const { config } = place(wanted);
    const { code, out, err } = await run(["config", "check", config]);
    expect([code, out]).toEqual([0, expect.stringContaining("name: news")]);
    const lines = err.trimEnd().split("\n");
    expect(lines).toEqual(SAID.map(([about, what]) => expect.stringMatching(`^review: ${about}: .*${what}`)));
  });

  it("is warned of when a watch starts, which does what it can", async () => {
    const { watch } = place({ ...wanted, sources: [list, wanted.sources[1]] });
    const ran = await watch();
    expect([ran.code, roundOf(ran)]).toMatchObject([5, { mails: 1, judged: 1, failing: 1 }]);
    const warned = ran.log.filter(({ level, about }) => level === "warn" && about !== undefined);
    expect(warned.map(({ about }) => about)).toEqual([
      "source box",
      "tree gone",
      "tree plain",
      "tree tiny",
      "tree tiny",
    ]);
    expect(warned.at(-1)).toMatchObject({ reason: "no-such-branch", message: expect.stringContaining("kvm/queue") });
  });

  it("is nothing where all is there", async () => {
    const { config } = place({ sources: [list], trees: [{ name: "tiny", path: tree, branches: ["main"] }] });
    expect(await run(["config", "check", config])).toMatchObject({ code: 0, err: "" });
  });
});

describe.concurrent("passwords in URLs", () => {
  it("are not printed by the check, nor in what a watch says", async () => {
    const url = "http://me:s3cret@127.0.0.1:9/list/";
    const { config, watch } = place({
      sources: [{ name: "pages", type: "pipermail", url, allowPrivate: true, tries: 1, pauseSeconds: 0 }],
      database: "postgres://me:s3cret@127.0.0.1:1/store?sslpassword=s3cret",
    });
    const checked = await run(["config", "check", config]);
    expect([checked.code, checked.out]).toEqual([0, expect.stringContaining("http://me:***@127.0.0.1:9/list/")]);
    expect(checked.out).toContain("postgres://me:***@127.0.0.1:1/store?sslpassword=***");
    const ran = await watch(["--dry-run"]);
    expect(`${checked.out}${checked.err}${ran.out}${ran.err}`).not.toContain("s3cret");
  });
});
