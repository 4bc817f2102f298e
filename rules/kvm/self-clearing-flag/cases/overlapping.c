/* A pause of all vCPUs that two owners use without a lock in common: the first to end undoes the second's. */

void pause_all(struct kvm *kvm)
{
	unsigned long i;
	struct kvm_vcpu *v;

	kvm_for_each_vcpu(i, v, kvm)
		v->arch.paused = true;
	kvm_make_all_cpus_request(kvm, KVM_REQ_SLEEP);
}

void unpause_all(struct kvm *kvm)
{
	unsigned long i;
	struct kvm_vcpu *v;

	kvm_for_each_vcpu(i, v, kvm) {
		/* ruleid: kvm/self-clearing-flag */
		v->arch.paused = false;
		kvm_vcpu_wake_up(v);
	}
}

int run_loop(struct kvm_vcpu *vcpu)
{
	while (vcpu->arch.paused)
		schedule();
	return enter_guest(vcpu);
}

int read_table(struct kvm_vcpu *vcpu)
{
	mutex_lock(&vcpu->kvm->arch.config_lock);
	pause_all(vcpu->kvm);
	copy_table(vcpu);
	unpause_all(vcpu->kvm);
	mutex_unlock(&vcpu->kvm->arch.config_lock);
	return 0;
}

int stop_bypass(struct kvm *kvm)
{
	pause_all(kvm);
	drain(kvm);
	unpause_all(kvm);
	return 0;
}

/* A counter lets owners overlap. */
void hold_all(struct kvm *kvm)
{
	unsigned long i;
	struct kvm_vcpu *v;

	kvm_for_each_vcpu(i, v, kvm)
		atomic_inc(&v->arch.holds);
}

void release_all(struct kvm *kvm)
{
	unsigned long i;
	struct kvm_vcpu *v;

	kvm_for_each_vcpu(i, v, kvm)
		/* ok: kvm/self-clearing-flag */
		atomic_dec(&v->arch.holds);
}

int held(struct kvm_vcpu *vcpu)
{
	return atomic_read(&vcpu->arch.holds);
}

int user_one(struct kvm *kvm)
{
	hold_all(kvm);
	release_all(kvm);
	return 0;
}

int user_two(struct kvm *kvm)
{
	hold_all(kvm);
	release_all(kvm);
	return 0;
}
