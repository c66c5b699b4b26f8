// SPDX-License-Identifier: GPL-2.0-only
/*
 * selftest: does the way to a DSP work?  For machines that are in use: it says first
 * what it will do, makes nothing on the DSP, and gives it no memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <misc/fastrpc.h>

#include "domain.h"
#include "fastrpcctl.h"
#include "json.h"
#include "say.h"

#define SHARED_SIZE	(1024u * 1024u)
#define ARCHITECTURE	6
#define NO_ATTRIBUTE	256
#define PROCESS_CONTROL	1

static bool as_json, only_say, may_attach;

static const struct option_entry options[] = {
	{ "attach", 'a', .flag = &may_attach,
	  .help = "also attach to the root process of the DSP, and leave it" },
	{ "dry-run", 'd', .flag = &only_say, .help = "only say what it would do" },
	{ "json", 'j', .flag = &as_json, .help = "print JSON" },
	{ }
};

/* What is wrong; NULL: nothing. */
static const char *error_text(long ret, const char *otherwise)
{
	return ret < 0 ? domain_error_text(errno) : otherwise;
}

static const char *get_info(int fd, const char *path)
{
	struct fastrpc_ioctl_capability request = { .attribute_id = ARCHITECTURE };
	long ret = ioctl(fd, FASTRPC_IOCTL_GET_DSP_INFO, &request);

	(void)path;
	if (ret)
		return error_text(ret, "the DSP answers with an error");
	return request.capability ? NULL : "the DSP does not know its own architecture";
}

/* Refused by the driver: the DSP hears nothing of it. */
static const char *ask_for_nothing(int fd, const char *path)
{
	struct fastrpc_ioctl_capability request = { .attribute_id = NO_ATTRIBUTE };
	struct fastrpc_invoke invoke = { .handle = PROCESS_CONTROL };
	long ret;

	(void)path;
	if (ioctl(fd, _IO('R', 99)) >= 0 || errno != ENOTTY)
		return "a request that does not exist is not refused with ENOTTY";
	if (ioctl(fd, FASTRPC_IOCTL_GET_DSP_INFO, &request) >= 0 || errno != EOVERFLOW)
		return "an attribute that does not exist is not refused with EOVERFLOW";
	ret = ioctl(fd, FASTRPC_IOCTL_INVOKE, &invoke);
	if (ret < 0 && errno == EBUSY)
		return domain_error_text(errno);
	if (ret >= 0 || errno != EPERM)
		return "a program may control processes of the DSP: this is not refused with EPERM";
	return NULL;
}

/* All of it zero at first, and then what was written. */
static const char *use_memory(unsigned char *bytes)
{
	for (size_t i = 0; i < SHARED_SIZE; i++)
		if (bytes[i])
			return "new memory is not zero";
	for (size_t i = 0; i < SHARED_SIZE; i++)
		bytes[i] = i ^ i >> 8;
	for (size_t i = 0; i < SHARED_SIZE; i++)
		if (bytes[i] != (unsigned char)(i ^ i >> 8))
			return "memory does not keep what is written to it";
	return NULL;
}

static const char *share_memory(int fd, const char *path)
{
	struct fastrpc_alloc_dma_buf request = { .size = SHARED_SIZE };
	const char *wrong;
	void *bytes;

	(void)path;
	if (ioctl(fd, FASTRPC_IOCTL_ALLOC_DMA_BUFF, &request))
		return domain_error_text(errno);
	bytes = mmap(NULL, SHARED_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, request.fd, 0);
	wrong = bytes == MAP_FAILED ? "a dma-buf of the DSP's cannot be mapped" : use_memory(bytes);
	if (bytes != MAP_FAILED)
		munmap(bytes, SHARED_SIZE);
	close(request.fd);
	return wrong;
}

/* Another program beside this one. */
static const char *open_again(int fd, const char *path)
{
	int second = open(path, O_RDWR | O_CLOEXEC);
	const char *wrong;

	(void)fd;
	if (second < 0)
		return domain_error_text(errno);
	wrong = get_info(second, path);
	close(second);
	return wrong;
}

static const char *attach(int fd, const char *path)
{
	long ret = ioctl(fd, FASTRPC_IOCTL_INIT_ATTACH);

	(void)path;
	return ret ? error_text(ret, "the DSP refuses") : NULL;
}

static const struct step {
	const char *name, *will;
	const char *(*run)(int fd, const char *path);	/* what is wrong */
	bool *only_if;
} steps[] = {
	{ "get-info", "ask the DSP for its architecture (GET_DSP_INFO, one call)", get_info },
	{ "refusals", "ask for three things that the driver refuses by itself", ask_for_nothing },
	{ "memory", "allocate 1 MiB, write and read it, free it (ALLOC_DMA_BUFF)", share_memory },
	{ "second-open", "open the node a second time", open_again },
	{ "attach", "attach to the root process (INIT_ATTACH), and leave it", attach, &may_attach },
};

static bool is_skipped(const struct step *step)
{
	return step->only_if && !*step->only_if;
}

static void announce(const struct domain *domains, size_t count)
{
	printf("on");
	for (size_t i = 0; i < count; i++)
		printf(" %s", domains[i].label);
	printf(" this will\n  open the device node, and take one of the DSP's sessions,\n");
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (!is_skipped(&steps[i]))
			printf("  %s,\n", steps[i].will);
	printf("  close it again.\nNo process is made on a DSP, and it is given no memory.\n\n");
	fflush(stdout);
}

static void tell(const struct domain *domain, const struct step *step, const char *wrong)
{
	if (!as_json) {
		printf("%-6s %s: %s%s%s\n", wrong ? "FAILED" : "ok", domain->label, step->name,
		       wrong ? ": " : "", wrong ? wrong : "");
		return;
	}
	json_object(NULL);
	json_text("dsp", domain->label);
	json_text("step", step->name);
	json_bool("ok", !wrong);
	json_text("wrong", wrong);
	json_end();
}

static int test(const struct domain *domain)
{
	int fd = domain_open(domain), status = STATUS_GOOD;

	if (fd < 0)
		return STATUS_NOTHING;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		const char *wrong;

		if (is_skipped(&steps[i]))
			continue;
		wrong = steps[i].run(fd, domain_best_node(domain)->path);
		tell(domain, &steps[i], wrong);
		if (wrong)
			status = STATUS_FAILURE;
	}
	close(fd);
	return status;
}

static int run(char **words)
{
	struct domain *domains;
	size_t count;
	int status;

	status = domains_find(words, &domains, &count);
	if (status)
		return status;
	if (!as_json)
		announce(domains, count);
	if (only_say)
		return STATUS_GOOD;
	return visit_domains(domains, count, as_json, test);
}

const struct command command_selftest = {
	.name = "selftest", .words = " [DSP...]", .options = options, .run = run,
	.help = "does the way to the DSPs work? says first what it will do",
};
