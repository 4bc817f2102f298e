/* The access stands in a helper; the vCPU is bound by the caller. */

static void set_parked(struct kvm_vcpu *v)
{
	WRITE_ONCE(v->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);
}

static bool is_parked(struct kvm_vcpu *v)
{
	return READ_ONCE(v->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
}

static void park_peer(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/cross-vcpu-mp-state */
	set_parked(peer);
}

static void park_peer_locked(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	spin_lock(&peer->arch.mp_state_lock);
	/* ok: kvm/cross-vcpu-mp-state */
	set_parked(peer);
	spin_unlock(&peer->arch.mp_state_lock);
}

static void park_self(struct kvm_vcpu *me)
{
	/* ruleid: kvm/cross-vcpu-mp-state */
	set_parked(me);
}

static void park_self_locked(struct kvm_vcpu *me)
{
	scoped_guard(spinlock, &me->arch.mp_state_lock)
		/* ok: kvm/cross-vcpu-mp-state */
		set_parked(me);
}

static void take_state(struct kvm_vcpu *v)
{
	spin_lock(&v->arch.mp_state_lock);
}

static void give_state(struct kvm_vcpu *v)
{
	spin_unlock(&v->arch.mp_state_lock);
}

static void park_by_lock_helpers(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	take_state(peer);
	/* ok: kvm/cross-vcpu-mp-state */
	set_parked(peer);
	give_state(peer);
	/* ruleid: kvm/cross-vcpu-mp-state */
	set_parked(peer);
}

/* Every caller holds the VM's lock. */
static void park_with_callers_lock(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ok: kvm/cross-vcpu-mp-state */
	set_parked(peer);
}

static int handle_park(struct kvm_vcpu *me, unsigned long id)
{
	mutex_lock(&me->kvm->lock);
	park_with_callers_lock(me, id);
	mutex_unlock(&me->kvm->lock);
	return is_parked(me);
}

static int handle_trylock(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	if (!spin_trylock(&peer->arch.mp_state_lock))
		return -EBUSY;
	/* ok: kvm/cross-vcpu-mp-state */
	set_parked(peer);
	spin_unlock(&peer->arch.mp_state_lock);
	return 0;
}

static int handle_killable(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	int ret;

	ret = mutex_lock_killable(&me->kvm->lock);
	if (ret)
		return ret;
	/* ok: kvm/cross-vcpu-mp-state */
	set_parked(peer);
	mutex_unlock(&me->kvm->lock);
	return 0;
}
