/* A lock of one VM says nothing of the vCPUs of another. */

static void mover(struct kvm *dst, struct kvm *src)
{
	struct kvm_vcpu *v;
	unsigned long i;

	mutex_lock(&dst->lock);
	kvm_for_each_vcpu(i, v, src)
		/* ruleid: kvm/cross-vcpu-mp-state */
		v->arch.power_off = true;
	kvm_for_each_vcpu(i, v, dst)
		/* ok: kvm/cross-vcpu-mp-state */
		v->arch.mp_state.mp_state = KVM_MP_STATE_STOPPED;
	mutex_unlock(&dst->lock);
}

static void mover_both(struct kvm *dst, struct kvm *src)
{
	struct kvm_vcpu *v;
	unsigned long i;

	mutex_lock(&dst->lock);
	mutex_lock_nested(&src->lock, 1);
	kvm_for_each_vcpu(i, v, src)
		/* ok: kvm/cross-vcpu-mp-state */
		v->arch.power_off = true;
	mutex_unlock(&src->lock);
	mutex_unlock(&dst->lock);
}

static void mover_vcpu(struct kvm *dst, struct kvm *src)
{
	struct kvm_vcpu *v = kvm_get_vcpu(src, 0);

	mutex_lock(&v->kvm->lock);
	/* ok: kvm/cross-vcpu-mp-state */
	v->arch.power_off = true;
	mutex_unlock(&v->kvm->lock);
	mutex_lock(&dst->lock);
	/* ruleid: kvm/cross-vcpu-mp-state */
	v->arch.power_off = false;
	mutex_unlock(&dst->lock);
}

static int from_file(struct kvm *kvm, unsigned int fd)
{
	struct file *file = fget(fd);
	struct kvm *src = file->private_data;
	struct kvm_vcpu *v;
	unsigned long i;

	mutex_lock(&kvm->lock);
	kvm_for_each_vcpu(i, v, src)
		/* ruleid: kvm/cross-vcpu-mp-state */
		v->arch.power_off = true;
	mutex_unlock(&kvm->lock);
	return 0;
}

static int two_vcpus(struct kvm_vcpu *a, struct kvm_vcpu *b, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(a->kvm, id);

	mutex_lock(&b->kvm->lock);
	/* ok: kvm/cross-vcpu-mp-state */
	peer->arch.power_off = true;
	mutex_unlock(&b->kvm->lock);
	return 0;
}

static int one_vm(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm *kvm = me->kvm;
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(kvm, id);

	mutex_lock(&peer->kvm->lock);
	/* ok: kvm/cross-vcpu-mp-state */
	peer->arch.power_off = true;
	mutex_unlock(&kvm->lock);
	return 0;
}
