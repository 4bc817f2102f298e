/* What becomes of an unlocked look decides how loud it is: told on a note, a hint or a second look nothing. */

static bool parked(struct kvm_vcpu *v)
{
	return READ_ONCE(v->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
}

static void w(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	spin_lock(&peer->arch.mp_state_lock);
	WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);
	spin_unlock(&peer->arch.mp_state_lock);
}

static int status(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* noteid: kvm/cross-vcpu-mp-state */
	return parked(peer) ? 1 : 0;
}

static int status2(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	int ret = 0;

	/* noteid: kvm/cross-vcpu-mp-state */
	if (parked(peer))
		ret = 1;
	return ret;
}

static void status3(struct kvm_vcpu *me, unsigned long id, u64 *out)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* noteid: kvm/cross-vcpu-mp-state */
	if (parked(peer))
		*out = 1;
}

static void kick1(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* silent: kvm/cross-vcpu-mp-state */
	if (!parked(peer))
		kvm_vcpu_kick(peer);
}

static void kick2(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	/* silent: kvm/cross-vcpu-mp-state */
	bool is = READ_ONCE(peer->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;

	if (is)
		return;
	kvm_make_request(KVM_REQ_UNBLOCK, peer);
	kvm_vcpu_kick(peer);
}

static void kick_helper(struct kvm_vcpu *v)
{
	if (!parked(v))
		kvm_vcpu_kick(v);
}

static void kick3(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;

	kvm_for_each_vcpu(i, peer, me->kvm)
		/* silent: kvm/cross-vcpu-mp-state */
		kick_helper(peer);
}

static void kick4(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;

	kvm_for_each_vcpu(i, peer, me->kvm) {
		/* silent: kvm/cross-vcpu-mp-state */
		if (parked(peer))
			continue;
		kvm_make_request(KVM_REQ_UNBLOCK, peer);
		kvm_vcpu_kick(peer);
	}
}

static bool find_runner(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;

	kvm_for_each_vcpu(i, peer, me->kvm) {
		if (parked(peer))
			continue;
		if (kvm_vcpu_yield_to(peer) > 0)
			return true;
	}
	return false;
}

static void recheck1(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* silent: kvm/cross-vcpu-mp-state */
	if (!parked(peer))
		return;
	spin_lock(&peer->arch.mp_state_lock);
	if (parked(peer))
		WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	spin_unlock(&peer->arch.mp_state_lock);
}

static void recheck2(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* silent: kvm/cross-vcpu-mp-state */
	if (READ_ONCE(peer->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED) {
		guard(spinlock)(&peer->arch.mp_state_lock);
		if (READ_ONCE(peer->arch.mp_state.mp_state) != KVM_MP_STATE_STOPPED)
			return;
		WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
		kvm_vcpu_wake_up(peer);
	}
}

/* The unlocked look only spares the way to the lock: what counts is the look under it. */
static int recheck3(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	int ret = 0;

	/* silent: kvm/cross-vcpu-mp-state */
	if (!parked(peer))
		return -EBUSY;
	spin_lock(&peer->arch.mp_state_lock);
	if (!parked(peer)) {
		ret = -EBUSY;
		goto out;
	}
	peer->arch.mp_state.mp_state = KVM_MP_STATE_RUNNABLE;
out:
	spin_unlock(&peer->arch.mp_state_lock);
	return ret;
}

static void start_locked(struct kvm_vcpu *v)
{
	spin_lock(&v->arch.mp_state_lock);
	if (parked(v))
		v->arch.mp_state.mp_state = KVM_MP_STATE_RUNNABLE;
	spin_unlock(&v->arch.mp_state_lock);
}

static void recheck4(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* silent: kvm/cross-vcpu-mp-state */
	if (parked(peer))
		start_locked(peer);
}

static void only_traced(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* noteid: kvm/cross-vcpu-mp-state */
	trace_kvm_peer(me->vcpu_id, parked(peer));
}

static int under_own_lock_reported(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	int ret;

	spin_lock(&me->arch.mp_state_lock);
	/* noteid: kvm/cross-vcpu-mp-state */
	ret = parked(peer);
	spin_unlock(&me->arch.mp_state_lock);
	return ret;
}

static int under_own_lock_decisive(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	spin_lock(&me->arch.mp_state_lock);
	/* ruleid: kvm/cross-vcpu-mp-state */
	if (parked(peer))
		peer->arch.reset_pc = 0;
	spin_unlock(&me->arch.mp_state_lock);
	return 0;
}

static int decisive_other(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* silent: kvm/cross-vcpu-mp-state */
	if (parked(peer))
		peer->arch.reset_pc = 0;
	return 0;
}
