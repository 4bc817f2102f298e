/** What is said of a check of one vCPU that is relied on after its lock was given back. */
import { describe, expect, it } from "vitest";
import type { Finding } from "../../src/review/finding.js";
import { toFinding } from "../../src/review/verdict.js";
import { evaluated, programOf, rules } from "../engine.js";

const rule = rules.rules.filter(({ id }) => id === "kvm/check-then-act");

function foundIn(check: string, act: string): Finding {
  const text = `static int wake(struct kvm_vcpu *vcpu, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(vcpu->kvm, id);

	{
		${check}
		if (READ_ONCE(peer->arch.mp_state.mp_state) != KVM_MP_STATE_STOPPED)
			return -EALREADY;
	}
	${act}
	return 0;
}
`;
  const { outcomes } = evaluated(programOf({ "arch/riscv/kvm/wake.c": text }), rule);
  expect(outcomes).toHaveLength(1);
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error("nothing was found");
  return toFinding(outcome, "introduced", null, { analysed: "tree", confidence: "high" });
}

describe("a check of one vCPU", () => {
  it("under a guard names the line where its scope ends, and the lock to be kept", () => {
    const write = "WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);";
    const found = foundIn("guard(spinlock)(&peer->arch.mp_state_lock);", write);
    expect(found.witness.find(({ role }) => role === "unlock")).toMatchObject({ line: 9, code: "}" });
    expect(found.interleaving.map(({ text }) => text)).toContain("leaves the scope of its lock");
    expect(found.suggestion).toMatch(
      /^I would hold peer->arch\.mp_state_lock from the check until the write to \S+ is done\./,
    );
    expect(found.suggestion).not.toContain("one lock of the VM");
  });

  it("without a lock names the one to be taken, and minds that what it calls may take it", () => {
    const found = foundIn(";", "kvm_riscv_vcpu_power_on(peer);");
    expect(found.suggestion).toMatch(
      /^I would hold the mp_state_lock of that vCPU from the check until kvm_riscv_vcpu_power_on\(\) is done, by a variant/,
    );
  });
});
