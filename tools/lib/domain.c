// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "file.h"
#include "say.h"

#define RPROC_CLASS	"/sys/class/remoteproc"
#define DT_ROOT		"/sys/firmware/devicetree/base"

struct list {
	struct domain *domains;
	size_t count;
	enum domain_mode mode;	/* of those without an IOMMU */
};

bool node_is_compatible(const char *node, const char *end)
{
	char *path = must_print("%s/compatible", node), *words;
	bool found = false;
	size_t len = 0;

	words = file_text(path, &len);
	free(path);
	for (const char *word = words; words && word < words + len; word += strlen(word) + 1) {
		size_t word_len = strlen(word), end_len = strlen(end);

		found |= word_len >= end_len && !strcmp(word + word_len - end_len, end);
	}
	free(words);
	return found;
}

bool node_has_fastrpc(const char *node)
{
	return node_is_compatible(node, "-fastrpc") || node_is_compatible(node, ",fastrpc");
}

/* A word of four bytes of a device tree. */
static unsigned int word_at(const char *bytes, size_t index)
{
	const unsigned char *at = (const unsigned char *)bytes + 4 * index;

	return (unsigned int)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

/*
 * Private interrupts in the node of the timer, which has four or five, of three or four
 * words.  A kernel takes the virtual one where it was started below a hypervisor, that of
 * EL2 where it runs at EL2, and the physical one where its CPU has made it go down to EL1.
 */
enum timer {
	TIMER_PHYSICAL = 1,
	TIMER_VIRTUAL = 2,
	TIMER_EL2 = 3,
	TIMERS,
};

/* 0: there is no such timer. */
static unsigned int timer_irq(enum timer timer)
{
	size_t len = 0, words, each;
	unsigned int irq = 0;
	char *bytes = file_bytes(DT_ROOT "/timer/interrupts", &len);

	if (!bytes)
		bytes = file_bytes(DT_ROOT "/soc@0/timer/interrupts", &len);
	words = len / 4;
	each = words == 12 || words == 15 ? 3 : 4;
	if (bytes && words >= TIMERS * each)
		irq = word_at(bytes, timer * each + 1) + 16;
	free(bytes);
	return irq;
}

/* "11: 2093 1874 GICv3 26 Level arch_timer": the number behind the controller's name; 0: none. */
static unsigned int taken_irq(const char *line)
{
	const char *kind = strstr(line, " Level ");
	const char *digits = kind;

	if (!kind || !strstr(kind, "arch_timer"))
		return 0;
	while (digits > line && digits[-1] >= '0' && digits[-1] <= '9')
		digits--;
	return strtoul(digits, NULL, 10);
}

enum linux_level linux_level(void)
{
	char *text = file_text("/proc/interrupts", NULL), *rest = text, *line;
	unsigned int irq = 0;

	while (!irq && rest && (line = strsep(&rest, "\n")))
		irq = taken_irq(line);
	free(text);
	if (!irq)
		return LEVEL_UNKNOWN;
	if (irq == timer_irq(TIMER_EL2) || irq == timer_irq(TIMER_PHYSICAL))
		return LEVEL_EL2;
	return irq == timer_irq(TIMER_VIRTUAL) ? LEVEL_EL1 : LEVEL_UNKNOWN;
}

static struct domain *find_of_node(struct list *list, const char *of_node)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->domains[i].of_node, of_node))
			return &list->domains[i];
	return NULL;
}

static unsigned int nsessions(const char *bank)
{
	char *path = must_print("%s/qcom,nsessions", bank);
	size_t len = 0;
	char *bytes = file_bytes(path, &len);
	unsigned int count = bytes && len == 4 ? word_at(bytes, 0) : 1;

	free(path);
	free(bytes);
	return count;
}

static void count_bank(const char *path, void *arg)
{
	struct domain *domain = arg;

	if (!node_is_compatible(path, "fastrpc-compute-cb"))
		return;
	domain->banks++;
	domain->sessions += nsessions(path);
}

static void set_node(struct domain_node *node, const char *label, const char *suffix)
{
	node->path = must_print("/dev/fastrpc-%s%s", label, suffix);
	node->is_there = file_stat(node->path, &node->st);
	node->is_secure = *suffix;
}

/* A node of the device tree that describes a DSP's FastRPC; its place is @of_node's. */
static struct domain *add(struct list *list, const char *of_node)
{
	char *label = file_textf("%s/label", of_node);
	struct domain *domain;

	if (!label)
		return NULL;
	list->domains = must_grow(list->domains, (list->count + 1) * sizeof(*list->domains));
	domain = &list->domains[list->count++];
	memset(domain, 0, sizeof(*domain));
	domain->label = label;
	domain->of_node = must_print("%s", of_node);
	domain->mode = list->mode;
	file_for_each(must_print("%s/*", of_node), count_bank, domain);
	set_node(&domain->nodes[0], label, "");
	set_node(&domain->nodes[1], label, "-secure");
	return domain;
}

struct rproc_place {
	struct list *list;
	const char *dir;
};

static void add_of_rproc(const char *path, void *arg)
{
	struct rproc_place *place = arg;
	char *of_node = node_has_fastrpc(path) ? file_realf("%s", path) : NULL;
	struct domain *domain = of_node ? add(place->list, of_node) : NULL;

	free(of_node);
	if (!domain)
		return;
	domain->rproc = must_print("%s", strrchr(place->dir, '/') + 1);
	domain->rproc_name = file_textf("%s/name", place->dir);
	domain->rproc_state = file_textf("%s/state", place->dir);
	domain->firmware = file_textf("%s/firmware", place->dir);
	if (file_existsf("%s/device/iommu_group", place->dir))
		domain->mode = MODE_LINUX;
}

/* Below a remote processor's node is that of its edge, and below that FastRPC's. */
static void visit_rproc(const char *dir, void *arg)
{
	struct rproc_place place = { .list = arg, .dir = dir };

	file_for_each(must_print("%s/device/of_node/*/*", dir), add_of_rproc, &place);
}

/* @path: .../CHANNEL/BANK/driver, of a device that has one */
static void count_bound(const char *path, void *arg)
{
	struct domain *domain = arg;
	char *of_node = must_print("%.*s/of_node", (int)(strrchr(path, '/') - path), path);

	domain->banks_bound += node_is_compatible(of_node, "fastrpc-compute-cb");
	free(of_node);
}

static void visit_device(const char *path, void *arg)
{
	char *of_node = file_realf("%s/of_node", path);
	struct domain *domain;

	if (!of_node)
		return;
	domain = find_of_node(arg, of_node);
	if (!domain && node_has_fastrpc(of_node))
		domain = add(arg, of_node);
	free(of_node);
	if (!domain)
		return;
	domain->device = file_realf("%s", path);
	domain->driver = file_real_namef("%s/driver", path);
	file_for_each(must_print("%s/*/driver", domain->device), count_bound, domain);
}

static bool is_wanted(char **labels, const struct domain *domain)
{
	if (!*labels)
		return true;
	for (; *labels; labels++)
		if (!strcmp(*labels, domain->label))
			return true;
	return false;
}

static bool has_label(const struct list *list, const char *label)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->domains[i].label, label))
			return true;
	return false;
}

static int check_labels(char **labels, const struct list *list)
{
	int status = STATUS_GOOD;

	for (; *labels; labels++) {
		if (has_label(list, *labels))
			continue;
		complain("there is no DSP \"%s\"; there are:", *labels);
		for (size_t i = 0; i < list->count; i++)
			fprintf(stderr, "  %s\n", list->domains[i].label);
		status = STATUS_NOTHING;
	}
	return status;
}

static void find_all(struct list *list)
{
	static const enum domain_mode modes[] = {
		[LEVEL_UNKNOWN] = MODE_UNKNOWN, [LEVEL_EL1] = MODE_HYPERVISOR,
		[LEVEL_EL2] = MODE_OPEN,
	};

	list->mode = modes[linux_level()];
	file_for_each(must_print(RPROC_CLASS "/*"), visit_rproc, list);
	file_for_each(must_print("/sys/bus/rpmsg/devices/*"), visit_device, list);
}

bool domains_all(struct domain **domains, size_t *count)
{
	struct list list = { };

	find_all(&list);
	*domains = list.domains;
	*count = list.count;
	return list.count;
}

int domains_find(char **labels, struct domain **domains, size_t *count)
{
	struct list list = { };
	int status;

	find_all(&list);
	if (!list.count) {
		complain("no DSP with FastRPC in the device tree of this machine, or no driver\n"
			 "of remote processors for it: look at " RPROC_CLASS);
		return STATUS_NOTHING;
	}
	status = check_labels(labels, &list);
	*count = 0;
	for (size_t i = 0; i < list.count; i++)
		if (is_wanted(labels, &list.domains[i]))
			list.domains[(*count)++] = list.domains[i];
	*domains = list.domains;
	return status;
}

const char *domain_mode_name(const struct domain *domain)
{
	static const char *const names[] = {
		[MODE_LINUX] = "EL2", [MODE_HYPERVISOR] = "EL1", [MODE_OPEN] = "open",
		[MODE_UNKNOWN] = "unknown",
	};

	return names[domain->mode];
}

const char *domain_mode_text(const struct domain *domain)
{
	static const char *const texts[] = {
		[MODE_LINUX] = "no hypervisor: Linux owns the SMMU stream of the DSP",
		[MODE_HYPERVISOR] = "a hypervisor owns the memory of the DSP (SCM calls)",
		[MODE_OPEN] = "Linux is at EL2, and has no IOMMU in front of the DSP",
		[MODE_UNKNOWN] = "whether a hypervisor is below Linux is not known",
	};

	return texts[domain->mode];
}

char *driver_version(void)
{
	char *version, *text;

	if (!file_existsf("/sys/module/fastrpc"))
		return NULL;
	version = file_textf("/sys/module/fastrpc/version");
	text = version ? must_print("fastrpc %s", version) :
			 must_print("fastrpc of the kernel, without a version");
	free(version);
	return text;
}

const struct domain_node *domain_best_node(const struct domain *domain)
{
	return domain->nodes[0].is_there || !domain->nodes[1].is_there ? &domain->nodes[0] :
									 &domain->nodes[1];
}

static void say_why_no_node(const struct domain *domain)
{
	if (domain->rproc_state && strcmp(domain->rproc_state, "running") &&
	    strcmp(domain->rproc_state, "attached"))
		complain("%s: its remote processor is %s, so there is no %s: start it with\n"
			 "  echo start > " RPROC_CLASS "/%s/state", domain->label,
			 domain->rproc_state, domain->nodes[0].path, domain->rproc);
	else if (!file_existsf("/sys/module/fastrpc"))
		complain("%s: no driver is loaded, so there is no %s: modprobe fastrpc",
			 domain->label, domain->nodes[0].path);
	else
		complain("%s: there is no %s; the kernel log (dmesg) says why the driver\n"
			 "did not take the DSP", domain->label, domain->nodes[0].path);
}

int domain_open(const struct domain *domain)
{
	const struct domain_node *node = domain_best_node(domain);
	int fd;

	if (!node->is_there) {
		say_why_no_node(domain);
		return -1;
	}
	fd = open(node->path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		complain("%s: %s", node->path, domain_error_text(errno));
	return fd;
}

const char *domain_error_text(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return "not permitted: run this as root, or as a member of the node's group";
	case EBUSY:
		return "busy: every session of this DSP is in use; end one of the\n"
		       "programs that have the node open";
	case EPIPE:
		return "the DSP has gone: it crashed or was stopped, or the driver was unbound";
	case ETIMEDOUT:
		return "the DSP did not answer within 10 s; the kernel log (dmesg) may say more";
	case EOPNOTSUPP:
		return "the firmware of this DSP does not support it";
	case ENOTTY:
		return "this driver does not know the request";
	default:
		return strerror(error);
	}
}
