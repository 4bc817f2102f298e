/* path: drivers/pump/queue.c */
/* A queue whose lock guards the number of its entries. */

struct queue {
	spinlock_t lock;
	int depth;
	int full;
	int limit;
	struct list_head entries;
	struct queue *next;
};

static void push(struct queue *q)
{
	spin_lock(&q->lock);
	q->depth++;
	if (q->depth > q->limit)
		q->full = 1;
	spin_unlock(&q->lock);
}

static void pop(struct queue *q)
{
	spin_lock(&q->lock);
	q->depth--;
	if (q->full)
		q->full = 0;
	spin_unlock(&q->lock);
}

static void drop_all(struct queue *q)
{
	/* ruleid: locking/inconsistent-guard */
	q->depth -= 3;
}

static void clear_list(struct queue *head)
{
	struct queue *q;

	list_for_each_entry(q, &head->entries, entries)
		/* ruleid: locking/inconsistent-guard */
		q->full = 0;
}
