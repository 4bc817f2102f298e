/* path: arch/x86/kvm/park.c */
/* No lock guards the run state here: its owner alone writes it. */

static void park_peer(struct kvm_vcpu *vcpu, int id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(vcpu->kvm, id);

	if (!peer)
		return;
	/* ruleid: kvm/cross-vcpu-owner-only */
	peer->arch.mp_state = KVM_MP_STATE_HALTED;
	kvm_vcpu_kick(peer);
}

static void park_all(struct kvm *kvm)
{
	struct kvm_vcpu *v;
	unsigned long i;

	mutex_lock(&kvm->lock);
	kvm_for_each_vcpu(i, v, kvm)
		/* ruleid: kvm/cross-vcpu-owner-only */
		v->arch.mp_state = KVM_MP_STATE_HALTED;
	mutex_unlock(&kvm->lock);
}

static void set_state(struct kvm_vcpu *v, int state)
{
	v->arch.mp_state = state;
}

static void wake_by_helper(struct kvm_vcpu *vcpu, int id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu(vcpu->kvm, id);

	/* ruleid: kvm/cross-vcpu-owner-only */
	set_state(peer, KVM_MP_STATE_RUNNABLE);
}

static void halt_self(struct kvm_vcpu *vcpu)
{
	/* ok: kvm/cross-vcpu-owner-only */
	set_state(vcpu, KVM_MP_STATE_HALTED);
}

static void ask_peer(struct kvm_vcpu *vcpu, int id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(vcpu->kvm, id);

	/* ok: kvm/cross-vcpu-owner-only */
	if (peer && peer->arch.mp_state == KVM_MP_STATE_HALTED)
		kvm_make_request(KVM_REQ_EVENT, peer);
}

/* One of all, and yet its own. */
static void halt_self_by_loop(struct kvm_vcpu *vcpu)
{
	struct kvm_vcpu *v;
	unsigned long i;

	kvm_for_each_vcpu(i, v, vcpu->kvm) {
		if (v != vcpu)
			continue;
		/* ok: kvm/cross-vcpu-owner-only */
		v->arch.mp_state = KVM_MP_STATE_HALTED;
	}
}
