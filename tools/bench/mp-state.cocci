// What Coccinelle can say of fault (a) inside one function: another vCPU's run state is written, or decides a branch, and no
// lock of that vCPU is seen to be taken before. Run with: spatch --very-quiet -D report --sp-file mp-state.cocci --dir DIR
virtual report

@locked@
expression V;
position p;
@@
  \( spin_lock(&V->arch.mp_state_lock) \| raw_spin_lock(&V->arch.mp_state_lock) \| mutex_lock(&V->arch.mp_state_lock) \)
  ... when != \( spin_unlock(&V->arch.mp_state_lock) \| raw_spin_unlock(&V->arch.mp_state_lock) \| mutex_unlock(&V->arch.mp_state_lock) \)
  V->arch.mp_state@p

@got@
expression V, E;
position p != locked.p;
@@
  V = \( kvm_get_vcpu(...) \| kvm_get_vcpu_by_id(...) \| kvm_mpidr_to_vcpu(...) \)
  ... when != V = E
  V->arch.mp_state@p

@script:python depends on report@
p << got.p;
@@
print("%s:%s: another vCPU's mp_state without its lock" % (p[0].file, p[0].line))

@each@
expression V, K, I;
iterator name kvm_for_each_vcpu;
position p != locked.p;
@@
  kvm_for_each_vcpu(I, V, K) {
    <+...
    V->arch.mp_state@p
    ...+>
  }

@script:python depends on report@
p << each.p;
@@
print("%s:%s: another vCPU's mp_state without its lock" % (p[0].file, p[0].line))
