/* Helpers are judged with what their callers hold. */

static void set_running(struct sock *sk, int on)
{
	struct packet_sock *po = (struct packet_sock *)sk;

	/* ok: net/packet-bind-lock */
	po->running = on;
}

static int device_up(struct net_device *dev, struct sock *sk)
{
	struct packet_sock *po = (struct packet_sock *)sk;

	spin_lock(&po->bind_lock);
	if (po->ifindex == dev->ifindex)
		/* ok: net/packet-bind-lock */
		set_running(sk, 1);
	spin_unlock(&po->bind_lock);
	return 0;
}

static int device_down(struct net_device *dev, struct sock *sk)
{
	/* ruleid: net/packet-bind-lock */
	set_running(sk, 0);
	return 0;
}

/* Nobody else can see the socket yet. */
static int make(struct net *net, struct socket *sock, __be16 proto)
{
	struct sock *sk = sk_alloc(net, PF_PACKET, GFP_KERNEL, &packet_proto, 0);
	struct packet_sock *po;

	if (!sk)
		return -ENOBUFS;
	po = pkt_sk(sk);
	/* ok: net/packet-bind-lock */
	po->num = proto;
	spin_lock_init(&po->bind_lock);
	return 0;
}

/* A read that is only told to userspace. */
static int name_of(struct socket *sock, struct sockaddr_ll *sll)
{
	struct packet_sock *po = pkt_sk(sock->sk);

	/* silent: net/packet-bind-lock */
	sll->sll_ifindex = READ_ONCE(po->ifindex);
	return sizeof(*sll);
}
