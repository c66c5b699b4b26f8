// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings (struct frpc_loan): memory that a client's process on the DSP has for longer
 * than a call.
 *
 * A mapping begins before the DSP is told of the memory.  It ends when the DSP has
 * said that it is done with the memory: in its answer to a request of the client, or
 * in its answer to the client's RELEASE.  If the DSP never says so it keeps the memory.
 * Then the mapping stays with the session, which no other client gets, until the
 * context bank goes and the DSP can no longer reach the memory.
 *
 * Only a client that a protection domain has taken in can have mappings.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "private.h"

/*
 * How many mappings one client may have.  The addresses of its context bank and its memory
 * cgroup limit their bytes.
 */
#define LOANS_MAX	4096

void frpc_loans_setup(struct frpc_client *client)
{
	spin_lock_init(&client->loans_lock);
	client->loans = RB_ROOT;
}

static int client_account_loan(struct frpc_client *client)
{
	int ret = -ENOMEM;

	spin_lock(&client->loans_lock);
	if (client->nr_loans < LOANS_MAX) {
		client->nr_loans++;
		ret = 0;
	}
	spin_unlock(&client->loans_lock);
	return ret;
}

static void client_unaccount_loan(struct frpc_client *client)
{
	spin_lock(&client->loans_lock);
	client->nr_loans--;
	spin_unlock(&client->loans_lock);
}

/* --- the tree of a client's mappings: by kind, name, descriptor and map ------ */

/* What finds a mapping.  @name: the DSP's address; for handles the descriptor. */
struct loan_key {
	enum frpc_loan_kind kind;
	bool is_named;
	u64 name;
	int fd;
	const struct frpc_map *map;
};

static struct loan_key loan_key_of(const struct frpc_loan *loan)
{
	return (struct loan_key){
		.kind = loan->kind,
		.is_named = loan->is_named,
		.name = loan->kind == FRPC_LOAN_HANDLE ? loan->fd : loan->dsp_addr,
		.fd = loan->fd,
		.map = loan->map,
	};
}

static int loan_key_compare(const struct loan_key *a, const struct loan_key *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->is_named != b->is_named)
		return a->is_named ? 1 : -1;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	if (a->fd != b->fd)
		return a->fd < b->fd ? -1 : 1;
	if (a->map != b->map)
		return a->map < b->map ? -1 : 1;
	return 0;
}

static bool loan_is_before(struct rb_node *a, const struct rb_node *b)
{
	const struct loan_key x = loan_key_of(rb_entry(a, struct frpc_loan, node));
	const struct loan_key y = loan_key_of(rb_entry(b, struct frpc_loan, node));

	return loan_key_compare(&x, &y) < 0;
}

/* The first mapping that does not come before @key.  client->loans_lock held. */
static struct frpc_loan *loans_first_from(struct frpc_client *client, const struct loan_key *key)
{
	struct rb_node *node = client->loans.rb_node;
	struct frpc_loan *found = NULL;

	lockdep_assert_held(&client->loans_lock);

	while (node) {
		struct frpc_loan *loan = rb_entry(node, struct frpc_loan, node);
		const struct loan_key its = loan_key_of(loan);

		if (loan_key_compare(&its, key) < 0) {
			node = node->rb_right;
		} else {
			found = loan;
			node = node->rb_left;
		}
	}
	return found;
}

/* The mapping is on no list, and the DSP does not use the memory. */
static void loan_free(struct frpc_loan *loan)
{
	if (loan->buffer)
		frpc_buffer_free(loan->buffer);
	if (loan->map)
		frpc_map_put(loan->map);
	kfree(loan);
}

static struct frpc_loan *loan_alloc(struct frpc_client *client, enum frpc_loan_kind kind)
{
	struct frpc_loan *loan;
	int ret;

	ret = client_account_loan(client);
	if (ret)
		return ERR_PTR(ret);
	loan = kzalloc(sizeof(*loan), GFP_KERNEL_ACCOUNT);
	if (!loan) {
		client_unaccount_loan(client);
		return ERR_PTR(-ENOMEM);
	}
	loan->kind = kind;
	loan->fd = -1;
	return loan;
}

/**
 * frpc_loan_buffer() - make a mapping of the kernel's memory
 * @client: that will have it
 * @kind: its purpose
 * @len: bytes, whole pages
 *
 * May sleep.
 *
 * Return: the mapping, to be kept or ended; ERR_PTR(): -ENOMEM, also: the client has
 * as many mappings as it may; -EPIPE.
 */
struct frpc_loan *frpc_loan_buffer(struct frpc_client *client, enum frpc_loan_kind kind, size_t len)
{
	struct frpc_loan *loan = loan_alloc(client, kind);
	struct frpc_buffer *buffer;

	if (IS_ERR(loan))
		return loan;
	buffer = frpc_buffer_alloc(client->session, len);
	if (IS_ERR(buffer)) {
		frpc_loan_end(client, loan);
		return ERR_CAST(buffer);
	}
	loan->buffer = buffer;
	loan->iova = buffer->iova;
	loan->len = len;
	return loan;
}

/**
 * frpc_loan_map() - make a mapping of a dma-buf
 * @client: that will have it
 * @fd: names the dma-buf, for the caller and for the DSP
 * @len: bytes of it
 *
 * May sleep.
 *
 * Return: the mapping, to be kept or ended; ERR_PTR(): -EINVAL the buffer has fewer
 * bytes; errors of frpc_map_get(); -ENOMEM, also: the client has as many mappings as
 * it may.
 */
struct frpc_loan *frpc_loan_map(struct frpc_client *client, int fd, u64 len)
{
	struct frpc_loan *loan = loan_alloc(client, FRPC_LOAN_MAP);
	struct frpc_map *map;
	int ret;

	if (IS_ERR(loan))
		return loan;
	map = frpc_map_get(client->session, fd);
	if (IS_ERR(map)) {
		frpc_loan_end(client, loan);
		return ERR_CAST(map);
	}
	loan->map = map;
	loan->fd = fd;
	loan->iova = map->iova;
	ret = len && len <= map->len ? 0 : -EINVAL;
	if (!ret && map->is_synced)
		ret = frpc_map_sync(client->session, map->iova, len, DMA_TO_DEVICE);
	if (ret) {
		frpc_loan_end(client, loan);
		return ERR_PTR(ret);
	}
	loan->len = DSP_PAGE_ALIGN(len);
	return loan;
}

/* The DSP has the memory, or may have it. */
void frpc_loan_keep(struct frpc_client *client, struct frpc_loan *loan)
{
	spin_lock(&client->loans_lock);
	rb_add(&loan->node, &client->loans, loan_is_before);
	spin_unlock(&client->loans_lock);
}

/* The DSP does not have the memory, or no longer.  May sleep. */
void frpc_loan_end(struct frpc_client *client, struct frpc_loan *loan)
{
	client_unaccount_loan(client);
	loan_free(loan);
}

/**
 * frpc_loan_settle() - keep or end a mapping after the request that offers it
 * @client: that has it
 * @loan: neither kept nor ended yet
 * @outcome: of the request
 * @dsp_addr: the DSP's address of it, if the outcome is FRPC_DONE
 *
 * May sleep.
 */
void frpc_loan_settle(struct frpc_client *client, struct frpc_loan *loan,
		      enum frpc_outcome outcome, u64 dsp_addr)
{
	switch (outcome) {
	case FRPC_NOT_SENT:
	case FRPC_REFUSED:
		frpc_loan_end(client, loan);
		return;
	case FRPC_DONE:
		loan->is_named = true;
		loan->dsp_addr = dsp_addr;
		break;
	case FRPC_UNANSWERED:
		/* without an address the client cannot ask the DSP to return it */
		break;
	}
	frpc_loan_keep(client, loan);
}

/**
 * frpc_loan_settle_return() - keep or end a mapping after the request to return it
 * @client: that has it
 * @loan: from frpc_loan_take()
 * @outcome: of the request
 *
 * May sleep.
 */
void frpc_loan_settle_return(struct frpc_client *client, struct frpc_loan *loan,
			     enum frpc_outcome outcome)
{
	if (outcome == FRPC_DONE)
		frpc_loan_end(client, loan);
	else
		frpc_loan_keep(client, loan);
}

/* How a request describes a mapping to the DSP. */
struct frpc_page frpc_loan_page(const struct frpc_client *client, const struct frpc_loan *loan)
{
	return (struct frpc_page){
		.addr = loan->iova + frpc_session_bits(client->session),
		.len = loan->len,
	};
}

/**
 * frpc_loan_take() - find a mapping and take it out of the client's tree
 * @client: that has it
 * @kind: of the mapping
 * @fd: its descriptor; negative: any
 * @dsp_addr: the DSP's address of it
 *
 * No other thread finds it until frpc_loan_keep().
 *
 * Return: the mapping, to be kept or ended; NULL: there is no such mapping.
 */
struct frpc_loan *frpc_loan_take(struct frpc_client *client, enum frpc_loan_kind kind, int fd,
				 u64 dsp_addr)
{
	const struct loan_key key = { .kind = kind, .is_named = true, .name = dsp_addr,
				 .fd = fd < 0 ? INT_MIN : fd };
	struct frpc_loan *loan;

	spin_lock(&client->loans_lock);
	loan = loans_first_from(client, &key);
	if (loan && (loan->kind != kind || loan->dsp_addr != dsp_addr || !loan->is_named ||
		     (fd >= 0 && loan->fd != fd)))
		loan = NULL;
	if (loan)
		rb_erase(&loan->node, &client->loans);
	spin_unlock(&client->loans_lock);
	return loan;
}

/* --- handles ---------------------------------------------------------------- */

/* client->loans_lock held.  @map: NULL: any. */
static struct frpc_loan *loans_find_handle(struct frpc_client *client, int fd,
					   const struct frpc_map *map)
{
	const struct loan_key key = { .kind = FRPC_LOAN_HANDLE, .is_named = true, .name = fd,
				 .fd = fd, .map = map };
	struct frpc_loan *loan = loans_first_from(client, &key);

	if (!loan || loan->kind != FRPC_LOAN_HANDLE || loan->fd != fd || (map && loan->map != map))
		return NULL;
	return loan;
}

static bool loan_use_again(struct frpc_client *client, int fd, const struct frpc_map *map)
{
	struct frpc_loan *loan;
	bool is_lent;

	spin_lock(&client->loans_lock);
	loan = loans_find_handle(client, fd, map);
	is_lent = loan && loan->times < U32_MAX;
	if (is_lent)
		loan->times++;
	spin_unlock(&client->loans_lock);
	return is_lent;
}

/**
 * frpc_loan_handle() - make a mapping of a handle that goes to the DSP in a call
 * @client: that calls
 * @fd: names the dma-buf, also for the DSP
 * @map: of the dma-buf, used by the caller
 *
 * The DSP has it until its answers have named @fd as often as calls have.
 * May sleep.
 *
 * Return: 0, -ENOMEM.
 */
int frpc_loan_handle(struct frpc_client *client, int fd, struct frpc_map *map)
{
	struct frpc_loan *loan;

	if (loan_use_again(client, fd, map))
		return 0;
	loan = loan_alloc(client, FRPC_LOAN_HANDLE);
	if (IS_ERR(loan))
		return PTR_ERR(loan);
	frpc_map_use(map);
	loan->map = map;
	loan->fd = fd;
	loan->len = DSP_PAGE_ALIGN(map->len);
	loan->is_named = true;
	loan->times = 1;
	frpc_loan_keep(client, loan);
	WRITE_ONCE(client->has_handles, true);
	return 0;
}

/**
 * frpc_loan_return_handle() - the DSP returns a handle
 * @client: that has the mapping
 * @fd: its descriptor; not trusted, there may be no such mapping
 * @map: of the dma-buf; NULL: not known
 */
void frpc_loan_return_handle(struct frpc_client *client, int fd, const struct frpc_map *map)
{
	struct frpc_loan *loan;

	spin_lock(&client->loans_lock);
	loan = loans_find_handle(client, fd, map);
	if (loan && --loan->times)
		loan = NULL;
	if (loan)
		rb_erase(&loan->node, &client->loans);
	spin_unlock(&client->loans_lock);
	if (loan)
		frpc_loan_end(client, loan);
}

/* Bytes of the handle @fd; 0: there is no such handle. */
size_t frpc_loan_handle_len(struct frpc_client *client, int fd)
{
	struct frpc_loan *loan;
	size_t len;

	spin_lock(&client->loans_lock);
	loan = loans_find_handle(client, fd, NULL);
	len = loan ? loan->len : 0;
	spin_unlock(&client->loans_lock);
	return len;
}

/* --- the end of a client, or of a session ------------------------------------ */

static void loans_free_list(struct list_head *loans)
{
	struct frpc_loan *loan, *next;

	list_for_each_entry_safe(loan, next, loans, entry)
		loan_free(loan);
}

/* A client ends and has no other user: moves its mappings to the session. */
void frpc_loans_leave(struct frpc_client *client)
{
	struct frpc_session *session = client->session;
	struct frpc_loan *loan, *next;
	LIST_HEAD(loans);

	rbtree_postorder_for_each_entry_safe(loan, next, &client->loans, node)
		list_add_tail(&loan->entry, &loans);
	client->loans = RB_ROOT;
	spin_lock_irq(&session->lock);
	list_splice_tail(&loans, &session->left_loans);
	spin_unlock_irq(&session->lock);
}

/* The DSP is done with what a client left, or can no longer reach it.  May sleep. */
void frpc_loans_reclaim(struct frpc_session *session)
{
	LIST_HEAD(loans);

	spin_lock_irq(&session->lock);
	list_splice_init(&session->left_loans, &loans);
	spin_unlock_irq(&session->lock);
	loans_free_list(&loans);
}
