/* Writes to the run state of a vCPU that is not the caller's. */

static void park_all(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	kvm_for_each_vcpu(i, peer, vcpu->kvm)
		/* ruleid: kvm/cross-vcpu-mp-state */
		peer->arch.power_off = true;
}

static void park_all_locked(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		spin_lock(&peer->arch.mp_state_lock);
		/* ok: kvm/cross-vcpu-mp-state */
		WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);
		spin_unlock(&peer->arch.mp_state_lock);
	}
}

static void park_all_guarded(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		guard(spinlock)(&peer->arch.mp_state_lock);
		/* ok: kvm/cross-vcpu-mp-state */
		peer->arch.power_off = true;
	}
}

static void park_all_scoped(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		scoped_guard(spinlock, &peer->arch.mp_state_lock)
			/* ok: kvm/cross-vcpu-mp-state */
			peer->arch.power_off = true;
		/* ruleid: kvm/cross-vcpu-mp-state */
		peer->arch.mp_state.mp_state = KVM_MP_STATE_STOPPED;
	}
}

static void wake_wrong_lock(struct kvm_vcpu *vcpu, unsigned long id)
{
	struct kvm_vcpu *target = kvm_get_vcpu_by_id(vcpu->kvm, id);

	spin_lock(&vcpu->arch.mp_state_lock);
	/* ruleid: kvm/cross-vcpu-mp-state */
	WRITE_ONCE(target->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	spin_unlock(&vcpu->arch.mp_state_lock);
}

/* The target is called vcpu here; names decide nothing. */
static void wake_by_id(struct kvm_vcpu *source, unsigned long id)
{
	struct kvm_vcpu *vcpu = kvm_get_vcpu_by_id(source->kvm, id);

	spin_lock(&vcpu->arch.mp_state_lock);
	/* ok: kvm/cross-vcpu-mp-state */
	WRITE_ONCE(vcpu->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	spin_unlock(&vcpu->arch.mp_state_lock);
}

static void wake_early_return(struct kvm_vcpu *source, unsigned long id, bool late)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(source->kvm, id);

	spin_lock(&peer->arch.mp_state_lock);
	if (late)
		spin_unlock(&peer->arch.mp_state_lock);
	if (!late) {
		/* ok: kvm/cross-vcpu-mp-state */
		peer->arch.power_off = false;
		spin_unlock(&peer->arch.mp_state_lock);
	}
}

/* Others write it under the lock: so should its owner. */
static void wake_own(struct kvm_vcpu *vcpu)
{
	/* ruleid: kvm/cross-vcpu-mp-state */
	vcpu->arch.power_off = false;
}

static void wake_own_locked(struct kvm_vcpu *vcpu)
{
	spin_lock(&vcpu->arch.mp_state_lock);
	/* ok: kvm/cross-vcpu-mp-state */
	vcpu->arch.power_off = false;
	spin_unlock(&vcpu->arch.mp_state_lock);
}

static void wake_under_vm_lock(struct kvm_vcpu *vcpu, unsigned long id)
{
	struct kvm *kvm = vcpu->kvm;
	struct kvm_vcpu *peer;

	mutex_lock(&kvm->lock);
	peer = kvm_get_vcpu_by_id(vcpu->kvm, id);
	/* ok: kvm/cross-vcpu-mp-state */
	peer->arch.power_off = false;
	mutex_unlock(&vcpu->kvm->lock);
}

static void park_all_sometimes_locked(struct kvm_vcpu *vcpu, bool careful)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		if (careful)
			spin_lock(&peer->arch.mp_state_lock);
		/* ruleid: kvm/cross-vcpu-mp-state */
		peer->arch.power_off = true;
		if (careful)
			spin_unlock(&peer->arch.mp_state_lock);
	}
}

static void park_all_careful_only(struct kvm_vcpu *vcpu, bool careful)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		if (careful)
			spin_lock(&peer->arch.mp_state_lock);
		barrier();
		if (careful) {
			/* ok: kvm/cross-vcpu-mp-state */
			peer->arch.power_off = true;
			spin_unlock(&peer->arch.mp_state_lock);
		}
	}
}
