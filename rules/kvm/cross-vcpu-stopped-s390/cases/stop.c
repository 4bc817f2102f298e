/* path: arch/s390/kvm/stop.c */
/* The state is one bit of a word that helpers set, clear and test. */

static inline void set_flags(struct kvm_vcpu *vcpu, u32 flags)
{
	atomic_or(flags, &vcpu->arch.sie_block->cpuflags);
}

static inline bool test_flags(struct kvm_vcpu *vcpu, u32 flags)
{
	return (atomic_read(&vcpu->arch.sie_block->cpuflags) & flags) == flags;
}

static void stop_other(struct kvm_vcpu *me, unsigned int addr)
{
	struct kvm_vcpu *dst = kvm_get_vcpu_by_id(me->kvm, addr);

	/* ruleid: kvm/cross-vcpu-stopped-s390 */
	set_flags(dst, CPUSTAT_STOPPED);
}

static void stop_other_locked(struct kvm_vcpu *me, unsigned int addr)
{
	struct kvm_vcpu *dst = kvm_get_vcpu_by_id(me->kvm, addr);

	spin_lock(&me->kvm->arch.start_stop_lock);
	/* ok: kvm/cross-vcpu-stopped-s390 */
	set_flags(dst, CPUSTAT_STOPPED);
	spin_unlock(&me->kvm->arch.start_stop_lock);
}

static void wake_other(struct kvm_vcpu *me, unsigned int addr)
{
	struct kvm_vcpu *dst = kvm_get_vcpu_by_id(me->kvm, addr);

	/* ok: kvm/cross-vcpu-stopped-s390 */
	set_flags(dst, CPUSTAT_WAIT);
}

static int count_running(struct kvm *kvm)
{
	int i, n = 0;

	for (i = 0; i < atomic_read(&kvm->online_vcpus); i++) {
		/* ok: kvm/cross-vcpu-stopped-s390 */
		if (!test_flags(kvm_get_vcpu(kvm, i), CPUSTAT_STOPPED))
			n++;
	}
	return n;
}
