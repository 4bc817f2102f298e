/* The locks of two vCPUs, taken in an order, or one of them by choice: which is whose cannot be told apart, nor need it. */

static void pass_on(struct kvm_vcpu *vcpu, unsigned long id)
{
	struct kvm_vcpu *heir = kvm_get_vcpu_by_id(vcpu->kvm, id);
	struct kvm_vcpu *lower = vcpu < heir ? vcpu : heir;
	struct kvm_vcpu *upper = vcpu < heir ? heir : vcpu;

	spin_lock(&lower->arch.mp_state_lock);
	spin_lock_nested(&upper->arch.mp_state_lock, SINGLE_DEPTH_NESTING);
	/* ok: kvm/cross-vcpu-mp-state */
	WRITE_ONCE(heir->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	/* ok: kvm/cross-vcpu-mp-state */
	WRITE_ONCE(vcpu->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);
	spin_unlock(&upper->arch.mp_state_lock);
	spin_unlock(&lower->arch.mp_state_lock);
}

static void pass_on_by_branches(struct kvm_vcpu *vcpu, unsigned long id)
{
	struct kvm_vcpu *heir = kvm_get_vcpu_by_id(vcpu->kvm, id);
	struct kvm_vcpu *lower, *upper;

	if (vcpu->vcpu_id < heir->vcpu_id) {
		lower = vcpu;
		upper = heir;
	} else {
		lower = heir;
		upper = vcpu;
	}
	spin_lock(&lower->arch.mp_state_lock);
	spin_lock_nested(&upper->arch.mp_state_lock, SINGLE_DEPTH_NESTING);
	/* ok: kvm/cross-vcpu-mp-state */
	WRITE_ONCE(heir->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	spin_unlock(&upper->arch.mp_state_lock);
	spin_unlock(&lower->arch.mp_state_lock);
}

static void wake_either(struct kvm_vcpu *vcpu, unsigned long id, bool own)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(vcpu->kvm, id);
	spinlock_t *lock = own ? &vcpu->arch.mp_state_lock : &peer->arch.mp_state_lock;

	spin_lock(lock);
	/* ok: kvm/cross-vcpu-mp-state */
	WRITE_ONCE((own ? vcpu : peer)->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	spin_unlock(lock);
}

/* Neither of the two is the one that is written. */
static void wake_third(struct kvm_vcpu *vcpu, unsigned long id, unsigned long other)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(vcpu->kvm, id);
	struct kvm_vcpu *third = kvm_get_vcpu_by_id(vcpu->kvm, other);
	struct kvm_vcpu *lower = vcpu < peer ? vcpu : peer;
	struct kvm_vcpu *upper = vcpu < peer ? peer : vcpu;

	spin_lock(&lower->arch.mp_state_lock);
	spin_lock_nested(&upper->arch.mp_state_lock, SINGLE_DEPTH_NESTING);
	/* ruleid: kvm/cross-vcpu-mp-state */
	WRITE_ONCE(third->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	spin_unlock(&upper->arch.mp_state_lock);
	spin_unlock(&lower->arch.mp_state_lock);
}

/* Nobody asks what was there before: a write like any other. */
static void stop_by_exchange(struct kvm_vcpu *vcpu, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(vcpu->kvm, id);

	/* ruleid: kvm/cross-vcpu-mp-state */
	xchg(&peer->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);
	kvm_vcpu_kick(peer);
}
