/* path: drivers/case/fields.c */

struct counter {
	struct mutex lock;
	int value __guarded_by(&lock);
	int hint;
};

void count(struct counter *c)
{
	mutex_lock(&c->lock);
	/* ok: locking/missing-required-lock */
	c->value++;
	mutex_unlock(&c->lock);
	/* ok: locking/missing-required-lock */
	c->hint = 1;
}

void reset(struct counter *c)
{
	mutex_lock(&c->lock);
	c->hint = 0;
	mutex_unlock(&c->lock);
	/* ruleid: locking/missing-required-lock */
	c->value = 0;
}
