/* The lock is given back while a thread sleeps: what was seen before is old when it wakes. */

static int wait_and_send(struct vsock_sock *vsk, struct msghdr *msg, size_t len)
{
	struct sock *sk = sk_vsock(vsk);
	int err = 0;

	lock_sock(sk);
	/* ruleid: net/vsock-transport */
	if (!vsk->transport) {
		release_sock(sk);
		return -ENOTCONN;
	}
	release_sock(sk);
	schedule_timeout(1);
	lock_sock(sk);
	err = vsk->transport->stream_enqueue(vsk, msg, len);
	release_sock(sk);
	return err;
}

static int wait_and_look_again(struct vsock_sock *vsk, struct msghdr *msg, size_t len)
{
	struct sock *sk = &vsk->sk;
	int err = -ENOTCONN;

	lock_sock(sk);
	/* ok: net/vsock-transport */
	if (!vsk->transport)
		goto out;
	release_sock(sk);
	schedule_timeout(1);
	lock_sock(sk);
	/* ok: net/vsock-transport */
	if (vsk->transport)
		err = vsk->transport->stream_enqueue(vsk, msg, len);
out:
	release_sock(sk);
	return err;
}

/* The worker's caller holds the lock. */
static void shut(struct sock *sk)
{
	struct vsock_sock *vsk = vsock_sk(sk);

	/* ok: net/vsock-transport */
	if (vsk->transport)
		vsk->transport->shutdown(vsk, 3);
}

static void worker(struct sock *sk)
{
	lock_sock(sk);
	shut(sk);
	release_sock(sk);
}
