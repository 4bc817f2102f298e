/* Orders as KVM's documents want them, and ways on which the inner lock is not held. */

/* A trylock gives up instead of waiting. */
static int try_clock(struct kvm_vcpu *vcpu)
{
	/* ok: kvm/lock-order */
	if (!mutex_trylock(&vcpu->kvm->lock))
		return -EAGAIN;
	vcpu->kvm->arch.clock++;
	mutex_unlock(&vcpu->kvm->lock);
	return 0;
}

/* What KVM_RUN holds is given back before the wait. */
static int slow_path(struct kvm_vcpu *vcpu)
{
	mutex_unlock(&vcpu->mutex);
	/* ok: kvm/lock-order */
	mutex_lock(&vcpu->kvm->lock);
	vcpu->kvm->arch.slow++;
	mutex_unlock(&vcpu->kvm->lock);
	mutex_lock(&vcpu->mutex);
	return 0;
}

int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
{
	if (vcpu->arch.slow)
		return slow_path(vcpu);
	return try_clock(vcpu);
}

/* Beside KVM_RUN: vcpu->mutex is not taken for these. */
long kvm_arch_vcpu_async_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	struct kvm_vcpu *vcpu = filp->private_data;

	/* ok: kvm/lock-order */
	mutex_lock(&vcpu->kvm->lock);
	mutex_unlock(&vcpu->kvm->lock);
	return 0;
}

/* The documented order: the VM's lock, then every vCPU's. */
static void reset_all(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, vcpu, kvm) {
		/* ok: kvm/lock-order */
		mutex_lock(&vcpu->mutex);
		vcpu->arch.reset = true;
		mutex_unlock(&vcpu->mutex);
	}
}

int kvm_arch_vm_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	struct kvm *kvm = filp->private_data;

	/* ok: kvm/lock-order */
	mutex_lock(&kvm->lock);
	reset_all(kvm);
	mutex_unlock(&kvm->lock);
	return 0;
}

/* All vCPUs locked under the VM's lock, and work below that. */
static int set_attr(struct kvm_device *dev, struct kvm_device_attr *attr)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	/* ok: kvm/lock-order */
	mutex_lock(&dev->kvm->lock);
	kvm_for_each_vcpu(i, vcpu, dev->kvm)
		mutex_lock(&vcpu->mutex);
	/* ok: kvm/lock-order */
	mutex_lock(&dev->kvm->slots_lock);
	mutex_unlock(&dev->kvm->slots_lock);
	kvm_for_each_vcpu(i, vcpu, dev->kvm)
		mutex_unlock(&vcpu->mutex);
	mutex_unlock(&dev->kvm->lock);
	return 0;
}

static struct kvm_device_ops ops = {
	.set_attr = set_attr,
};

/* Two VMs: the lock that is waited for is not that of the vCPU's VM. */
void move_state(struct kvm *to, struct kvm *from, struct kvm_vcpu *source)
{
	mutex_lock(&source->mutex);
	/* ok: kvm/lock-order */
	mutex_lock(&to->lock);
	to->arch.state = source->arch.state;
	mutex_unlock(&to->lock);
	mutex_unlock(&source->mutex);
}

/* A vCPU that nobody can reach yet. */
int kvm_arch_vcpu_create(struct kvm_vcpu *vcpu)
{
	/* ok: kvm/lock-order */
	mutex_lock(&vcpu->kvm->lock);
	vcpu->kvm->arch.created++;
	mutex_unlock(&vcpu->kvm->lock);
	return 0;
}

/* Global locks, as documented; and one that is only tried. */
void count_vms(struct kvm *kvm)
{
	cpus_read_lock();
	/* ok: kvm/lock-order */
	mutex_lock(&kvm_lock);
	list_add(&kvm->vm_list, &vm_list);
	mutex_unlock(&kvm_lock);
	cpus_read_unlock();
}

void try_cpus(void)
{
	mutex_lock(&kvm_lock);
	/* ok: kvm/lock-order */
	if (cpus_read_trylock())
		cpus_read_unlock();
	mutex_unlock(&kvm_lock);
}
