/* path: drivers/case/callers.c */

static void drop(struct dev *d)
{
	lockdep_assert_held(&d->mutex);
	d->users--;
}

static void drop_all(struct dev *d)
{
	/* ok: locking/missing-required-lock */
	drop(d);
	drop(d);
}

int locked_caller(struct dev *d)
{
	mutex_lock(&d->mutex);
	/* ok: locking/missing-required-lock */
	drop_all(d);
	mutex_unlock(&d->mutex);
	return 0;
}

int unlocked_caller(struct dev *d)
{
	/* ruleid: locking/missing-required-lock */
	drop_all(d);
	mutex_lock(&d->mutex);
	d->closed = true;
	mutex_unlock(&d->mutex);
	return 0;
}

static void dev_work(struct work_struct *w)
{
	struct dev *d = container_of(w, struct dev, work);

	/* ruleid: locking/missing-required-lock */
	drop(d);
}

void dev_start(struct dev *d)
{
	INIT_WORK(&d->work, dev_work);
}

static void annotated(struct dev *d) __must_hold(&d->mutex)
{
	/* ok: locking/missing-required-lock */
	drop(d);
}

static int failing(struct dev *d)
{
	int ret = mutex_lock_interruptible(&d->mutex);

	if (ret)
		return ret;
	/* ok: locking/missing-required-lock */
	annotated(d);
	mutex_unlock(&d->mutex);
	/* ruleid: locking/missing-required-lock */
	annotated(d);
	return 0;
}

static int (*failing_op)(struct dev *d) = failing;
