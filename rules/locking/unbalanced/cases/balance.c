/* One function, one lock. */

static int early_return(struct dev *d, int x)
{
	mutex_lock(&d->lock);
	if (x < 0)
		/* ruleid: locking/unbalanced */
		return -EINVAL;
	d->x = x;
	mutex_unlock(&d->lock);
	return 0;
}

static int early_goto(struct dev *d, int x)
{
	int ret = 0;

	mutex_lock(&d->lock);
	if (x < 0) {
		ret = -EINVAL;
		goto out;
	}
	d->x = x;
out:
	mutex_unlock(&d->lock);
	/* ok: locking/unbalanced */
	return ret;
}

static int twice(struct dev *d)
{
	spin_lock(&d->lock);
	d->n++;
	/* ruleid: locking/unbalanced */
	spin_lock(&d->lock);
	d->n++;
	spin_unlock(&d->lock);
	return 0;
}

static void count(struct dev *d)
{
	spin_lock(&d->lock);
	d->n++;
	spin_unlock(&d->lock);
}

static void twice_by_callee(struct dev *d)
{
	spin_lock(&d->lock);
	/* ruleid: locking/unbalanced */
	count(d);
	spin_unlock(&d->lock);
}

static void other_instance(struct dev *a, struct dev *b)
{
	spin_lock(&a->lock);
	/* ok: locking/unbalanced */
	count(b);
	spin_unlock(&a->lock);
}

static void one_branch(struct dev *d, bool take)
{
	if (take)
		spin_lock(&d->lock);
	d->n++;
	/* ruleid: locking/unbalanced */
	spin_unlock(&d->lock);
}

static void same_branch(struct dev *d, bool take)
{
	if (take)
		spin_lock(&d->lock);
	d->n++;
	if (take)
		/* ok: locking/unbalanced */
		spin_unlock(&d->lock);
}

static void given_back_twice(struct dev *d, int x)
{
	spin_lock(&d->lock);
	if (x)
		spin_unlock(&d->lock);
	/* ruleid: locking/unbalanced */
	spin_unlock(&d->lock);
}

static int lock_on_success(struct dev *d)
{
	mutex_lock(&d->lock);
	if (!d->ready) {
		mutex_unlock(&d->lock);
		return -ENODEV;
	}
	/* ok: locking/unbalanced */
	return 0;
}

static void unlocks_for_caller(struct dev *d)
{
	d->busy = false;
	/* ok: locking/unbalanced */
	spin_unlock(&d->lock);
}

static int drop_and_retake(struct dev *d)
{
	spin_unlock(&d->lock);
	sleep_a_bit();
	/* ok: locking/unbalanced */
	spin_lock(&d->lock);
	return 0;
}

static void caller_of_drop_and_retake(struct dev *d)
{
	spin_lock(&d->lock);
	/* ok: locking/unbalanced */
	drop_and_retake(d);
	spin_unlock(&d->lock);
}

static int interruptible(struct dev *d)
{
	if (mutex_lock_interruptible(&d->lock))
		/* ok: locking/unbalanced */
		return -EINTR;
	d->n++;
	mutex_unlock(&d->lock);
	return 0;
}

static int walk(struct list *head)
{
	struct item *p;

	for (p = head->first; p; p = p->next) {
		/* ok: locking/unbalanced */
		spin_lock(&p->lock);
		if (p->dead) {
			spin_unlock(&p->lock);
			continue;
		}
		p->n++;
		spin_unlock(&p->lock);
	}
	return 0;
}

static void hand_over_hand(struct item *p)
{
	struct item *next;

	spin_lock(&p->lock);
	while (p->next) {
		next = p->next;
		/* ok: locking/unbalanced */
		spin_lock(&next->lock);
		spin_unlock(&p->lock);
		p = next;
	}
	/* ok: locking/unbalanced */
	spin_unlock(&p->lock);
}

static int guarded(struct dev *d, int x)
{
	guard(mutex)(&d->lock);
	if (x)
		/* ok: locking/unbalanced */
		return -EINVAL;
	return 0;
}
