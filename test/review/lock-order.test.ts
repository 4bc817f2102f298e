import { describe, expect, it } from "vitest";
import type { Message } from "../../src/message/message.js";
import type { Finding } from "../../src/review/finding.js";
import { reviewMessages } from "../../src/review/review.js";
import type { SourceTree } from "../../src/tree/source-tree.js";
import { parse, rules } from "../engine.js";
import { gitDiff, withFolder } from "../patch/git-peer.js";
import { mail } from "../patch/mail.js";

const PATH = "arch/riscv/kvm/vcpu_sbi_note.c";
const code = (body: string): string => `#include <linux/kvm_host.h>

static void note(struct kvm *kvm, unsigned long what)
{
${body}}

static int note_handler(struct kvm_vcpu *vcpu, struct kvm_run *run, struct kvm_vcpu_sbi_return *ret)
{
	note(vcpu->kvm, vcpu->arch.guest_context.a0);
	return 0;
}

const struct kvm_vcpu_sbi_extension vcpu_sbi_ext_note = {
	.handler = note_handler,
};
`;
const BARE = code("\tkvm->arch.note = what;\n");
const WAITS = code("\tmutex_lock(&kvm->lock);\n\tkvm->arch.note = what;\n\tmutex_unlock(&kvm->lock);\n");
const TRIES = WAITS.replace("\tmutex_lock(&kvm->lock);\n", "\tif (!mutex_trylock(&kvm->lock))\n\t\treturn;\n");
/** Another thread that takes both as documented. */
const CORE = `static int kvm_freeze(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	mutex_lock(&kvm->lock);
	kvm_for_each_vcpu(i, vcpu, kvm) {
		mutex_lock(&vcpu->mutex);
		vcpu->frozen = true;
		mutex_unlock(&vcpu->mutex);
	}
	mutex_unlock(&kvm->lock);
	return 0;
}
`;

const treeOf = (files: Record<string, string>): SourceTree => ({
  label: "test",
  readFile: async (path) => files[path] ?? null,
  readBlob: async () => null,
  list: async (folder) =>
    Object.keys(files)
      .filter((p) => p.startsWith(folder))
      .sort(),
});

function patch(before: string, after: string): Message {
  const diff = withFolder((folder) => gitDiff(folder, PATH, before, after));
  const text = `Keep a note.\n\nSigned-off-by: A. Author <author@example.org>\n---\n\n${diff}\n`;
  return mail(text, { messageId: "1@example.org", subject: "[PATCH] RISC-V: KVM: keep a note" });
}

const review = async (message: Message, tree: SourceTree | null): Promise<Finding[]> =>
  (await reviewMessages([message], { tree, rules, parse, version: "0.0.0" })).review.findings;
const tree = (before: string): SourceTree => treeOf({ [PATH]: before, "virt/kvm/kvm_main.c": CORE });

describe("a patch that waits for kvm->lock inside vcpu->mutex", () => {
  it("is told with the way that holds the mutex, and the thread that takes both as documented", async () => {
    const [found, ...more] = await review(patch(BARE, WAITS), tree(BARE));
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      rule: "kvm/lock-order",
      severity: "warning",
      status: "introduced",
      path: PATH,
      line: 5,
      function: "note",
      message: "Can kvm->lock be taken here, inside vcpu->mutex?",
    });
    expect(found?.why).toContain("note_handler() runs in KVM_RUN, which holds vcpu->mutex, and comes to note()");
    expect(found?.witness.map((w) => [w.role, w.function, w.locks, w.via])).toEqual([
      ["lock", "note", ["vcpu->mutex"], []],
      ["act", "note_handler", ["vcpu->mutex"], ["note"]],
      ["lock", "kvm_freeze", ["kvm->lock"], []],
    ]);
    expect(found?.interleaving).toEqual([
      { thread: "A", text: "note_handler(), in KVM_RUN, holds vcpu->mutex" },
      { thread: "B", text: "kvm_freeze() holds kvm->lock" },
      { thread: "A", text: "note() waits for B: mutex_lock(&kvm->lock);" },
      { thread: "B", text: "waits for A: mutex_lock(&vcpu->mutex);" },
    ]);
  });

  it("is told without a tree, where the patch shows the handler and its table", async () => {
    const found = await review(patch("", WAITS), null);
    expect(found.map((f) => [f.rule, f.status, f.confidence, f.function])).toEqual([
      ["kvm/lock-order", "introduced", "medium", "note"],
    ]);
  });

  it("is not guessed at where the patch does not show who calls", async () => {
    const quiet = WAITS.slice(0, WAITS.indexOf("static int note_handler"));
    expect(await review(patch("", quiet), null)).toEqual([]);
  });

  it("says nothing of a trylock, nor of the patch that removes the wait", async () => {
    expect(await review(patch(BARE, TRIES), tree(BARE))).toEqual([]);
    expect(await review(patch(WAITS, BARE), tree(WAITS))).toEqual([]);
    expect(await review(patch(WAITS, TRIES), tree(WAITS))).toEqual([]);
  });

  it("is an old fault where the patch only changes its surroundings", async () => {
    const changed = WAITS.replace("\tkvm->arch.note = what;", "\tkvm->arch.note = what + 1;");
    const found = await review(patch(WAITS, changed), tree(WAITS));
    expect(found.map((f) => [f.rule, f.status])).toEqual([["kvm/lock-order", "pre-existing"]]);
  });
});
