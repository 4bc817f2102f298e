/* One party only, or all of them under one lock: nobody is started by another. */

void stop_queue(struct request_queue *q)
{
	set_bit(QUEUE_FLAG_QUIESCED, &q->queue_flags);
}

void start_queue(struct request_queue *q)
{
	/* ok: block/queue-quiesce */
	clear_bit(QUEUE_FLAG_QUIESCED, &q->queue_flags);
}

bool dispatch(struct request_queue *q)
{
	return !test_bit(QUEUE_FLAG_QUIESCED, &q->queue_flags) && take_requests(q);
}

void switch_elevator(struct request_queue *q)
{
	mutex_lock(&q->sysfs_lock);
	stop_queue(q);
	exchange(q);
	start_queue(q);
	mutex_unlock(&q->sysfs_lock);
}

void resize(struct request_queue *q)
{
	mutex_lock(&q->sysfs_lock);
	stop_queue(q);
	grow(q);
	start_queue(q);
	mutex_unlock(&q->sysfs_lock);
}
