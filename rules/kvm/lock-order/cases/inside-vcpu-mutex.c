/* Ways on which vcpu->mutex is held, or another lock that KVM's documents put inside the one that is waited for. */

static void park_all(struct kvm *kvm, bool on)
{
	/* ruleid: kvm/lock-order */
	mutex_lock(&kvm->lock);
	kvm->arch.parked = on;
	mutex_unlock(&kvm->lock);
}

static int guest_call(struct kvm_vcpu *vcpu, struct kvm_run *run, struct kvm_vcpu_sbi_return *ret)
{
	/* A call of the guest runs in KVM_RUN. */
	park_all(vcpu->kvm, vcpu->arch.guest_context.a0);
	return 0;
}

const struct kvm_vcpu_sbi_extension guest_ext = {
	.extid_start = 7,
	.handler = guest_call,
};

/* Reached through a table of plain pointers. */
static int trap_clock(struct kvm_vcpu *vcpu)
{
	/* ruleid: kvm/lock-order */
	guard(mutex)(&vcpu->kvm->lock);
	vcpu->kvm->arch.clock++;
	return 1;
}

static int trap_late(struct kvm_vcpu *vcpu)
{
	/* ruleid: kvm/lock-order */
	if (mutex_lock_killable(&vcpu->kvm->lock))
		return -EINTR;
	vcpu->kvm->arch.late++;
	mutex_unlock(&vcpu->kvm->lock);
	return 1;
}

typedef int (*trap_fn)(struct kvm_vcpu *vcpu);

static trap_fn traps[] = {
	[TRAP_CLOCK] = trap_clock,
	[TRAP_LATE] = trap_late,
};

static trap_fn trap_for(struct kvm_vcpu *vcpu)
{
	return traps[vcpu->arch.trap_nr];
}

int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
{
	trap_fn trap = trap_for(vcpu);

	return trap(vcpu);
}

/* Four calls below a vCPU ioctl. */
static void set_offset(struct kvm *kvm, u64 offset)
{
	/* ruleid: kvm/lock-order */
	mutex_lock(&kvm->lock);
	kvm->arch.offset = offset;
	mutex_unlock(&kvm->lock);
}

static void set_timer(struct kvm_vcpu *vcpu, u64 value)
{
	set_offset(vcpu->kvm, value);
}

static int set_reg(struct kvm_vcpu *vcpu, struct kvm_one_reg *reg)
{
	set_timer(vcpu, reg->addr);
	return 0;
}

long kvm_arch_vcpu_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	struct kvm_vcpu *vcpu = filp->private_data;
	struct kvm_one_reg reg;

	return set_reg(vcpu, &reg);
}

/* Taken in plain sight. */
void sync_owner(struct kvm_vcpu *vcpu)
{
	mutex_lock(&vcpu->mutex);
	/* ruleid: kvm/lock-order */
	mutex_lock(&vcpu->kvm->lock);
	vcpu->kvm->arch.owner = vcpu;
	mutex_unlock(&vcpu->kvm->lock);
	mutex_unlock(&vcpu->mutex);
}

/* Asked for by the function itself. */
void sync_quiet(struct kvm_vcpu *vcpu)
{
	lockdep_assert_held(&vcpu->mutex);
	/* ruleid: kvm/lock-order */
	mutex_lock(&vcpu->kvm->lock);
	mutex_unlock(&vcpu->kvm->lock);
}

/* Other orders of the document. */
void move_slots(struct kvm *kvm)
{
	mutex_lock(&kvm->slots_lock);
	/* ruleid: kvm/lock-order */
	mutex_lock(&kvm->lock);
	mutex_unlock(&kvm->lock);
	mutex_unlock(&kvm->slots_lock);
}

static void reroute(struct kvm *kvm)
{
	/* ruleid: kvm/lock-order */
	mutex_lock(&kvm->slots_lock);
	mutex_unlock(&kvm->slots_lock);
}

void set_routes(struct kvm *kvm)
{
	mutex_lock(&kvm->irq_lock);
	reroute(kvm);
	mutex_unlock(&kvm->irq_lock);
}

/* Global locks have an order too. */
static void tell_cpus(void)
{
	/* ruleid: kvm/lock-order */
	cpus_read_lock();
	on_each_cpu(tell_one, NULL, 1);
	cpus_read_unlock();
}

void tell_all(void)
{
	mutex_lock(&kvm_lock);
	tell_cpus();
	mutex_unlock(&kvm_lock);
}

void first_vm(void)
{
	cpus_read_lock();
	/* ruleid: kvm/lock-order */
	guard(mutex)(&kvm_usage_lock);
	cpus_read_unlock();
}
