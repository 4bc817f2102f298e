/* One fault and its cure in many spellings: copies, aliases, helpers, callbacks, macros, loops. */

static void memset_it(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/cross-vcpu-mp-state */
	memset(&peer->arch.mp_state, 0, sizeof(peer->arch.mp_state));
}

static void memcpy_it(struct kvm_vcpu *me, unsigned long id, struct kvm_mp_state *src)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/cross-vcpu-mp-state */
	memcpy(&peer->arch.mp_state, src, sizeof(*src));
}

static void memcpy_locked(struct kvm_vcpu *me, unsigned long id, struct kvm_mp_state *src)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	spin_lock(&peer->arch.mp_state_lock);
	/* ok: kvm/cross-vcpu-mp-state */
	memcpy(&peer->arch.mp_state, src, sizeof(*src));
	spin_unlock(&peer->arch.mp_state_lock);
}

static void struct_lit(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/cross-vcpu-mp-state */
	peer->arch.mp_state = (struct kvm_mp_state){ .mp_state = KVM_MP_STATE_STOPPED };
}

static void struct_star(struct kvm_vcpu *me, unsigned long id, struct kvm_mp_state *src)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	struct kvm_mp_state *dst = &peer->arch.mp_state;

	/* ruleid: kvm/cross-vcpu-mp-state */
	*dst = *src;
}

static void whole_arch(struct kvm_vcpu *me, unsigned long id, struct kvm_vcpu_arch *src)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/cross-vcpu-mp-state */
	peer->arch = *src;
}

static void alias_arch(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	struct kvm_vcpu_arch *a = &peer->arch;
	u32 *word = &a->mp_state.mp_state;

	/* ruleid: kvm/cross-vcpu-mp-state */
	*word = KVM_MP_STATE_STOPPED;
}

static void alias_lock(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	struct kvm_vcpu_arch *a = &peer->arch;
	spinlock_t *l = &a->mp_state_lock;

	spin_lock(l);
	/* ok: kvm/cross-vcpu-mp-state */
	a->mp_state.mp_state = KVM_MP_STATE_STOPPED;
	spin_unlock(l);
}

static void alias_lock_wrong(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	struct kvm_vcpu_arch *a = &peer->arch;
	spinlock_t *l = &me->arch.mp_state_lock;

	spin_lock(l);
	/* ruleid: kvm/cross-vcpu-mp-state */
	a->mp_state.mp_state = KVM_MP_STATE_STOPPED;
	spin_unlock(l);
}

static void set_arch(struct kvm_vcpu_arch *a, u32 s)
{
	smp_store_release(&a->mp_state.mp_state, s);
}

static void by_arch_helper(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/cross-vcpu-mp-state */
	set_arch(&peer->arch, KVM_MP_STATE_STOPPED);
}

static void set_word(u32 *w, u32 s)
{
	WRITE_ONCE(*w, s);
}

static void by_word_helper(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/cross-vcpu-mp-state */
	set_word(&peer->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);
}

static struct kvm_vcpu *peer_of(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *p = kvm_get_vcpu_by_id(me->kvm, id);

	if (!p || p == me)
		return NULL;
	return p;
}

static void by_getter_helper(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *p = peer_of(me, id);

	if (p)
		/* ruleid: kvm/cross-vcpu-mp-state */
		p->arch.power_off = true;
}

static struct kvm_vcpu *peer_locked(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *p = kvm_get_vcpu_by_id(me->kvm, id);

	if (!p)
		return NULL;
	spin_lock(&p->arch.mp_state_lock);
	return p;
}

static void by_locking_getter(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *p = peer_locked(me, id);

	if (!p)
		return;
	/* ok: kvm/cross-vcpu-mp-state */
	p->arch.power_off = true;
	spin_unlock(&p->arch.mp_state_lock);
	/* ruleid: kvm/cross-vcpu-mp-state */
	p->arch.mp_state.mp_state = KVM_MP_STATE_STOPPED;
}

typedef void (*each_fn)(struct kvm_vcpu *v, void *arg);

static void each(struct kvm *kvm, each_fn fn, void *arg)
{
	struct kvm_vcpu *v;
	unsigned long i;

	kvm_for_each_vcpu(i, v, kvm)
		fn(v, arg);
}

static void each_locked(struct kvm *kvm, void (*fn)(struct kvm_vcpu *v))
{
	struct kvm_vcpu *v;
	unsigned long i;

	kvm_for_each_vcpu(i, v, kvm) {
		spin_lock(&v->arch.mp_state_lock);
		fn(v);
		spin_unlock(&v->arch.mp_state_lock);
	}
}

static void cb_park(struct kvm_vcpu *v, void *arg)
{
	v->arch.power_off = true;
}

static void cb_park1(struct kvm_vcpu *v)
{
	v->arch.power_off = true;
}

static void cb_park_locking(struct kvm_vcpu *v, void *arg)
{
	spin_lock(&v->arch.mp_state_lock);
	v->arch.power_off = true;
	spin_unlock(&v->arch.mp_state_lock);
}

static void by_callback(struct kvm_vcpu *me)
{
	/* ruleid: kvm/cross-vcpu-mp-state */
	each(me->kvm, cb_park, NULL);
}

static void by_callback_addr(struct kvm *kvm)
{
	/* ruleid: kvm/cross-vcpu-mp-state */
	each(kvm, &cb_park, NULL);
}

static void by_callback_locked(struct kvm_vcpu *me)
{
	/* ok: kvm/cross-vcpu-mp-state */
	each_locked(me->kvm, cb_park1);
	/* ok: kvm/cross-vcpu-mp-state */
	each(me->kvm, cb_park_locking, NULL);
}

static void by_pointer(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	void (*op)(struct kvm_vcpu *v) = cb_park1;

	/* ruleid: kvm/cross-vcpu-mp-state */
	op(peer);
}

static void comma(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/cross-vcpu-mp-state */
	spin_lock(&me->arch.mp_state_lock), peer->arch.power_off = true, spin_unlock(&me->arch.mp_state_lock);
}

static void cond_target(struct kvm_vcpu *me, unsigned long id, bool self)
{
	struct kvm_vcpu *peer = self ? me : kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/cross-vcpu-mp-state */
	peer->arch.power_off = true;
}

static void cond_target_locked(struct kvm_vcpu *me, unsigned long id, bool self)
{
	struct kvm_vcpu *peer = self ? me : kvm_get_vcpu_by_id(me->kvm, id);

	spin_lock(&peer->arch.mp_state_lock);
	/* ok: kvm/cross-vcpu-mp-state */
	peer->arch.power_off = true;
	spin_unlock(&peer->arch.mp_state_lock);
}

static void nested(struct kvm_vcpu *me)
{
	struct kvm_vcpu *a, *b;
	unsigned long i, j;

	kvm_for_each_vcpu(i, a, me->kvm)
		kvm_for_each_vcpu(j, b, me->kvm) {
			spin_lock(&a->arch.mp_state_lock);
			/* ruleid: kvm/cross-vcpu-mp-state */
			b->arch.power_off = true;
			spin_unlock(&a->arch.mp_state_lock);
		}
}

static void dowhile(struct kvm_vcpu *me)
{
	struct kvm_vcpu *a;
	unsigned long i = 0;

	do {
		a = kvm_get_vcpu(me->kvm, i);
		if (!a)
			break;
		/* ruleid: kvm/cross-vcpu-mp-state */
		a->arch.power_off = true;
	} while (++i);
}

static void cmpx(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ok: kvm/cross-vcpu-mp-state */
	cmpxchg(&peer->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED, KVM_MP_STATE_RUNNABLE);
}

static void cond_guard(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	scoped_cond_guard(spinlock_try, return, &peer->arch.mp_state_lock)
		/* ok: kvm/cross-vcpu-mp-state */
		peer->arch.power_off = true;
}

static void cls(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	CLASS(spinlock, own)(&me->arch.mp_state_lock);

	/* ruleid: kvm/cross-vcpu-mp-state */
	peer->arch.power_off = true;
}

static void cls_ok(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	CLASS(spinlock_irqsave, own)(&peer->arch.mp_state_lock);

	/* ok: kvm/cross-vcpu-mp-state */
	peer->arch.power_off = true;
}

#define SET_STATE(v, s) WRITE_ONCE((v)->arch.mp_state.mp_state, (s))
#define LOCK_STATE(v) spin_lock(&(v)->arch.mp_state_lock)
#define UNLOCK_STATE(v) spin_unlock(&(v)->arch.mp_state_lock)

static void by_macro(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	LOCK_STATE(peer);
	/* ok: kvm/cross-vcpu-mp-state */
	SET_STATE(peer, KVM_MP_STATE_STOPPED);
	UNLOCK_STATE(peer);
	/* ruleid: kvm/cross-vcpu-mp-state */
	SET_STATE(peer, KVM_MP_STATE_RUNNABLE);
	LOCK_STATE(me);
	/* ruleid: kvm/cross-vcpu-mp-state */
	SET_STATE(peer, KVM_MP_STATE_RUNNABLE);
	UNLOCK_STATE(me);
}

static void swapped(struct kvm_vcpu *me, unsigned long id, unsigned long id2)
{
	struct kvm_vcpu *a = kvm_get_vcpu_by_id(me->kvm, id);
	struct kvm_vcpu *b = kvm_get_vcpu_by_id(me->kvm, id2);

	guard(spinlock)(&a->arch.mp_state_lock);
	/* ruleid: kvm/cross-vcpu-mp-state */
	b->arch.power_off = true;
}

static void static_child(struct kvm_vcpu *v)
{
	lockdep_assert_held(&v->arch.mp_state_lock);
	v->arch.power_off = true;
}

static void asserts_but_not_held(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/cross-vcpu-mp-state */
	static_child(peer);
}

/* Bits of the state are the state. */
static void or_into(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ruleid: kvm/cross-vcpu-mp-state */
	peer->arch.mp_state.mp_state |= KVM_MP_STATE_STOPPED;
	spin_lock(&peer->arch.mp_state_lock);
	/* ok: kvm/cross-vcpu-mp-state */
	peer->arch.mp_state.mp_state &= ~KVM_MP_STATE_STOPPED;
	spin_unlock(&peer->arch.mp_state_lock);
}
