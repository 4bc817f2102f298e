/* Paths that belong together, and what a function says of its locks. */

static int either(struct dev *d, int a, int b)
{
	if (a == 1 || b == 1)
		mutex_lock(&d->lock);
	d->n++;
	if (a == 1 || b == 1)
		/* ok: locking/unbalanced */
		mutex_unlock(&d->lock);
	return 0;
}

static int by_sign(struct dev *d)
{
	int ret;

	mutex_lock(&d->lock);
	ret = look_up(d);
	if (ret)
		mutex_unlock(&d->lock);
	if (ret < 0)
		/* ok: locking/unbalanced */
		return ret;
	if (ret > 0)
		return 0;
	d->n++;
	/* ok: locking/unbalanced */
	mutex_unlock(&d->lock);
	return 0;
}

static struct item *locked_item(struct list *head)
{
	struct item *p = first_of(head);

	if (!p)
		return NULL;
	spin_lock(&p->lock);
	if (p->dead) {
		spin_unlock(&p->lock);
		return NULL;
	}
	/* ok: locking/unbalanced */
	return p;
}

static int nothing_to_do(struct dev *d)
{
	if (d->open)
		return 0;
	mutex_lock(&d->lock);
	if (!d->ready) {
		mutex_unlock(&d->lock);
		return -ENODEV;
	}
	d->open = true;
	/* ok: locking/unbalanced */
	return 0;
}

static void never_comes_back(struct dev *d)
{
	spin_lock(&d->lock);
	if (d->broken) {
		spin_unlock(&d->lock);
		BUG();
	}
	/* ok: locking/unbalanced */
	spin_unlock(&d->lock);
}

static void null_or_taken(struct dev *d, int x)
{
	struct mutex *m = NULL;

	if (x) {
		m = &d->lock;
		mutex_lock(m);
	}
	d->n++;
	if (m)
		/* ok: locking/unbalanced */
		mutex_unlock(m);
}

static int tried_in_vain(struct dev *d)
{
	/* ruleid: locking/unbalanced */
	mutex_trylock(&d->lock);
	d->n++;
	mutex_unlock(&d->lock);
	return 0;
}

static int tried_and_tested(struct dev *d)
{
	int ret = mutex_lock_killable(&d->lock);

	if (ret < 0)
		/* ok: locking/unbalanced */
		return ret;
	d->n++;
	mutex_unlock(&d->lock);
	return 0;
}
