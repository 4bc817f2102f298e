/* path: drivers/lamp/lamp.c */
/* A lamp whose state is checked in one critical section and changed in another. */

struct lamp {
	struct mutex lock;
	int state;
	int busy;
	int level;
};

static void switch_off(struct lamp *l)
{
	mutex_lock(&l->lock);
	l->state = 0;
	mutex_unlock(&l->lock);
}

static void switch_on(struct lamp *l)
{
	mutex_lock(&l->lock);
	l->state = 1;
	l->busy = 0;
	mutex_unlock(&l->lock);
}

static int dim_late(struct lamp *l)
{
	mutex_lock(&l->lock);
	if (l->state == 0) {
		mutex_unlock(&l->lock);
		return -EAGAIN;
	}
	mutex_unlock(&l->lock);
	wait_for_bulb();
	mutex_lock(&l->lock);
	/* ruleid: locking/stale-after-unlock */
	l->state = 2;
	mutex_unlock(&l->lock);
	return 0;
}

static int dim_unlocked(struct lamp *l)
{
	int state;

	mutex_lock(&l->lock);
	state = l->state;
	mutex_unlock(&l->lock);
	if (state)
		/* ruleid: locking/stale-after-unlock */
		l->state = 5;
	return 0;
}

static int dim_rechecked(struct lamp *l)
{
	mutex_lock(&l->lock);
	if (l->state == 0) {
		mutex_unlock(&l->lock);
		return -EAGAIN;
	}
	mutex_unlock(&l->lock);
	wait_for_bulb();
	mutex_lock(&l->lock);
	if (l->state != 0)
		/* ok: locking/stale-after-unlock */
		l->state = 2;
	mutex_unlock(&l->lock);
	return 0;
}

static int dim_at_once(struct lamp *l)
{
	mutex_lock(&l->lock);
	if (l->state != 0)
		/* ok: locking/stale-after-unlock */
		l->state = 2;
	mutex_unlock(&l->lock);
	return 0;
}

static int dim_claimed(struct lamp *l)
{
	mutex_lock(&l->lock);
	if (l->busy || l->state == 0) {
		mutex_unlock(&l->lock);
		return -EBUSY;
	}
	l->busy = 1;
	mutex_unlock(&l->lock);
	wait_for_bulb();
	mutex_lock(&l->lock);
	/* ok: locking/stale-after-unlock */
	l->busy = 0;
	mutex_unlock(&l->lock);
	return 0;
}

static int other_field(struct lamp *l)
{
	int state;

	mutex_lock(&l->lock);
	state = l->state;
	mutex_unlock(&l->lock);
	if (state)
		/* ok: locking/stale-after-unlock */
		l->level = 5;
	return 0;
}

static int report(struct lamp *l)
{
	int state;

	mutex_lock(&l->lock);
	state = l->state;
	mutex_unlock(&l->lock);
	/* ok: locking/stale-after-unlock */
	return state;
}
