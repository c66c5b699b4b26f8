// SPDX-License-Identifier: GPL-2.0-only
/* caps: what a DSP says it can do. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <misc/fastrpc.h>

#include "domain.h"
#include "fastrpcctl.h"
#include "json.h"
#include "say.h"

#define MAX_ATTRIBUTES	256

static bool as_json, all;

static const struct option_entry options[] = {
	{ "all", 'a', .flag = &all, .help = "also attributes without a name, if they are not 0" },
	{ "json", 'j', .flag = &as_json, .help = "print JSON" },
	{ }
};

static const struct attribute {
	unsigned int id;
	const char *name, *help;
	bool is_hex;
} attributes[] = {
	{ 1, "unsigned_pd", "runs processes without a signature" },
	{ 2, "hvx_64b", "vector units of 64 bytes" },
	{ 3, "hvx_128b", "vector units of 128 bytes" },
	{ 4, "vtcm_page", "size of a page of tightly coupled memory" },
	{ 5, "vtcm_count", "pages of tightly coupled memory" },
	{ 6, "arch_ver", "architecture (0x68 is v68)", .is_hex = true },
	{ 7, "hmx_depth", "matrix unit: depth" },
	{ 8, "hmx_spatial", "matrix unit: spatial size" },
	{ 9, "async_fastrpc", "asynchronous calls" },
	{ 10, "status_notification", "tells of the state of processes" },
	{ 11, "mcid_multicast", "multicast of its caches" },
	{ 128, "perf_v2", "logs how long calls take" },
	{ 129, "map_dma_handle", "maps DMA handles by reverse calls" },
	{ 130, "dspsignal", "signals between DSP and host" },
	{ 131, "process_shared_buffer", "buffers shared by processes" },
};

static const struct attribute *find(unsigned int id)
{
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
		if (attributes[i].id == id)
			return &attributes[i];
	return NULL;
}

static void print_value(unsigned int id, unsigned int value)
{
	const struct attribute *known = find(id);

	if (!known && (!all || !value))
		return;
	if (known)
		printf(known->is_hex ? "  %3u  %-22s %#10x  %s\n" : "  %3u  %-22s %10u  %s\n",
		       id, known->name, value, known->help);
	else
		printf("  %3u  %-22s %10u\n", id, "", value);
}

static void json_value(unsigned int id, unsigned int value)
{
	const struct attribute *known = find(id);

	if (!known && (!all || !value))
		return;
	json_object(NULL);
	json_number("id", id);
	json_text("name", known ? known->name : NULL);
	json_number("value", value);
	json_end();
}

/* All attributes that the DSP has a say in; a negative error number, or a DSP's code. */
static long read_values(int fd, unsigned int *values)
{
	for (unsigned int id = 1; id < MAX_ATTRIBUTES; id++) {
		struct fastrpc_ioctl_capability request = { .attribute_id = id };
		long ret = ioctl(fd, FASTRPC_IOCTL_GET_DSP_INFO, &request);

		if (ret)
			return ret < 0 ? -errno : ret;
		values[id] = request.capability;
	}
	return 0;
}

static void show(const struct domain *domain, const unsigned int *values)
{
	if (as_json) {
		json_object(NULL);
		json_text("label", domain->label);
		json_array("attributes");
	} else {
		printf("%s\n", domain->label);
	}
	for (unsigned int id = 1; id < MAX_ATTRIBUTES; id++) {
		if (as_json)
			json_value(id, values[id]);
		else
			print_value(id, values[id]);
	}
	if (as_json) {
		json_end();
		json_end();
	}
}

static int show_domain(const struct domain *domain)
{
	unsigned int values[MAX_ATTRIBUTES] = { };
	int fd = domain_open(domain);
	long ret;

	if (fd < 0)
		return STATUS_NOTHING;
	ret = read_values(fd, values);
	close(fd);
	if (ret < 0)
		complain("%s: %s", domain->label, domain_error_text(-ret));
	else if (ret)
		complain("%s: the DSP answers with its error %#lx", domain->label, ret);
	else
		show(domain, values);
	return ret ? STATUS_FAILURE : STATUS_GOOD;
}

static int run(char **words)
{
	struct domain *domains;
	size_t count;
	int status;

	status = domains_find(words, &domains, &count);
	if (status)
		return status;
	return visit_domains(domains, count, as_json, show_domain);
}

const struct command command_caps = {
	.name = "caps", .words = " [DSP...]", .options = options, .run = run,
	.help = "what the DSPs say they can do (opens their nodes, asks once)",
};
