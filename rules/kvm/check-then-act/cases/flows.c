/* The look and the act are joined by variables, counters, helpers and loops of every spelling. */

static bool parked(struct kvm_vcpu *v)
{
	return READ_ONCE(v->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
}

static int found_flag(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;
	bool all = true;

	kvm_for_each_vcpu(i, peer, me->kvm) {
		/* ruleid: kvm/check-then-act */
		if (peer != me && !parked(peer))
			all = false;
	}
	if (!all)
		return -EPERM;
	me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

static int counted(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;
	int running = 0;

	kvm_for_each_vcpu(i, peer, me->kvm) {
		spin_lock(&peer->arch.mp_state_lock);
		/* ruleid: kvm/check-then-act */
		if (!parked(peer))
			running++;
		spin_unlock(&peer->arch.mp_state_lock);
	}
	if (running == 1) {
		me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
		return 0;
	}
	return 1;
}

static int broke_out(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;
	int ret = 0;

	kvm_for_each_vcpu(i, peer, me->kvm) {
		/* ruleid: kvm/check-then-act */
		if (peer != me && !parked(peer)) {
			ret = -EPERM;
			break;
		}
	}
	if (ret)
		return ret;
	me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

static int gone_to(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;
	int ret = 0;

	kvm_for_each_vcpu(i, peer, me->kvm) {
		if (peer == me)
			continue;
		/* ruleid: kvm/check-then-act */
		if (!parked(peer)) {
			ret = -EPERM;
			goto out;
		}
	}
	me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
out:
	return ret;
}

static bool all_parked(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;

	kvm_for_each_vcpu(i, peer, me->kvm)
		if (peer != me && !parked(peer))
			return false;
	return true;
}

static int by_helper(struct kvm_vcpu *me)
{
	/* ruleid: kvm/check-then-act */
	if (!all_parked(me))
		return -EPERM;
	me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

static int count_running(struct kvm *kvm)
{
	struct kvm_vcpu *peer;
	unsigned long i;
	int n = 0;

	kvm_for_each_vcpu(i, peer, kvm)
		if (!parked(peer))
			n++;
	return n;
}

static int by_count(struct kvm_vcpu *me)
{
	/* ruleid: kvm/check-then-act */
	if (count_running(me->kvm) > 1)
		return -EPERM;
	me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

static int by_errno_helper(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;

	kvm_for_each_vcpu(i, peer, me->kvm)
		if (peer != me && !parked(peer))
			return -EBUSY;
	return 0;
}

static int by_errno(struct kvm_vcpu *me)
{
	int ret = by_errno_helper(me);

	/* ruleid: kvm/check-then-act */
	if (ret)
		return ret;
	me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

static int index_loop(struct kvm_vcpu *me)
{
	int i;

	for (i = 0; i < atomic_read(&me->kvm->online_vcpus); i++) {
		struct kvm_vcpu *peer = kvm_get_vcpu(me->kvm, i);

		if (!peer || peer == me)
			continue;
		/* ruleid: kvm/check-then-act */
		if (!parked(peer))
			return -EPERM;
	}
	me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

static int while_loop(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	int i = 0;

	while (i < atomic_read(&me->kvm->online_vcpus)) {
		peer = kvm_get_vcpu(me->kvm, i++);
		/* ruleid: kvm/check-then-act */
		if (peer != me && !parked(peer))
			return -EPERM;
	}
	me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

static int xa_loop(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;

	xa_for_each(&me->kvm->vcpu_array, i, peer) {
		/* ruleid: kvm/check-then-act */
		if (peer != me && !parked(peer))
			return -EPERM;
	}
	me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

static int ternary(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/check-then-act */
	return parked(peer) ? reset_peer(peer) : -EBUSY;
}

static void anded(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	spin_lock(&peer->arch.mp_state_lock);
	barrier();
	spin_unlock(&peer->arch.mp_state_lock);
	/* ruleid: kvm/check-then-act */
	parked(peer) && (peer->arch.power_off = false);
}

static void switched(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	switch (READ_ONCE(peer->arch.mp_state.mp_state)) {
	/* ruleid: kvm/check-then-act */
	case KVM_MP_STATE_STOPPED:
		spin_lock(&peer->arch.mp_state_lock);
		peer->arch.mp_state.mp_state = KVM_MP_STATE_RUNNABLE;
		spin_unlock(&peer->arch.mp_state_lock);
		break;
	default:
		break;
	}
}

static void switched_locked(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	guard(spinlock)(&peer->arch.mp_state_lock);
	/* ok: kvm/check-then-act */
	switch (READ_ONCE(peer->arch.mp_state.mp_state)) {
	case KVM_MP_STATE_STOPPED:
		peer->arch.mp_state.mp_state = KVM_MP_STATE_RUNNABLE;
		break;
	default:
		break;
	}
}

static int all_locked_found_flag(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;
	bool all = true;

	mutex_lock(&me->kvm->lock);
	kvm_for_each_vcpu(i, peer, me->kvm) {
		/* ok: kvm/check-then-act */
		if (peer != me && !parked(peer))
			all = false;
	}
	if (all)
		me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	mutex_unlock(&me->kvm->lock);
	return all;
}

static int counted_told(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;
	int n = 0;

	kvm_for_each_vcpu(i, peer, me->kvm) {
		/* ok: kvm/check-then-act */
		if (!parked(peer))
			n++;
	}
	return n;
}

static int saved_once(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	int old;

	spin_lock(&peer->arch.mp_state_lock);
	old = peer->arch.mp_state.mp_state;
	spin_unlock(&peer->arch.mp_state_lock);
	switch (old) {
	/* ruleid: kvm/check-then-act */
	case KVM_MP_STATE_STOPPED:
		spin_lock(&peer->arch.mp_state_lock);
		peer->arch.mp_state.mp_state = KVM_MP_STATE_RUNNABLE;
		spin_unlock(&peer->arch.mp_state_lock);
		return 0;
	}
	return -EINVAL;
}
