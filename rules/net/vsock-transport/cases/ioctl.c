/* connect() assigns another transport, or none, while another thread is on its way into the socket. */

static int set_size(struct socket *sock, u64 size)
{
	struct sock *sk = sock->sk;
	struct vsock_sock *vsk = vsock_sk(sk);
	const struct vsock_transport *transport = vsk->transport;
	int err = 0;

	lock_sock(sk);
	/* ruleid: net/vsock-transport */
	if (!transport)
		err = -EOPNOTSUPP;
	else
		transport->notify_buffer_size(vsk, &size);
	release_sock(sk);
	return err;
}

static int set_size_locked(struct socket *sock, u64 size)
{
	struct sock *sk = sock->sk;
	struct vsock_sock *vsk = vsock_sk(sk);
	const struct vsock_transport *transport;
	int err = 0;

	lock_sock(sk);
	transport = vsk->transport;
	/* ok: net/vsock-transport */
	if (!transport)
		err = -EOPNOTSUPP;
	else
		transport->notify_buffer_size(vsk, &size);
	release_sock(sk);
	return err;
}

/* What it returns is kept: the call is made all the same. */
static ssize_t send_some(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk;
	struct vsock_sock *vsk = vsock_sk(sk);
	const struct vsock_transport *transport = vsk->transport;
	ssize_t written = -ENOTCONN;

	lock_sock(sk);
	/* ruleid: net/vsock-transport */
	if (transport)
		written = transport->stream_enqueue(vsk, msg, len);
	release_sock(sk);
	return written;
}

static void update_size(struct vsock_sock *vsk, const struct vsock_transport *transport, u64 size)
{
	if (transport)
		transport->notify_buffer_size(vsk, &size);
}

/* A helper is handed the pointer, and not the socket alone: not followed so far. */
static int set_size_by_helper(struct socket *sock, u64 size)
{
	struct sock *sk = sock->sk;
	struct vsock_sock *vsk = vsock_sk(sk);
	const struct vsock_transport *transport = vsk->transport;

	lock_sock(sk);
	/* todoruleid: net/vsock-transport */
	update_size(vsk, transport, size);
	release_sock(sk);
	return 0;
}
