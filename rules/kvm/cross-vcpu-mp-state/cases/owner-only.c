/* Nobody else writes the state: its owner needs no lock. */

static void park_self(struct kvm_vcpu *me)
{
	/* ok: kvm/cross-vcpu-mp-state */
	me->arch.power_off = true;
}

static bool parked(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ok: kvm/cross-vcpu-mp-state */
	return READ_ONCE(peer->arch.power_off);
}
