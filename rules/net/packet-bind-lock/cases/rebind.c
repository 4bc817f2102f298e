/* A socket leaves its hook and joins that of a group: in between nobody may bind it elsewhere. */

static void join_group(struct socket *sock, struct packet_fanout *group)
{
	struct packet_sock *po = pkt_sk(sock->sk);

	lock_sock(sock->sk);
	/* ruleid: net/packet-bind-lock */
	po->running = 0;
	group_add(group, po);
	release_sock(sock->sk);
}

static void join_group_locked(struct socket *sock, struct packet_fanout *group)
{
	struct packet_sock *po = pkt_sk(sock->sk);

	spin_lock(&po->bind_lock);
	/* ok: net/packet-bind-lock */
	po->running = 0;
	group_add(group, po);
	spin_unlock(&po->bind_lock);
}

/* The lock was given back too early. */
static void bind_to(struct socket *sock, int ifindex, __be16 proto)
{
	struct packet_sock *po = pkt_sk(sock->sk);

	spin_lock(&po->bind_lock);
	/* ok: net/packet-bind-lock */
	po->num = proto;
	spin_unlock(&po->bind_lock);
	/* ruleid: net/packet-bind-lock */
	po->ifindex = ifindex;
}

/* It is the other socket's lock that is held. */
static void hand_over(struct packet_sock *from, struct packet_sock *to)
{
	spin_lock(&from->bind_lock);
	/* ruleid: net/packet-bind-lock */
	to->ifindex = from->ifindex;
	spin_unlock(&from->bind_lock);
}
