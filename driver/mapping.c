// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings (struct frpc_mapping): memory that a client's process on the DSP has for longer
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
#define MAPPINGS_MAX	4096

void frpc_mappings_setup(struct frpc_client *client)
{
	spin_lock_init(&client->mappings_lock);
	client->mappings = RB_ROOT;
}

static int client_account_mapping(struct frpc_client *client)
{
	int ret = -ENOMEM;

	spin_lock(&client->mappings_lock);
	if (client->nr_mappings < MAPPINGS_MAX) {
		client->nr_mappings++;
		ret = 0;
	}
	spin_unlock(&client->mappings_lock);
	return ret;
}

static void client_unaccount_mapping(struct frpc_client *client)
{
	spin_lock(&client->mappings_lock);
	WARN_ON_ONCE(!client->nr_mappings);
	client->nr_mappings--;
	spin_unlock(&client->mappings_lock);
}

/* --- the tree of a client's mappings: by kind, name, descriptor and map ------ */

/* What finds a mapping.  @name: the DSP's address; for handles the descriptor. */
struct mapping_key {
	enum frpc_mapping_kind kind;
	bool is_named;
	u64 name;
	int fd;
	const struct frpc_map *map;
};

static struct mapping_key mapping_key_of(const struct frpc_mapping *mapping)
{
	return (struct mapping_key){
		.kind = mapping->kind,
		.is_named = mapping->is_named,
		.name = mapping->kind == FRPC_MAPPING_HANDLE ? mapping->fd : mapping->dsp_addr,
		.fd = mapping->fd,
		.map = mapping->map,
	};
}

static int mapping_key_compare(const struct mapping_key *a, const struct mapping_key *b)
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

static bool mapping_is_before(struct rb_node *a, const struct rb_node *b)
{
	const struct mapping_key x = mapping_key_of(rb_entry(a, struct frpc_mapping, node));
	const struct mapping_key y = mapping_key_of(rb_entry(b, struct frpc_mapping, node));

	return mapping_key_compare(&x, &y) < 0;
}

/* The first mapping that does not come before @key.  client->mappings_lock held. */
static struct frpc_mapping *mappings_first_from(struct frpc_client *client,
						const struct mapping_key *key)
{
	struct rb_node *node = client->mappings.rb_node;
	struct frpc_mapping *found = NULL;

	lockdep_assert_held(&client->mappings_lock);

	while (node) {
		struct frpc_mapping *mapping = rb_entry(node, struct frpc_mapping, node);
		const struct mapping_key its = mapping_key_of(mapping);

		if (mapping_key_compare(&its, key) < 0) {
			node = node->rb_right;
		} else {
			found = mapping;
			node = node->rb_left;
		}
	}
	return found;
}

/* The mapping is on no list, and the DSP does not use the memory. */
static void mapping_free(struct frpc_mapping *mapping)
{
	if (mapping->buffer)
		frpc_buffer_free(mapping->buffer);
	if (mapping->map)
		frpc_map_put(mapping->map);
	kfree(mapping);
}

static struct frpc_mapping *mapping_alloc(struct frpc_client *client, enum frpc_mapping_kind kind)
{
	struct frpc_mapping *mapping;
	int ret;

	ret = client_account_mapping(client);
	if (ret)
		return ERR_PTR(ret);
	mapping = kzalloc_obj(*mapping, GFP_KERNEL_ACCOUNT);
	if (!mapping) {
		client_unaccount_mapping(client);
		return ERR_PTR(-ENOMEM);
	}
	mapping->kind = kind;
	mapping->fd = -1;
	return mapping;
}

/**
 * frpc_mapping_create() - make a mapping of the kernel's memory
 * @client: that will have it
 * @kind: its purpose
 * @len: bytes, whole pages
 *
 * May sleep.
 *
 * Return: the mapping, to be inserted or destroyed; ERR_PTR(): -ENOMEM, also: the client has
 * as many mappings as it may; -EPIPE.
 */
struct frpc_mapping *frpc_mapping_create(struct frpc_client *client, enum frpc_mapping_kind kind,
					 size_t len)
{
	struct frpc_mapping *mapping = mapping_alloc(client, kind);
	struct frpc_buffer *buffer;

	if (IS_ERR(mapping))
		return mapping;
	buffer = frpc_buffer_alloc(client->session, len);
	if (IS_ERR(buffer)) {
		frpc_mapping_destroy(client, mapping);
		return ERR_CAST(buffer);
	}
	mapping->buffer = buffer;
	mapping->iova = buffer->iova;
	mapping->len = len;
	return mapping;
}

/**
 * frpc_mapping_create_dmabuf() - make a mapping of a dma-buf
 * @client: that will have it
 * @fd: names the dma-buf, for the caller and for the DSP
 * @len: bytes of it
 *
 * May sleep.
 *
 * Return: the mapping, to be inserted or destroyed; ERR_PTR(): -EINVAL the buffer has fewer
 * bytes; errors of frpc_map_get(); -ENOMEM, also: the client has as many mappings as
 * it may.
 */
struct frpc_mapping *frpc_mapping_create_dmabuf(struct frpc_client *client, int fd, u64 len)
{
	struct frpc_mapping *mapping = mapping_alloc(client, FRPC_MAPPING_DMABUF);
	struct frpc_map *map;
	int ret;

	if (IS_ERR(mapping))
		return mapping;
	map = frpc_map_get(client->session, fd);
	ret = PTR_ERR_OR_ZERO(map);
	if (ret)
		goto err_destroy_mapping;
	mapping->map = map;
	mapping->fd = fd;
	mapping->iova = map->iova;
	ret = -EINVAL;
	if (!len || len > map->len)
		goto err_destroy_mapping;
	if (map->is_synced) {
		ret = frpc_map_sync(client->session, map->iova, len, DMA_TO_DEVICE);
		if (ret)
			goto err_destroy_mapping;
	}
	mapping->len = DSP_PAGE_ALIGN(len);
	return mapping;

err_destroy_mapping:
	frpc_mapping_destroy(client, mapping);
	return ERR_PTR(ret);
}

/* The DSP has the memory, or may have it. */
void frpc_mapping_insert(struct frpc_client *client, struct frpc_mapping *mapping)
{
	/* it has memory, and one kind of it */
	WARN_ON_ONCE(!mapping->len || !mapping->buffer == !mapping->map);
	spin_lock(&client->mappings_lock);
	rb_add(&mapping->node, &client->mappings, mapping_is_before);
	spin_unlock(&client->mappings_lock);
}

/* The DSP does not have the memory, or no longer.  May sleep. */
void frpc_mapping_destroy(struct frpc_client *client, struct frpc_mapping *mapping)
{
	client_unaccount_mapping(client);
	mapping_free(mapping);
}

/**
 * frpc_mapping_settle_map() - insert or destroy a mapping after the request that offers it
 * @client: that has it
 * @mapping: neither inserted nor destroyed yet
 * @outcome: of the request
 * @dsp_addr: the DSP's address of it, if the outcome is FRPC_DONE
 *
 * May sleep.
 */
void frpc_mapping_settle_map(struct frpc_client *client, struct frpc_mapping *mapping,
			     enum frpc_outcome outcome, u64 dsp_addr)
{
	WARN_ON_ONCE(mapping->is_named);
	switch (outcome) {
	case FRPC_NOT_SENT:
	case FRPC_REFUSED:
		frpc_mapping_destroy(client, mapping);
		return;
	case FRPC_DONE:
		mapping->is_named = true;
		mapping->dsp_addr = dsp_addr;
		break;
	case FRPC_UNANSWERED:
		/* without an address the client cannot ask the DSP to return it */
		break;
	}
	frpc_mapping_insert(client, mapping);
}

/**
 * frpc_mapping_settle_unmap() - insert or destroy a mapping after the request to return it
 * @client: that has it
 * @mapping: from frpc_mapping_remove()
 * @outcome: of the request
 *
 * May sleep.
 */
void frpc_mapping_settle_unmap(struct frpc_client *client, struct frpc_mapping *mapping,
			       enum frpc_outcome outcome)
{
	WARN_ON_ONCE(!mapping->is_named);
	if (outcome == FRPC_DONE)
		frpc_mapping_destroy(client, mapping);
	else
		frpc_mapping_insert(client, mapping);
}

/* How a request describes a mapping to the DSP. */
struct frpc_page frpc_mapping_page(const struct frpc_client *client,
				   const struct frpc_mapping *mapping)
{
	return (struct frpc_page){
		.addr = mapping->iova + frpc_session_bits(client->session),
		.len = mapping->len,
	};
}

/**
 * frpc_mapping_remove() - find a mapping and take it out of the client's tree
 * @client: that has it
 * @kind: of the mapping
 * @fd: its descriptor; negative: any
 * @dsp_addr: the DSP's address of it
 *
 * No other thread finds it until frpc_mapping_insert().
 *
 * Return: the mapping, to be inserted or destroyed; NULL: there is no such mapping.
 */
struct frpc_mapping *frpc_mapping_remove(struct frpc_client *client, enum frpc_mapping_kind kind,
					 int fd, u64 dsp_addr)
{
	const struct mapping_key key = { .kind = kind, .is_named = true, .name = dsp_addr,
				     .fd = fd < 0 ? INT_MIN : fd };
	struct frpc_mapping *mapping;

	spin_lock(&client->mappings_lock);
	mapping = mappings_first_from(client, &key);
	if (mapping && (mapping->kind != kind || mapping->dsp_addr != dsp_addr ||
			!mapping->is_named || (fd >= 0 && mapping->fd != fd)))
		mapping = NULL;
	if (mapping)
		rb_erase(&mapping->node, &client->mappings);
	spin_unlock(&client->mappings_lock);
	return mapping;
}

/* --- handles ---------------------------------------------------------------- */

/* client->mappings_lock held.  @map: NULL: any. */
static struct frpc_mapping *mappings_find_handle(struct frpc_client *client, int fd,
						 const struct frpc_map *map)
{
	const struct mapping_key key = { .kind = FRPC_MAPPING_HANDLE, .is_named = true, .name = fd,
				     .fd = fd, .map = map };
	struct frpc_mapping *mapping;

	lockdep_assert_held(&client->mappings_lock);

	mapping = mappings_first_from(client, &key);
	if (!mapping || mapping->kind != FRPC_MAPPING_HANDLE || mapping->fd != fd ||
	    (map && mapping->map != map))
		return NULL;
	return mapping;
}

/* The handle goes to the DSP again.  False: it has no mapping, or was sent too often. */
static bool mapping_count_again(struct frpc_client *client, int fd, const struct frpc_map *map)
{
	struct frpc_mapping *mapping;
	bool is_counted;

	spin_lock(&client->mappings_lock);
	mapping = mappings_find_handle(client, fd, map);
	is_counted = mapping && mapping->times < U32_MAX;
	if (is_counted)
		mapping->times++;
	spin_unlock(&client->mappings_lock);
	return is_counted;
}

/**
 * frpc_mapping_add_handle() - make a mapping of a handle that goes to the DSP in a call
 * @client: that calls
 * @fd: names the dma-buf, also for the DSP
 * @map: of the dma-buf, used by the caller
 *
 * The DSP has it until its answers have named @fd as often as calls have.
 * May sleep.
 *
 * Return: 0, -ENOMEM.
 */
int frpc_mapping_add_handle(struct frpc_client *client, int fd, struct frpc_map *map)
{
	struct frpc_mapping *mapping;

	if (mapping_count_again(client, fd, map))
		return 0;
	mapping = mapping_alloc(client, FRPC_MAPPING_HANDLE);
	if (IS_ERR(mapping))
		return PTR_ERR(mapping);
	frpc_map_use(map);
	mapping->map = map;
	mapping->fd = fd;
	mapping->len = DSP_PAGE_ALIGN(map->len);
	mapping->is_named = true;
	mapping->times = 1;
	frpc_mapping_insert(client, mapping);
	WRITE_ONCE(client->has_handles, true);
	return 0;
}

/**
 * frpc_mapping_return_handle() - the DSP returns a handle
 * @client: that has the mapping
 * @fd: its descriptor; not trusted, there may be no such mapping
 * @map: of the dma-buf; NULL: not known
 */
void frpc_mapping_return_handle(struct frpc_client *client, int fd, const struct frpc_map *map)
{
	struct frpc_mapping *mapping;

	spin_lock(&client->mappings_lock);
	mapping = mappings_find_handle(client, fd, map);
	WARN_ON_ONCE(mapping && !mapping->times);
	if (mapping && --mapping->times)
		mapping = NULL;
	if (mapping)
		rb_erase(&mapping->node, &client->mappings);
	spin_unlock(&client->mappings_lock);
	if (mapping)
		frpc_mapping_destroy(client, mapping);
}

/* Bytes of the handle @fd; 0: there is no such handle. */
size_t frpc_mapping_handle_len(struct frpc_client *client, int fd)
{
	struct frpc_mapping *mapping;
	size_t len;

	spin_lock(&client->mappings_lock);
	mapping = mappings_find_handle(client, fd, NULL);
	len = mapping ? mapping->len : 0;
	spin_unlock(&client->mappings_lock);
	return len;
}

/* --- the end of a client, or of a session ------------------------------------ */

static void mappings_free_list(struct list_head *mappings)
{
	struct frpc_mapping *mapping, *next;

	list_for_each_entry_safe(mapping, next, mappings, entry)
		mapping_free(mapping);
}

/* A client ends and has no other user: moves its mappings to the session. */
void frpc_mappings_leave(struct frpc_client *client)
{
	struct frpc_session *session = client->session;
	struct frpc_mapping *mapping, *next;
	LIST_HEAD(mappings);
	u32 count = 0;

	rbtree_postorder_for_each_entry_safe(mapping, next, &client->mappings, node) {
		list_add_tail(&mapping->entry, &mappings);
		count++;
	}
	/* none is being made or ended */
	WARN_ON_ONCE(count != client->nr_mappings);
	client->mappings = RB_ROOT;
	spin_lock_irq(&session->lock);
	list_splice_tail(&mappings, &session->left_mappings);
	spin_unlock_irq(&session->lock);
}

/* The DSP is done with what a client left, or can no longer reach it.  May sleep. */
void frpc_mappings_reclaim(struct frpc_session *session)
{
	LIST_HEAD(mappings);

	spin_lock_irq(&session->lock);
	list_splice_init(&session->left_mappings, &mappings);
	spin_unlock_irq(&session->lock);
	mappings_free_list(&mappings);
}
