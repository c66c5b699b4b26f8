// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands between the driver and the DSP, as the kernel tells: a step for each
 * layer of its Qualcomm stack.  On a board with an edge of the dsp module's own there
 * is one step, which says so.
 */
#include <dirent.h>
#include <linux/qrtr.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init.h"

#define DRIVERS		"/sys/bus/platform/drivers"
#define RPMSG_DEVICES	"/sys/bus/rpmsg/devices"
#define RPROC_CLASS	"/sys/class/remoteproc"
#define LOOKUP_MS	5000
#define SSCTL		43	/* the service that each DSP has */

bool stack_is_there(void)
{
	return !access("/sys/firmware/devicetree/base/reserved-memory/smem@5a000000", F_OK);
}

/* What does not fit is left out. */
static void add_name(char *names, size_t len, const char *name)
{
	size_t used = strlen(names);

	if (used + strlen(name) + 3 <= len)
		sprintf(names + used, "%s%s", used ? ", " : "", name);
}

/* Names of devices that @driver has bound to, behind each other. */
static void bound_to(const char *driver, char *names, size_t len)
{
	char path[128];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), DRIVERS "/%s", driver);
	dir = opendir(path);
	names[0] = '\0';
	while (dir && (entry = readdir(dir))) {
		if (entry->d_type == DT_LNK && strcmp(entry->d_name, "module"))
			add_name(names, len, entry->d_name);
	}
	if (dir)
		closedir(dir);
}

static void show_driver(const char *what, const char *driver)
{
	char names[256];

	bound_to(driver, names, sizeof(names));
	report("step", "%s: %s", what, *names ? names : "(no device is bound)");
}

static void read_line(const char *rproc, const char *file, char *line, size_t len)
{
	char path[320];
	FILE *f;

	snprintf(path, sizeof(path), RPROC_CLASS "/%s/%s", rproc, file);
	f = fopen(path, "r");
	if (!f || !fgets(line, len, f))
		line[0] = '\0';
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
}

static void show_remoteprocs(void)
{
	DIR *dir = opendir(RPROC_CLASS);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char name[32], state[32], firmware[64], compatible[64];

		if (entry->d_name[0] == '.')
			continue;
		read_line(entry->d_name, "name", name, sizeof(name));
		read_line(entry->d_name, "state", state, sizeof(state));
		read_line(entry->d_name, "firmware", firmware, sizeof(firmware));
		read_line(entry->d_name, "device/of_node/compatible", compatible,
			  sizeof(compatible));
		report("step", "PAS: remoteproc %s (%s) has loaded %s and is %s", name,
		       compatible, firmware, state);
	}
	if (dir)
		closedir(dir);
}

static void show_channels(void)
{
	DIR *dir = opendir(RPMSG_DEVICES);
	struct dirent *entry;
	char names[512] = "";

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			add_name(names, sizeof(names), entry->d_name);
	}
	if (dir)
		closedir(dir);
	report("step", "GLINK channels: %s", *names ? names : "(none)");
}

static const char *service_name(uint32_t service)
{
	switch (service) {
	case SSCTL:	return "SSCTL";
	case 64:	return "service locator";
	case 66:	return "service notifier";
	default:	return NULL;
	}
}

/*
 * The next service that the name server tells of, those that appear later included.
 * 0: none came in time.
 */
static int take_service(int fd, char *names, size_t len, unsigned int *sysmons)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	struct qrtr_ctrl_pkt pkt;
	char text[96];
	const char *name;

	if (poll(&ready, 1, LOOKUP_MS) <= 0 || recv(fd, &pkt, sizeof(pkt), 0) != sizeof(pkt))
		return 0;
	if (pkt.cmd != QRTR_TYPE_NEW_SERVER)
		return 1;
	if (pkt.server.service == SSCTL)
		++*sysmons;
	name = service_name(pkt.server.service);
	snprintf(text, sizeof(text), "%s (instance 0x%x) at node %u", name ? name : "?",
		 pkt.server.instance, pkt.server.node);
	if (name)
		add_name(names, len, text);
	return 1;
}

static void find_services(char *names, size_t size)
{
	struct qrtr_ctrl_pkt pkt = { .cmd = QRTR_TYPE_NEW_LOOKUP };
	struct sockaddr_qrtr addr = {};
	socklen_t len = sizeof(addr);
	unsigned int sysmons = 0;
	int fd = socket(AF_QIPCRTR, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && !getsockname(fd, (struct sockaddr *)&addr, &len)) {
		addr.sq_port = QRTR_PORT_CTRL;
		sendto(fd, &pkt, sizeof(pkt), 0, (struct sockaddr *)&addr, sizeof(addr));
		/* Each DSP announces its others first. */
		while (sysmons < machine_dsps() && take_service(fd, names, size, &sysmons))
			;
	}
	if (fd >= 0)
		close(fd);
}

void stack_show(void)
{
	char services[512] = "";

	if (!stack_is_there()) {
		report("step", "edge: the dsp module's own, in place of PAS, GLINK and QRTR");
		return;
	}
	show_driver("SMEM", "qcom-smem");
	show_driver("SMP2P", "qcom_smp2p");
	show_remoteprocs();
	/* What is announced last comes first: the channels are open by then. */
	find_services(services, sizeof(services));
	show_channels();
	report("step", "QRTR services: %s", *services ? services : "(none)");
}
