/** What a stranger may cost: each kind of input that grows without end is cut off, and says so. */
import { describe, expect, it } from "vitest";
import { parseMessage } from "../../src/message/parse-message.js";
import { MAX_MAIL_BYTES, splitMbox } from "../../src/message/split-mbox.js";
import { readPatches } from "../../src/patch/read-patch.js";
import { reviewMessages } from "../../src/review/review.js";
import { Stats } from "../../src/review/stats.js";
import { parse, rules } from "../engine.js";

const PATH = "arch/riscv/kvm/x.c";
const lines = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join("\n");
const fn = (body: string, name = "f"): string =>
  `static int ${name}(struct kvm_vcpu *vcpu, struct kvm *kvm)\n{\n${body}\n\treturn 0;\n}\n`;

const mail = (code: string, subject = "[PATCH] x", id = "1@x") => {
  const added = code.split("\n");
  const diff = `diff --git a/${PATH} b/${PATH}\nnew file mode 100644\n--- /dev/null\n+++ b/${PATH}\n@@ -0,0 +1,${added.length} @@\n${added.map((l) => `+${l}`).join("\n")}\n`;
  return parseMessage(
    Buffer.from(`From: A <a@example.org>\nSubject: ${subject}\nMessage-ID: <${id}>\n\nx\n---\n${diff}-- \n2.0\n`),
  );
};

async function review(code: string) {
  const stats = new Stats(() => 0);
  const options = { tree: null, rules, parse, version: "0", stats };
  const { review: found } = await reviewMessages([await mail(code)], options);
  return { analysed: found.patches[0]?.analysed, findings: found.findings, cut: stats.cutFunctions };
}

describe("a message", () => {
  it("is read to 25 MiB, and says what was left out", () => {
    const body = Buffer.alloc(MAX_MAIL_BYTES + 1000, "x\n");
    const [raw] = splitMbox(Buffer.concat([Buffer.from("From a Thu Jan  1 00:00:00 2026\nSubject: x\n\n"), body]));
    expect(raw?.bytes.length).toBeLessThanOrEqual(MAX_MAIL_BYTES);
    expect(raw?.problems.map(({ code }) => code)).toContain("message-too-large");
  });

  it("has five hundred parts at the most, eight deep", async () => {
    const part = "--b\nContent-Type: text/plain\n\nx\n";
    const head = "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n";
    const { problems } = await parseMessage(Buffer.from(`${head}${part.repeat(2000)}--b--\n`));
    expect(problems.length).toBeGreaterThan(0);
    const deep = lines(60, (i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}`);
    await expect(parseMessage(Buffer.from(`Subject: x\n${deep}\n\nx\n`))).resolves.toMatchObject({ subject: "x" });
  });
});

describe("a patch", () => {
  it("may change twenty thousand files, and its problems are twenty", async () => {
    const one = (i: number): string =>
      `diff --git a/f${i}.c b/f${i}.c\n--- a/f${i}.c\n+++ b/f${i}.c\n@@ -1,9 +1,9 @@\n-a\n+b`;
    const message = await parseMessage(Buffer.from(`Subject: [PATCH] x\n\nx\n---\n${lines(20_000, one)}\n`));
    const { patch } = readPatches(message);
    expect(patch?.files).toHaveLength(20_000);
    expect(patch?.problems.length).toBeLessThanOrEqual(21);
  });
});

/** A function of `n` locks taken on some paths and `n` reads under them. */
function tangled(n: number, name: string): string {
  const held = lines(n, (i) => `\tx${i} = kvm->a${i};\n\tif (x${i})\n\t\tvcpu->b${i} = x${i};`);
  return fn(`${lines(n, (i) => `\tif (kvm->c${i})\n\t\tmutex_lock(&kvm->l${i % 40});`)}\n${held}`, name);
}

describe("the functions of a patch", () => {
  it("have a budget for all of them together: one that is within its own is given up among many", async () => {
    expect((await review(tangled(80, "f"))).cut.size).toBe(0);
    const many = Array.from({ length: 12 }, (_, i) => tangled(80, `f${i}`)).join("\n");
    expect(await review(many)).toMatchObject({ analysed: "function", findings: [], cut: { size: 12 } });
  });
});

describe("a function", () => {
  it("that costs too much is given up, counted, and not concluded from", async () => {
    const { analysed, findings, cut } = await review(tangled(900, "f"));
    expect([analysed, findings, cut.size]).toEqual(["function", [], 1]);
  });

  it("may be nested three thousand deep", async () => {
    expect(await review(fn(`${"if (x) {".repeat(3000)};${"}".repeat(3000)}`))).toMatchObject({ findings: [] });
    expect(await review(fn(`x = ${"(".repeat(5000)}1${")".repeat(5000)};`))).toMatchObject({ findings: [] });
  });

  it("may be the first of a chain of two thousand, or of macros that call one another", async () => {
    const chain = lines(2000, (i) => fn(i === 1999 ? "\tmutex_lock(&kvm->lock);" : `\tf${i + 1}(vcpu, kvm);`, `f${i}`));
    expect(await review(chain)).toMatchObject({ analysed: "function" });
    const macros = lines(2000, (i) => `#define M${i}(x) M${i + 1}(x)`);
    expect(await review(`${macros}\n${fn("\tM0(kvm);")}`)).toMatchObject({ analysed: "function" });
  });
});

describe("a series", () => {
  it("may have five hundred patches", async () => {
    const mails = await Promise.all(
      Array.from({ length: 500 }, (_, i) => mail(fn(`\tvcpu->a = ${i};`, `f${i}`), `[PATCH ${i + 1}/500] x`, `${i}@x`)),
    );
    const { review: found } = await reviewMessages(mails, { tree: null, rules, parse, version: "0" });
    expect(found.patches).toHaveLength(500);
  });
});
