/** A small tree of own words that rules have something to say of, and a series of patches for it. */
import { createHash } from "node:crypto";
import { deserialize, serialize } from "node:v8";
import type { Message } from "../../src/message/message.js";
import { parseMessage } from "../../src/message/parse-message.js";
import { reviewMessages } from "../../src/review/review.js";
import type { IndexStore } from "../../src/review/tree-index.js";
import type { SourceTree } from "../../src/tree/source-tree.js";
import { parse, rules } from "../engine.js";

export const FILES: Readonly<Record<string, string>> = {
  "arch/riscv/include/asm/kvm_host.h":
    "struct kvm_vcpu_arch {\n\tspinlock_t mp_state_lock;\n\tstruct kvm_mp_state mp_state;\n};\n",
  "arch/riscv/kvm/power.c": `/* Puts the vCPU to sleep; mp_state_lock is held. */
void park(struct kvm_vcpu *vcpu)
{
	vcpu->arch.mp_state.mp_state = KVM_MP_STATE_STOPPED;
}

void unpark(struct kvm_vcpu *vcpu)
{
	spin_lock(&vcpu->arch.mp_state_lock);
	vcpu->arch.mp_state.mp_state = KVM_MP_STATE_RUNNABLE;
	spin_unlock(&vcpu->arch.mp_state_lock);
}
`,
  "arch/riscv/kvm/sbi.c": `static int start(struct kvm_vcpu *vcpu, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(vcpu->kvm, id);

	if (!peer)
		return -EINVAL;
	unpark(peer);
	return 0;
}

static int stop_all(struct kvm_vcpu *vcpu)
{
	struct kvm_vcpu *peer;
	unsigned long i;

	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		spin_lock(&peer->arch.mp_state_lock);
		park(peer);
		spin_unlock(&peer->arch.mp_state_lock);
	}
	return 0;
}
`,
  "virt/kvm/kvm_main.c": "int kvm_vcpu_wake_up(struct kvm_vcpu *vcpu)\n{\n\treturn 1;\n}\n",
};

const mail = (id: string, subject: string, reply: string, date: string, body: string): string =>
  `From: A Writer <writer@example.org>\nDate: ${date}\nMessage-ID: <${id}@example.org>\n${reply}Subject: ${subject}\n\n${body}\n\nSigned-off-by: A Writer <writer@example.org>\n---\n`;

const DROP = `--- a/arch/riscv/kvm/power.c
+++ b/arch/riscv/kvm/power.c
@@ -6,7 +6,5 @@
 
 void unpark(struct kvm_vcpu *vcpu)
 {
-	spin_lock(&vcpu->arch.mp_state_lock);
 	vcpu->arch.mp_state.mp_state = KVM_MP_STATE_RUNNABLE;
-	spin_unlock(&vcpu->arch.mp_state_lock);
 }
`;
const KEEP = `--- a/arch/riscv/kvm/sbi.c
+++ b/arch/riscv/kvm/sbi.c
@@ -16,7 +16,5 @@
 	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
-		spin_lock(&peer->arch.mp_state_lock);
 		park(peer);
-		spin_unlock(&peer->arch.mp_state_lock);
 	}
 	return 0;
 }
`;

/** Mails as they would come in: a series of two, and another patch twice, once without an id. */
export const MAILS: readonly string[] = [
  mail("c1", "[PATCH 1/2] KVM: unpark without the lock", "", "Mon, 01 Jan 2024 10:00:00 +0000", "It is held.") + DROP,
  mail(
    "c2",
    "[PATCH 2/2] KVM: park all at once",
    "In-Reply-To: <c1@example.org>\nReferences: <c1@example.org>\n",
    "Mon, 01 Jan 2024 10:00:01 +0000",
    "Faster.",
  ) + KEEP,
  mail("b1", "[PATCH] KVM: stop all without locks", "", "Sun, 31 Dec 2023 10:00:00 +0000", "Not needed.") + KEEP,
  (mail("x", "[PATCH] KVM: stop all, again", "", "Sun, 31 Dec 2023 10:00:00 +0000", "Not needed.") + KEEP).replace(
    /^Message-ID: .*\n/m,
    "",
  ),
  mail("c1", "[PATCH 1/2] KVM: unpark without the lock", "", "Mon, 01 Jan 2024 10:00:00 +0000", "It is held, I say.") +
    DROP,
];

export const messages = (mails: readonly string[] = MAILS): Promise<Message[]> =>
  Promise.all(mails.map((m) => parseMessage(Buffer.from(m))));

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A tree of texts, with states as a folder has them. `order` is what its listing does to the paths. */
export const treeOf = (
  files: Readonly<Record<string, string>>,
  order: (paths: string[]) => string[] = (p) => p,
): SourceTree => ({
  label: "test",
  readFile: async (path) => files[path] ?? null,
  readBlob: async () => null,
  list: async (folder) => order(Object.keys(files).filter((p) => p.startsWith(folder === "" ? "" : `${folder}/`))),
  states: {
    place: "test",
    of: async (paths) => paths.map((p) => (files[p] === undefined ? null : digest(files[p] as string))),
  },
});

/** A store in memory that counts what it is asked. */
export function memoryStore(): IndexStore & { kept: Map<string, Uint8Array>; loads: number; saves: number } {
  const store = {
    kept: new Map<string, Uint8Array>(),
    loads: 0,
    saves: 0,
    engine: "test",
    encode: (value: unknown) => new Uint8Array(serialize(value)),
    decode: (bytes: Uint8Array) => deserialize(bytes) as unknown,
    load: async (key: string) => {
      store.loads++;
      const found = store.kept.get(key);
      if (found === undefined) return null;
      const { value, parts } = deserialize(found) as { value: unknown; parts: Uint8Array[] };
      return { value, part: (number: number) => parts[number] ?? null, close: () => {} };
    },
    save: async (key: string, value: unknown, parts: readonly Uint8Array[] = []) => {
      store.saves++;
      store.kept.set(key, new Uint8Array(serialize({ value, parts })));
    },
  };
  return store;
}

/** The review as text, without what differs between runs. */
export async function reviewed(
  mails: readonly Message[],
  tree: SourceTree,
  index: IndexStore | null = null,
): Promise<string> {
  const { review } = await reviewMessages(mails, { tree, rules, parse, version: "0.0.0", index });
  return JSON.stringify(review, null, 1);
}
