/* path: arch/s390/kvm/all.c */

static inline bool test_flags(struct kvm_vcpu *vcpu, u32 flags)
{
	return (atomic_read(&vcpu->arch.sie_block->cpuflags) & flags) == flags;
}

static bool is_vcpu_stopped(struct kvm_vcpu *vcpu)
{
	return test_flags(vcpu, CPUSTAT_STOPPED);
}

static int last_one(struct kvm_vcpu *me)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	kvm_for_each_vcpu(i, peer, me->kvm) {
		/* ruleid: kvm/check-then-act-s390 */
		if (peer != me && !is_vcpu_stopped(peer))
			return 0;
	}
	disable_all(me->kvm);
	return 1;
}

static int last_one_locked(struct kvm_vcpu *me)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	spin_lock(&me->kvm->arch.start_stop_lock);
	kvm_for_each_vcpu(i, peer, me->kvm) {
		/* ok: kvm/check-then-act-s390 */
		if (peer != me && !is_vcpu_stopped(peer)) {
			spin_unlock(&me->kvm->arch.start_stop_lock);
			return 0;
		}
	}
	disable_all(me->kvm);
	spin_unlock(&me->kvm->arch.start_stop_lock);
	return 1;
}
