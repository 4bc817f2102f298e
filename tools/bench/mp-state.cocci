// What Coccinelle can say of fault (a) inside one function: on some path from where another vCPU is got, or from where its lock is
// given back, its run state is read or written, itself or by a helper of KVM's, and no lock that guards it is taken before. Run with:
// spatch --very-quiet -D report --sp-file mp-state.cocci --dir DIR
virtual report

@bound exists@
expression V, K, E, F;
position p;
@@
  V = \( kvm_get_vcpu(...) \| kvm_get_vcpu_by_id(...) \| kvm_mpidr_to_vcpu(...) \| xa_load(...) \)
  ... when != V = E
      when != \( spin_lock(&V->arch.mp_state_lock) \| raw_spin_lock(&V->arch.mp_state_lock) \| spin_lock_irqsave(&V->arch.mp_state_lock, F) \| mutex_lock(&V->arch.mp_state_lock) \| mutex_lock(&K->lock) \)
      when != \( guard(spinlock)(&V->arch.mp_state_lock) \| guard(raw_spinlock)(&V->arch.mp_state_lock) \| guard(mutex)(&K->lock) \)
(
  V->arch.mp_state@p
|
  V->arch.power_off@p
|
  kvm_arm_vcpu_stopped@p(V)
|
  kvm_riscv_vcpu_stopped@p(V)
|
  __kvm_riscv_vcpu_power_on@p(V)
)

@dropped exists@
expression V, K, E, F;
position p;
@@
  \( spin_unlock(&V->arch.mp_state_lock) \| raw_spin_unlock(&V->arch.mp_state_lock) \| spin_unlock_irqrestore(&V->arch.mp_state_lock, F) \| mutex_unlock(&V->arch.mp_state_lock) \)
  ... when != V = E
      when != \( spin_lock(&V->arch.mp_state_lock) \| raw_spin_lock(&V->arch.mp_state_lock) \| spin_lock_irqsave(&V->arch.mp_state_lock, F) \| mutex_lock(&V->arch.mp_state_lock) \| mutex_lock(&K->lock) \)
      when != \( guard(spinlock)(&V->arch.mp_state_lock) \| guard(raw_spinlock)(&V->arch.mp_state_lock) \| guard(mutex)(&K->lock) \)
(
  V->arch.mp_state@p
|
  V->arch.power_off@p
|
  kvm_arm_vcpu_stopped@p(V)
|
  kvm_riscv_vcpu_stopped@p(V)
|
  __kvm_riscv_vcpu_power_on@p(V)
)

@each exists@
expression V, K, I, L, F;
iterator name kvm_for_each_vcpu;
position p;
@@
  kvm_for_each_vcpu(I, V, K) {
    ... when != \( spin_lock(&V->arch.mp_state_lock) \| raw_spin_lock(&V->arch.mp_state_lock) \| spin_lock_irqsave(&V->arch.mp_state_lock, F) \| mutex_lock(&V->arch.mp_state_lock) \| mutex_lock(&L->lock) \)
        when != \( guard(spinlock)(&V->arch.mp_state_lock) \| guard(raw_spinlock)(&V->arch.mp_state_lock) \| guard(mutex)(&L->lock) \)
(
    V->arch.mp_state@p
|
    V->arch.power_off@p
|
    kvm_arm_vcpu_stopped@p(V)
|
    kvm_riscv_vcpu_stopped@p(V)
|
    __kvm_riscv_vcpu_power_on@p(V)
)
    ... when any
  }

@script:python depends on report@
p << bound.p;
@@
print("%s:%s: another vCPU's mp_state without its lock" % (p[0].file, p[0].line))

@script:python depends on report@
p << dropped.p;
@@
print("%s:%s: another vCPU's mp_state after its lock was dropped" % (p[0].file, p[0].line))

@script:python depends on report@
p << each.p;
@@
print("%s:%s: another vCPU's mp_state without its lock" % (p[0].file, p[0].line))
