/* The flag follows a count: it goes when the last who stopped the queue starts it. */

void stop_counted(struct request_queue *q)
{
	spin_lock_irq(&q->queue_lock);
	if (!q->quiesce_depth++)
		set_bit(QUEUE_FLAG_QUIESCED, &q->queue_flags);
	spin_unlock_irq(&q->queue_lock);
}

void start_counted(struct request_queue *q)
{
	spin_lock_irq(&q->queue_lock);
	if (!--q->quiesce_depth)
		/* ok: block/queue-quiesce */
		clear_bit(QUEUE_FLAG_QUIESCED, &q->queue_flags);
	spin_unlock_irq(&q->queue_lock);
}

bool dispatch(struct request_queue *q)
{
	if (test_bit(QUEUE_FLAG_QUIESCED, &q->queue_flags))
		return false;
	return take_requests(q);
}

void driver_timeout(struct request_queue *q)
{
	stop_counted(q);
	recover(q);
	start_counted(q);
}

void switch_elevator(struct request_queue *q)
{
	stop_counted(q);
	exchange(q);
	start_counted(q);
}
