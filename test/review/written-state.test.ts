/** What a patch is said to write is what it writes, whatever later kernels call it. */
import { describe, expect, it } from "vitest";
import { parseMessage } from "../../src/message/parse-message.js";
import { reviewMessages } from "../../src/review/review.js";
import { parse, rules } from "../engine.js";

const patch = (write: string): Buffer =>
  Buffer.from(
    `From: A. Author <author@example.org>
Subject: [PATCH] RISC-V: KVM: Stop all harts
Message-ID: <stop@example.org>

Stop them.

---
diff --git a/arch/riscv/kvm/stop.c b/arch/riscv/kvm/stop.c
new file mode 100644
--- /dev/null
+++ b/arch/riscv/kvm/stop.c
@@ -0,0 +1,8 @@
+static void stop_all(struct kvm_vcpu *vcpu)
+{
+	unsigned long i;
+	struct kvm_vcpu *tmp;
+
+	kvm_for_each_vcpu(i, tmp, vcpu->kvm)
+		${write}
+}
`,
  );

describe("the state that a write is said to change", () => {
  it.each([
    ["tmp->arch.power_off = true;", "power_off"],
    ["WRITE_ONCE(tmp->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);", "mp_state"],
  ])("%s", async (write, state) => {
    const message = await parseMessage(patch(write));
    const { review } = await reviewMessages([message], { tree: null, rules, parse, version: "0", index: null });
    const [found, ...others] = review.findings.filter(({ rule }) => rule === "kvm/cross-vcpu-mp-state");
    expect(others).toEqual([]);
    expect(found?.message).toBe(`What serialises this write to the ${state} of another vCPU?`);
    expect(found?.interleaving[0]?.text).toMatch(new RegExp(`reads ${state}$`));
  });
});
