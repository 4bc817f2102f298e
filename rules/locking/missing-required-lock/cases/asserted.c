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

static void pin(struct dev *d)
{
	lockdep_assert_held_write(&d->sem);
	d->pins++;
}

int either_mode(struct dev *d)
{
	bool writes;

	if (d->stale) {
		down_write(&d->sem);
		writes = true;
	} else {
		down_read(&d->sem);
		writes = false;
	}
	if (writes) {
		/* ok: locking/missing-required-lock */
		pin(d);
		downgrade_write(&d->sem);
	}
	d->n = d->pins;
	up_read(&d->sem);
	return 0;
}

int reading_only(struct dev *d)
{
	down_read(&d->sem);
	/* ruleid: locking/missing-required-lock */
	pin(d);
	up_read(&d->sem);
	return 0;
}

static DEFINE_MUTEX(all_devs);

static void add_to_all(struct dev *d)
{
	lockdep_assert_held(&all_devs);
	d->n++;
}

int conditional_global(struct dev *d, bool locked)
{
	if (!locked)
		mutex_lock(&all_devs);
	/* ok: locking/missing-required-lock */
	add_to_all(d);
	if (!locked)
		mutex_unlock(&all_devs);
	return 0;
}
