// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "file.h"
#include "klog.h"
#include "say.h"

#define DT_ROOT		"/sys/firmware/devicetree/base"

static void (*const looks_at_dsp[])(struct doctor *doctor, const struct domain *domain) = {
	doctor_look_at_start, doctor_look_at_stream, doctor_look_at_driver, doctor_look_at_heap,
	doctor_look_at_crashes, doctor_look_at_rights, doctor_look_at_sessions,
	doctor_look_at_shells,
};

static void (*const looks_at_machine[])(struct doctor *doctor) = {
	doctor_look_at_dma_heap, doctor_look_at_skeletons, doctor_look_at_daemons,
};

void doctor_found(struct doctor *doctor, const char *id, const char *dsp)
{
	size_t size = (doctor->nr_findings + 1) * sizeof(*doctor->findings);

	doctor->findings = must_grow(doctor->findings, size);
	doctor->findings[doctor->nr_findings++] = (struct finding){ .id = id, .dsp = dsp };
}

void doctor_text(struct doctor *doctor, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	doctor->findings[doctor->nr_findings - 1].text = must_print_list(fmt, ap);
	va_end(ap);
}

void doctor_cure(struct doctor *doctor, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	doctor->findings[doctor->nr_findings - 1].cure = must_print_list(fmt, ap);
	va_end(ap);
}

bool doctor_has_found(const struct doctor *doctor, const char *id)
{
	for (size_t i = 0; i < doctor->nr_findings; i++)
		if (!strcmp(doctor->findings[i].id, id))
			return true;
	return false;
}

static const struct domain *domain_of_node(const struct doctor *doctor, const char *of_node)
{
	for (size_t i = 0; i < doctor->nr_domains; i++)
		if (!strcmp(doctor->domains[i].of_node, of_node))
			return &doctor->domains[i];
	return NULL;
}

static bool is_enabled(const char *of_node)
{
	char *status = file_textf("%s/status", of_node);
	bool enabled = !status || !strcmp(status, "okay") || !strcmp(status, "ok");

	free(status);
	return enabled;
}

static void found_no_label(struct doctor *doctor, const char *path)
{
	doctor_found(doctor, "no-label", NULL);
	doctor_text(doctor, "%s in the device tree has no label: the driver cannot name the DSP, and does not take it",
		    strstr(path, "/base") + strlen("/base"));
	doctor_cure(doctor, "boot with a device tree that has label = \"adsp\" (or \"cdsp\" and so on) in this node");
}

static void found_no_remoteproc(struct doctor *doctor, const char *label)
{
	doctor_found(doctor, "no-remoteproc", label);
	doctor_text(doctor, "the device tree has this DSP, and no remote processor is there for it: the driver that starts DSPs is missing");
	doctor_cure(doctor, "modprobe qcom_q6v5_pas.  Where the kernel has no such module, use Linux 7 with CONFIG_QCOM_Q6V5_PAS");
}

/* @path: .../remoteproc@N/EDGE/fastrpc, of the device tree */
static void find_unstarted(const char *path, void *arg)
{
	char *remoteproc = must_print("%s/../..", path);
	char *label = file_textf("%s/label", path);
	bool is_used = node_has_fastrpc(path) && is_enabled(path) && is_enabled(remoteproc);

	if (is_used && !label)
		found_no_label(arg, path);
	else if (is_used && !domain_of_node(arg, path))
		found_no_remoteproc(arg, label);
	free(remoteproc);
}

/* The DSPs that FastRPC is for, by what their remote processors are called. */
static bool is_called_dsp(const char *name)
{
	static const char *const names[] = { "adsp", "cdsp", "gpdsp" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

/* @path: two levels below a remote processor's node */
static void find_fastrpc(const char *path, void *found)
{
	*(bool *)found |= node_has_fastrpc(path);
}

static bool has_fastrpc(const char *rproc_dir)
{
	bool found = false;

	file_for_each(must_print("%s/device/of_node/*/*", rproc_dir), find_fastrpc, &found);
	return found;
}

/* @path: a remote processor's directory */
static void find_unnamed(const char *path, void *arg)
{
	char *name = file_textf("%s/name", path);
	const char *rproc = strrchr(path, '/') + 1;
	struct doctor *doctor = arg;

	if (!name || !is_called_dsp(name) || has_fastrpc(path))
		return;
	doctor_found(doctor, "no-fastrpc-node", name);
	doctor_text(doctor, "%s has no node \"qcom,fastrpc\" below it in the device tree: no program can call this DSP",
		    rproc);
	doctor_cure(doctor, "boot with a device tree that has the node, in the glink-edge (or smd-edge) of this DSP.  \"fastrpcctl check-dt FILE.dtb\" tells what a tree has");
}

/* Where the caller did not say it: sudo's user is the one who is to use the DSP. */
static const char *default_user(void)
{
	return file_has_root() ? NULL : getenv("SUDO_USER");
}

bool doctor_look(struct doctor *doctor)
{
	if (!doctor->user)
		doctor->user = default_user();
	domains_all(&doctor->domains, &doctor->nr_domains);
	doctor->level = linux_level();
	doctor->release = file_text("/proc/sys/kernel/osrelease", NULL);
	doctor->log = klog_read();
	file_for_each(must_print(DT_ROOT "/*/*/fastrpc"), find_unstarted, doctor);
	file_for_each(must_print(DT_ROOT "/*/*/*/fastrpc"), find_unstarted, doctor);
	file_for_each(must_print("/sys/class/remoteproc/*"), find_unnamed, doctor);
	for (size_t i = 0; i < doctor->nr_domains; i++)
		for (size_t j = 0; j < ARRAY_SIZE(looks_at_dsp); j++)
			looks_at_dsp[j](doctor, &doctor->domains[i]);
	for (size_t i = 0; doctor->nr_domains && i < ARRAY_SIZE(looks_at_machine); i++)
		looks_at_machine[i](doctor);
	return doctor->nr_domains || doctor->nr_findings;
}
