/* path: drivers/case/comments.c */

struct pool {
	spinlock_t list_lock;
	struct mutex big_mutex;
	int n;
};

static DEFINE_MUTEX(pools_mutex);

/* The caller must hold pool->list_lock. */
static void put_one(struct pool *pool)
{
	pool->n++;
}

/**
 * take_one() - hands out one
 * @p: the pool
 *
 * Context: process context, called with the pools_mutex held.
 */
static int take_one(struct pool *p)
{
	return p->n--;
}

/* Must not be called with pools_mutex held. */
static int sleep_on(struct pool *p)
{
	return p->n;
}

/* Call with pool->list_lock or pools_mutex held. */
static int peek(struct pool *pool)
{
	return pool->n;
}

int both(struct pool *p)
{
	mutex_lock(&pools_mutex);
	/* ok: locking/missing-required-lock */
	take_one(p);
	spin_lock(&p->list_lock);
	/* ok: locking/missing-required-lock */
	put_one(p);
	spin_unlock(&p->list_lock);
	mutex_unlock(&pools_mutex);
	return 0;
}

int neither(struct pool *p)
{
	mutex_lock(&pools_mutex);
	p->n = 0;
	mutex_unlock(&pools_mutex);
	/* ruleid: locking/missing-required-lock */
	take_one(p);
	/* ok: locking/missing-required-lock */
	sleep_on(p);
	/* ok: locking/missing-required-lock */
	return peek(p);
}

int wrong_order(struct pool *p)
{
	/* ruleid: locking/missing-required-lock */
	put_one(p);
	spin_lock(&p->list_lock);
	p->n = 0;
	spin_unlock(&p->list_lock);
	return 0;
}

/* Called with the list_lock, which is dropped and taken again. */
int retake(struct pool *p)
{
	/* ok: locking/missing-required-lock */
	put_one(p);
	spin_unlock(&p->list_lock);
	pause();
	spin_lock(&p->list_lock);
	return 0;
}
