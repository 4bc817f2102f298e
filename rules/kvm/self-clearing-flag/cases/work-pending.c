/* Not a gate: a note that work is to be done, taken by whoever comes first; and a capability that is set once. */

int post_work(struct kvm_vcpu *vcpu)
{
	WRITE_ONCE(vcpu->kvm->arch.map_dirty, true);
	return 0;
}

int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
{
	if (READ_ONCE(vcpu->kvm->arch.map_dirty)) {
		/* ok: kvm/self-clearing-flag */
		WRITE_ONCE(vcpu->kvm->arch.map_dirty, false);
		rebuild_map(vcpu->kvm);
	}
	return 0;
}

int enable_cap(struct kvm *kvm)
{
	kvm->arch.cap_reset = true;
	return 0;
}

int use_cap(struct kvm_vcpu *vcpu)
{
	if (!vcpu->kvm->arch.cap_reset)
		return -EINVAL;
	reset_state(vcpu);
	return 0;
}

void kvm_arch_init_vm(struct kvm *kvm)
{
	/* ok: kvm/self-clearing-flag */
	kvm->arch.cap_reset = false;
}
