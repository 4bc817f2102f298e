/* Sound: each flag has one owner, or is set once, or is a mode that only says what is there. */

static bool parked(struct kvm_vcpu *v)
{
	return READ_ONCE(v->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
}

static int owner_suspend(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;
	int ret = 0;

	if (cmpxchg(&me->kvm->arch.phase, PHASE_IDLE, PHASE_SUSPENDING) != PHASE_IDLE)
		return -EBUSY;
	me->kvm->arch.phase_owner = me;
	kvm_for_each_vcpu(i, peer, me->kvm) {
		if (peer != me && !parked(peer)) {
			ret = -EPERM;
			break;
		}
	}
	me->kvm->arch.phase_owner = NULL;
	WRITE_ONCE(me->kvm->arch.phase, PHASE_IDLE);
	return ret;
}

static int owner_start(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	guard(spinlock)(&peer->arch.mp_state_lock);
	if (READ_ONCE(me->kvm->arch.phase) != PHASE_IDLE)
		return -EBUSY;
	WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	return 0;
}

int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
{
	if (vcpu->kvm->arch.phase_owner == vcpu) {
		/* ok: kvm/self-clearing-flag */
		WRITE_ONCE(vcpu->kvm->arch.phase, PHASE_IDLE);
	}
	if (!vcpu->kvm->arch.timer_ready) {
		init_timer(vcpu);
		/* ok: kvm/self-clearing-flag */
		vcpu->kvm->arch.timer_ready = true;
	}
	/* ok: kvm/self-clearing-flag */
	vcpu->kvm->arch.ran_once = true;
	return 0;
}

static int use_timer(struct kvm_vcpu *vcpu)
{
	if (!vcpu->kvm->arch.timer_ready)
		return -ENODEV;
	vcpu->arch.timer = 1;
	return 0;
}

static int set_irqchip(struct kvm *kvm, int mode)
{
	if (kvm->arch.ran_once)
		return -EBUSY;
	kvm->arch.mode = MODE_SPLIT;
	return 0;
}

static int inject(struct kvm_vcpu *vcpu)
{
	if (vcpu->kvm->arch.mode == MODE_SPLIT)
		return -EINVAL;
	vcpu->arch.irq = 1;
	return 0;
}
