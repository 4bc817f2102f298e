/* path: arch/s390/kvm/forms.c */
static inline void kvm_s390_set_cpuflags(struct kvm_vcpu *vcpu, u32 flags)
{
	atomic_or(flags, &vcpu->arch.sie_block->cpuflags);
}

static inline void kvm_s390_clear_cpuflags(struct kvm_vcpu *vcpu, u32 flags)
{
	atomic_andnot(flags, &vcpu->arch.sie_block->cpuflags);
}

static inline bool kvm_s390_test_cpuflags(struct kvm_vcpu *vcpu, u32 flags)
{
	return (atomic_read(&vcpu->arch.sie_block->cpuflags) & flags) == flags;
}

static inline int is_vcpu_stopped(struct kvm_vcpu *vcpu)
{
	return kvm_s390_test_cpuflags(vcpu, CPUSTAT_STOPPED);
}

static void stop_peer(struct kvm_vcpu *me, u16 id)
{
	struct kvm_vcpu *dst = kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/cross-vcpu-stopped-s390 */
	kvm_s390_set_cpuflags(dst, CPUSTAT_STOPPED);
}

static void stop_peer_locked(struct kvm_vcpu *me, u16 id)
{
	struct kvm_vcpu *dst = kvm_get_vcpu_by_id(me->kvm, id);

	spin_lock(&dst->kvm->arch.start_stop_lock);
	/* ok: kvm/cross-vcpu-stopped-s390 */
	kvm_s390_set_cpuflags(dst, CPUSTAT_STOPPED);
	spin_unlock(&me->kvm->arch.start_stop_lock);
}

static void stop_peer_wrong_lock(struct kvm_vcpu *me, u16 id)
{
	struct kvm_vcpu *dst = kvm_get_vcpu_by_id(me->kvm, id);

	spin_lock(&dst->arch.local_int.lock);
	/* ruleid: kvm/cross-vcpu-stopped-s390 */
	kvm_s390_clear_cpuflags(dst, CPUSTAT_STOPPED);
	spin_unlock(&dst->arch.local_int.lock);
}

static void kick_peer(struct kvm_vcpu *me, u16 id)
{
	struct kvm_vcpu *dst = kvm_get_vcpu_by_id(me->kvm, id);

	/* silent: kvm/cross-vcpu-stopped-s390 */
	kvm_s390_set_cpuflags(dst, CPUSTAT_STOP_INT);
	/* silent: kvm/cross-vcpu-stopped-s390 */
	if (!is_vcpu_stopped(dst))
		kvm_s390_vcpu_wakeup(dst);
}

static int vcpu_start_unlocked(struct kvm_vcpu *vcpu)
{
	int i, online_vcpus, started_vcpus = 0;

	if (!is_vcpu_stopped(vcpu))
		return 0;
	online_vcpus = atomic_read(&vcpu->kvm->online_vcpus);
	for (i = 0; i < online_vcpus; i++) {
		if (!is_vcpu_stopped(kvm_get_vcpu(vcpu->kvm, i)))
			started_vcpus++;
	}
	if (started_vcpus == 0)
		enable_ibs(vcpu);
	else if (started_vcpus == 1)
		disable_ibs_all(vcpu->kvm);
	kvm_s390_clear_cpuflags(vcpu, CPUSTAT_STOPPED);
	return 0;
}

static int vcpu_start_locked(struct kvm_vcpu *vcpu)
{
	int i, online_vcpus, started_vcpus = 0;

	if (!is_vcpu_stopped(vcpu))
		return 0;
	spin_lock(&vcpu->kvm->arch.start_stop_lock);
	online_vcpus = atomic_read(&vcpu->kvm->online_vcpus);
	for (i = 0; i < online_vcpus; i++) {
		if (!is_vcpu_stopped(kvm_get_vcpu(vcpu->kvm, i)))
			started_vcpus++;
	}
	if (started_vcpus == 0)
		enable_ibs(vcpu);
	else if (started_vcpus == 1)
		disable_ibs_all(vcpu->kvm);
	kvm_s390_clear_cpuflags(vcpu, CPUSTAT_STOPPED);
	spin_unlock(&vcpu->kvm->arch.start_stop_lock);
	return 0;
}

static int vcpu_stop_early_unlock(struct kvm_vcpu *vcpu)
{
	struct kvm_vcpu *started = NULL;
	int i, n, started_vcpus = 0;

	spin_lock(&vcpu->kvm->arch.start_stop_lock);
	n = atomic_read(&vcpu->kvm->online_vcpus);
	kvm_s390_set_cpuflags(vcpu, CPUSTAT_STOPPED);
	for (i = 0; i < n; i++) {
		struct kvm_vcpu *tmp = kvm_get_vcpu(vcpu->kvm, i);

		if (!is_vcpu_stopped(tmp)) {
			started_vcpus++;
			started = tmp;
		}
	}
	spin_unlock(&vcpu->kvm->arch.start_stop_lock);
	if (started_vcpus == 1)
		enable_ibs(started);
	return 0;
}

static int store_status(struct kvm_vcpu *me, u16 id, u64 *reg)
{
	struct kvm_vcpu *dst = kvm_get_vcpu_by_id(me->kvm, id);
	int flags;

	flags = atomic_read(&dst->arch.sie_block->cpuflags);
	if (!(flags & CPUSTAT_STOPPED)) {
		*reg = 1;
		return 1;
	}
	return store_unloaded(dst, 0);
}

static int sense(struct kvm_vcpu *me, u16 id, u64 *reg)
{
	struct kvm_vcpu *dst = kvm_get_vcpu_by_id(me->kvm, id);

	/* noteid: kvm/cross-vcpu-stopped-s390 */
	if (kvm_s390_test_cpuflags(dst, CPUSTAT_STOPPED))
		*reg |= 2;
	return *reg ? 1 : 0;
}
