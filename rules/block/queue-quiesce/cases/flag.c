/* One bit for all who stop the queue: the first to start it again starts it for the others too. */

void flag_set(unsigned int flag, struct request_queue *q)
{
	set_bit(flag, &q->queue_flags);
}

void flag_clear(unsigned int flag, struct request_queue *q)
{
	clear_bit(flag, &q->queue_flags);
}

void stop_queue(struct request_queue *q)
{
	flag_set(QUEUE_FLAG_QUIESCED, q);
	wait_for_dispatch(q);
}

void start_queue(struct request_queue *q)
{
	/* ruleid: block/queue-quiesce */
	flag_clear(QUEUE_FLAG_QUIESCED, q);
	run_hw_queues(q, true);
}

bool dispatch(struct request_queue *q)
{
	if (test_bit(QUEUE_FLAG_QUIESCED, &q->queue_flags))
		return false;
	return take_requests(q);
}

void driver_timeout(struct request_queue *q)
{
	stop_queue(q);
	recover(q);
	start_queue(q);
}

void switch_elevator(struct request_queue *q)
{
	stop_queue(q);
	exchange(q);
	start_queue(q);
}
