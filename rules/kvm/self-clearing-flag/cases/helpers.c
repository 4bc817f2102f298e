/* The flag is set, tested and cleared through helpers. */

static void set_nap(struct kvm *kvm, bool on)
{
	atomic_set(&kvm->arch.nap, on);
}

static void begin_nap(struct kvm *kvm)
{
	atomic_set(&kvm->arch.nap, 1);
}

static void end_nap(struct kvm *kvm)
{
	atomic_set(&kvm->arch.nap, 0);
}

static bool in_nap(struct kvm *kvm)
{
	return atomic_read(&kvm->arch.nap);
}

int handle_nap(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	begin_nap(vcpu->kvm);
	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		if (peer != vcpu && !READ_ONCE(peer->arch.power_off)) {
			/* ok: kvm/self-clearing-flag */
			end_nap(vcpu->kvm);
			return -EPERM;
		}
	}
	vcpu->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

int handle_start(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	if (in_nap(me->kvm))
		return -EBUSY;
	spin_lock(&peer->arch.mp_state_lock);
	peer->arch.power_off = false;
	spin_unlock(&peer->arch.mp_state_lock);
	return 0;
}

int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
{
	/* ruleid: kvm/self-clearing-flag */
	end_nap(vcpu->kvm);
	return 0;
}

void unused_setter(struct kvm *kvm)
{
	set_nap(kvm, true);
}
