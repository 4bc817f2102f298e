/* path: drivers/pump/owners.c */
/* The lock stands in what the object belongs to, or is global. */

struct plant {
	struct mutex lock;
};

struct valve {
	struct plant *plant;
	int turns;
	int global;
};

static DEFINE_MUTEX(valves_lock);

static void open_valve(struct valve *v)
{
	mutex_lock(&v->plant->lock);
	v->turns++;
	mutex_unlock(&v->plant->lock);
	mutex_lock(&valves_lock);
	v->global++;
	mutex_unlock(&valves_lock);
}

static void shut_valve(struct valve *v)
{
	mutex_lock(&v->plant->lock);
	v->turns--;
	mutex_unlock(&v->plant->lock);
	mutex_lock(&valves_lock);
	v->global--;
	mutex_unlock(&valves_lock);
}

static void reset_valve(struct valve *v)
{
	/* ruleid: locking/inconsistent-guard */
	v->turns -= 2;
	/* ruleid: locking/inconsistent-guard */
	v->global |= 1;
}

static void early_unlock(struct valve *v)
{
	mutex_lock(&v->plant->lock);
	/* ok: locking/inconsistent-guard */
	v->turns++;
	mutex_unlock(&v->plant->lock);
}
