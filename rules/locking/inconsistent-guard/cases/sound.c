/* path: drivers/pump/sound.c */
/* The same field, touched without the lock for a reason. */

struct tank {
	spinlock_t lock;
	struct mutex big;
	int level;
	int seen;
	int once;
	int mixed;
	int rare;
};

static void fill(struct tank *t)
{
	spin_lock(&t->lock);
	t->level++;
	t->seen++;
	WRITE_ONCE(t->once, t->once + 1);
	t->mixed++;
	spin_unlock(&t->lock);
}

static void drain(struct tank *t)
{
	spin_lock(&t->lock);
	t->level--;
	t->seen--;
	WRITE_ONCE(t->once, t->once - 1);
	t->mixed--;
	t->rare++;
	spin_unlock(&t->lock);
}

static struct tank *create(void)
{
	struct tank *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	/* ok: locking/inconsistent-guard */
	t->level += 10;
	spin_lock_init(&t->lock);
	return t;
}

static void setup(struct tank *t)
{
	spin_lock_init(&t->lock);
	/* ok: locking/inconsistent-guard */
	t->level += 10;
}

static void destroy(struct tank *t)
{
	/* ok: locking/inconsistent-guard */
	t->level -= 10;
	kfree(t);
}

static void adjust(struct tank *t, int by)
{
	/* ok: locking/inconsistent-guard */
	t->level += by;
}

static void settle(struct tank *t)
{
	spin_lock(&t->lock);
	adjust(t, 1);
	spin_unlock(&t->lock);
}

static int peek(struct tank *t)
{
	/* ok: locking/inconsistent-guard */
	return READ_ONCE(t->once);
}

static void bump(struct tank *t)
{
	/* ok: locking/inconsistent-guard */
	WRITE_ONCE(t->once, 0);
}

/* Called with t->lock held, from the interrupt as well. */
void from_outside(struct tank *t)
{
	/* ok: locking/inconsistent-guard */
	t->level += 2;
}

static void mixed_one(struct tank *t)
{
	/* ok: locking/inconsistent-guard */
	t->mixed = t->mixed + 1;
}

static void mixed_two(struct tank *t)
{
	/* ok: locking/inconsistent-guard */
	t->mixed = t->mixed + 2;
}

static void rarely(struct tank *t)
{
	/* ok: locking/inconsistent-guard */
	t->rare++;
}
