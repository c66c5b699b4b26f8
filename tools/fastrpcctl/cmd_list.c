// SPDX-License-Identifier: GPL-2.0-only
/* list: the DSPs, their nodes, who has the memory, and how the audio PD is. */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "domain.h"
#include "fastrpcctl.h"
#include "heap.h"
#include "json.h"
#include "say.h"

static bool as_json;

static const struct option_entry options[] = {
	{ "json", 'j', .flag = &as_json, .help = "print JSON" },
	{ }
};

struct account {
	struct heap *heaps;
	size_t count;
	bool is_readable;
};

/* "up", "down", "unknown", "-", or NULL: this caller cannot see it */
static const char *pd_of(const struct account *account, const struct heap *heap)
{
	if (!account->is_readable)
		return NULL;
	return heap ? heap_figure(heap, "pd") : NULL;
}

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

/* Names out of the files alone: other sources would not allow static linking. */
static const char *user_name(uid_t uid)
{
	static char name[64];
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry;

	snprintf(name, sizeof(name), "%u", uid);
	while (file && (entry = fgetpwent(file)))
		if (entry->pw_uid == uid)
			snprintf(name, sizeof(name), "%s", entry->pw_name);
	if (file)
		fclose(file);
	return name;
}

static const char *group_name(gid_t gid)
{
	static char name[64];
	FILE *file = fopen("/etc/group", "re");
	const struct group *entry;

	snprintf(name, sizeof(name), "%u", gid);
	while (file && (entry = fgetgrent(file)))
		if (entry->gr_gid == gid)
			snprintf(name, sizeof(name), "%s", entry->gr_name);
	if (file)
		fclose(file);
	return name;
}

static void print_nodes(const struct domain *domain)
{
	const char *lead = "nodes";

	for (size_t i = 0; i < ARRAY_SIZE(domain->nodes); i++) {
		const struct domain_node *node = &domain->nodes[i];

		if (!node->is_there)
			continue;
		printf("  %-9s %s, mode %04o, of %s:%s%s\n", lead, node->path,
		       node->st.st_mode & 07777, user_name(node->st.st_uid),
		       group_name(node->st.st_gid),
		       node->is_secure ? ", for privileged clients" : "");
		lead = "";
	}
	if (*lead)
		printf("  %-9s none\n", lead);
}

static void print_heap(const struct account *account, const struct heap *heap)
{
	if (!account->is_readable) {
		printf("  %-9s not readable: \"fastrpcctl heap\" says why\n", "heap");
		return;
	}
	if (!heap) {
		printf("  %-9s none\n", "heap");
		return;
	}
	printf("  %-9s %s\n", "audio PD", or_dash(pd_of(account, heap)));
	for (size_t i = 0; i < heap->nr_pieces; i++)
		printf("  %-9s 0x%llx-0x%llx, %s\n", i ? "" : "heap", heap->pieces[i].first,
		       heap->pieces[i].last, heap_state_text(heap->pieces[i].state));
}

/* The module of both drivers is fastrpc; sysfs has other names. */
static const char *driver_words(const struct domain *domain)
{
	if (!domain->driver)
		return "-";
	return strcmp(domain->driver, DRIVER_OURS) ? "fastrpc, the one that Linux ships" :
						     "fastrpc, of this project";
}

static void print_domain(const struct domain *domain, const struct account *account)
{
	printf("%s\n", domain->label);
	if (domain->rproc)
		printf("  %-9s %s \"%s\", %s, firmware %s\n", "DSP", domain->rproc,
		       or_dash(domain->rproc_name), or_dash(domain->rproc_state),
		       or_dash(domain->firmware));
	else
		printf("  %-9s no remote processor is known for it\n", "DSP");
	printf("  %-9s %s, %s\n", "mode", domain_mode_name(domain), domain_mode_text(domain));
	printf("  %-9s %s\n", "driver", driver_words(domain));
	print_nodes(domain);
	printf("  %-9s %u context banks, %u bound to the driver\n", "sessions", domain->banks,
	       domain->banks_bound);
	print_heap(account, heap_of(account->heaps, account->count, domain->rproc));
}

static void json_nodes(const struct domain *domain)
{
	json_array("nodes");
	for (size_t i = 0; i < ARRAY_SIZE(domain->nodes); i++) {
		if (!domain->nodes[i].is_there)
			continue;
		json_object(NULL);
		json_text("path", domain->nodes[i].path);
		json_bool("secure", domain->nodes[i].is_secure);
		json_number("mode", domain->nodes[i].st.st_mode & 07777);
		json_number("uid", domain->nodes[i].st.st_uid);
		json_number("gid", domain->nodes[i].st.st_gid);
		json_end();
	}
	json_end();
}

static void json_domain(const struct domain *domain, const struct account *account)
{
	const struct heap *heap = heap_of(account->heaps, account->count, domain->rproc);

	json_object(NULL);
	json_text("label", domain->label);
	json_text("remoteproc", domain->rproc);
	json_text("state", domain->rproc_state);
	json_text("firmware", domain->firmware);
	json_text("mode", domain_mode_name(domain));
	json_text("driver", domain->driver);
	json_number("banks", domain->banks);
	json_number("banks_bound", domain->banks_bound);
	json_nodes(domain);
	json_text("audio_pd", pd_of(account, heap));
	json_text("heap", heap && heap->nr_pieces ? heap->pieces[0].state : NULL);
	json_end();
}

static int run(char **words)
{
	struct account account = { };
	unsigned long lost;
	struct domain *domains;
	size_t count;
	int status;

	status = domains_find(words, &domains, &count);
	if (status)
		return status;
	account.is_readable = !heaps_read(&account.heaps, &account.count, &lost, true);
	if (as_json)
		json_array(NULL);
	for (size_t i = 0; i < count; i++) {
		if (as_json)
			json_domain(&domains[i], &account);
		else
			print_domain(&domains[i], &account);
	}
	if (as_json)
		json_end();
	return STATUS_GOOD;
}

const struct command command_list = {
	.name = "list", .words = " [DSP...]", .options = options, .run = run,
	.help = "the DSPs, their nodes and sessions, EL1 or EL2, audio PD and heap",
};
