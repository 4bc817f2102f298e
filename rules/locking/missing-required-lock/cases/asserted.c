/* path: drivers/case/asserted.c */

static void add(struct dev *d, int n)
{
	lockdep_assert_held(&d->lock);
	d->sum += n;
}

static void add_checked(struct dev *d, int n)
{
	if (n < 0) {
		lockdep_assert_held(&d->lock);
		d->sum += n;
	}
}

int with_lock(struct dev *d)
{
	spin_lock(&d->lock);
	/* ok: locking/missing-required-lock */
	add(d, 1);
	spin_unlock(&d->lock);
	return 0;
}

int too_late(struct dev *d)
{
	spin_lock(&d->lock);
	d->n++;
	spin_unlock(&d->lock);
	/* ruleid: locking/missing-required-lock */
	add(d, 1);
	return 0;
}

int too_early(struct dev *d)
{
	/* ruleid: locking/missing-required-lock */
	add(d, 1);
	spin_lock(&d->lock);
	d->n++;
	spin_unlock(&d->lock);
	return 0;
}

int conditional_assertion(struct dev *d)
{
	/* ok: locking/missing-required-lock */
	add_checked(d, 1);
	spin_lock(&d->lock);
	d->n++;
	spin_unlock(&d->lock);
	return 0;
}

int guarded(struct dev *d)
{
	guard(spinlock)(&d->lock);
	/* ok: locking/missing-required-lock */
	add(d, 1);
	return 0;
}

int one_way_only(struct dev *d, int n)
{
	spin_lock(&d->lock);
	if (n) {
		spin_unlock(&d->lock);
		wait_for(n);
		/* ruleid: locking/missing-required-lock */
		add(d, n);
		return 0;
	}
	/* ok: locking/missing-required-lock */
	add(d, n);
	spin_unlock(&d->lock);
	return 0;
}

int conditional_pair(struct dev *d, bool locked)
{
	if (!locked)
		spin_lock(&d->lock);
	/* ok: locking/missing-required-lock */
	add(d, 1);
	if (!locked)
		spin_unlock(&d->lock);
	return 0;
}

int new_object(void)
{
	struct dev *d = kzalloc(sizeof(*d), GFP_KERNEL);

	spin_lock_init(&d->lock);
	/* ok: locking/missing-required-lock */
	add(d, 1);
	return publish(d);
}

/* Anybody may call it, perhaps with the lock: nothing is known. */
int perhaps_locked(struct dev *d)
{
	/* ok: locking/missing-required-lock */
	add(d, 1);
	return 0;
}
