/* path: drivers/example/flag-and-switch.c */
/* A flag is set by one spelling of a test, and a switch asks in the other. */

struct box {
	struct mutex lock;
	int count;
};

static void box_reset(struct box *box)
{
	mutex_lock(&box->lock);
	box->count = 0;
	mutex_unlock(&box->lock);
}

static int box_command(struct box *box, int command)
{
	const bool locked = command != BOX_RESET;

	if (locked)
		mutex_lock(&box->lock);
	switch (command) {
	case BOX_RESET:
		/* ok: locking/unbalanced */
		box_reset(box);
		break;
	case BOX_ADD:
		box->count++;
		break;
	case BOX_CLEAR:
		/* ruleid: locking/unbalanced */
		box_reset(box);
		break;
	}
	if (locked)
		mutex_unlock(&box->lock);
	/* ok: locking/unbalanced */
	return 0;
}
