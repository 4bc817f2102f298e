/** With an index or without one, cold or warm, or after the tree has changed: the same findings, to the byte. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { BUILT, runCli } from "../apps/run-cli.js";
import { FILES, MAILS, memoryStore, messages, reviewed, treeOf } from "./small-tree.js";

const CHANGES: [string, Record<string, string>][] = [
  [
    "a function that others call",
    { "arch/riscv/kvm/power.c": (FILES["arch/riscv/kvm/power.c"] as string).replace("RUNNABLE", "STOPPED") },
  ],
  [
    "a header",
    { "arch/riscv/include/asm/kvm_host.h": "struct kvm_vcpu_arch {\n\traw_spinlock_t mp_state_lock;\n};\n" },
  ],
  ["a new file", { "arch/riscv/kvm/new.c": "void idle(struct kvm_vcpu *vcpu)\n{\n\tunpark(vcpu);\n}\n" }],
  ["a file that defines the same name", { "virt/kvm/kvm_main.c": "void unpark(struct kvm_vcpu *vcpu)\n{\n}\n" }],
];

describe("an index of the tree", () => {
  it("changes no byte, cold or warm", async () => {
    const mails = await messages();
    const plain = await reviewed(mails, treeOf(FILES));
    expect(JSON.parse(plain).findings.length).toBeGreaterThan(0);
    const store = memoryStore();
    expect(await reviewed(mails, treeOf(FILES), store)).toBe(plain);
    expect([store.loads, store.saves]).toEqual([1, 1]);
    expect(await reviewed(mails, treeOf(FILES), store)).toBe(plain);
    expect([store.loads, store.saves]).toEqual([2, 1]);
  });

  it.each(CHANGES)("is brought up to date where the tree has changed: %s", async (_what, change) => {
    const mails = await messages();
    const now = { ...FILES, ...change };
    const store = memoryStore();
    await reviewed(mails, treeOf(FILES), store);
    const plain = await reviewed(mails, treeOf(now));
    expect(await reviewed(mails, treeOf(now), store)).toBe(plain);
    expect(await reviewed(mails, treeOf(now), store)).toBe(plain);
  });

  it("notices a file that has gone", async () => {
    const mails = await messages();
    const { "virt/kvm/kvm_main.c": _gone, ...now } = FILES;
    const store = memoryStore();
    await reviewed(mails, treeOf(FILES), store);
    expect(await reviewed(mails, treeOf(now), store)).toBe(await reviewed(mails, treeOf(now)));
  });
});

/** Writes the small tree and its mails to a folder. */
function unpacked(): { folder: string; args: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "small-tree-"));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, "linux", path)), { recursive: true });
    writeFileSync(join(folder, "linux", path), text);
  }
  const mbox = join(folder, "in.mbox");
  writeFileSync(mbox, MAILS.map((m) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${m}\n`).join(""));
  return { folder, args: ["--format", "json", "--tree", join(folder, "linux"), mbox] };
}

const start = (args: string[]): Promise<{ code: number | null; out: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [BUILT, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.on("close", (code) => resolve({ code, out }));
  });

describe("two processes at once", () => {
  it("say the same with one cache folder, and leave it sound", async () => {
    const { folder, args } = unpacked();
    try {
      const plain = runCli([...args, "--no-cache"]);
      expect([plain.code, plain.err]).toEqual([1, ""]);
      const cache = join(folder, "cache");
      const both = await Promise.all([start([...args, "--cache", cache]), start([...args, "--cache", cache])]);
      expect(both.map((r) => r.out)).toEqual([plain.out, plain.out]);
      expect(readdirSync(cache).every((name) => name.endsWith(".index"))).toBe(true);
      const warm = runCli([...args, "--cache", cache, "--stats"]);
      expect(warm.out).toBe(plain.out);
      expect(warm.err).toContain("index: 1 kept program used as it was");
      for (const name of readdirSync(cache)) writeFileSync(join(cache, name), "garbage");
      const again = runCli([...args, "--cache", cache, "--stats"]);
      expect(again.out).toBe(plain.out);
      expect(again.err).toContain("2 broken");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
