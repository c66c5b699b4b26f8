/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DSPs of this machine, as the device tree, the remote processors and the
 * driver show them.  A DSP that is off is one, too: its node in the device tree stays.
 */
#ifndef TOOLS_DOMAIN_H
#define TOOLS_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* Who opens the audio PD's heap to a DSP. */
enum domain_mode {
	MODE_LINUX,		/* EL2: the DSP's stream is behind an IOMMU of Linux' */
	MODE_HYPERVISOR,	/* EL1: by calls of the secure channel manager */
	MODE_OPEN,		/* no IOMMU or VM stands between the DSP and the memory */
	MODE_UNKNOWN,
};

/* Where the kernel was started: one that has gone down to EL1 by itself is below no hypervisor. */
enum linux_level {
	LEVEL_UNKNOWN,
	LEVEL_EL1,
	LEVEL_EL2,
};

struct domain_node {
	char *path;		/* in /dev, whether it is there or not */
	bool is_there;
	bool is_secure;
	struct stat st;
};

/**
 * struct domain - one DSP
 * @label: its name
 * @of_node: its fastrpc node in the device tree
 * @rproc: its remote processor ("remoteproc0"); NULL: none is known, as for the next three
 * @rproc_name: what that is called
 * @rproc_state: "running", "offline", ...
 * @firmware: what it runs
 * @mode: who opens memory to it
 * @device: its device while it runs, a directory; else NULL
 * @driver: bound to that, or NULL
 * @banks: context banks in the device tree
 * @sessions: that the device tree has in them
 * @banks_bound: those that the driver has
 * @nodes: plain and secure
 */
struct domain {
	char *label;
	char *of_node;
	char *rproc;
	char *rproc_name;
	char *rproc_state;
	char *firmware;
	enum domain_mode mode;
	char *device;
	char *driver;
	unsigned int banks;
	unsigned int sessions;
	unsigned int banks_bound;
	struct domain_node nodes[2];
};

/* The driver of this project, and the one that Linux ships, by what they bind as. */
#define DRIVER_OURS	"frpc"

/*
 * Finds all domains, or those that the words @labels up to a NULL name.  Prints what is
 * wrong: an unknown label, or that there is no DSP.  Returns an exit status.
 */
int domains_find(char **labels, struct domain **domains, size_t *count);

/* All of them; says nothing.  False: there is none. */
bool domains_all(struct domain **domains, size_t *count);

/*
 * By the interrupt of the timer that Linux took, which says it for sure: /firmware/scm is
 * in the device tree with and without a hypervisor.
 */
enum linux_level linux_level(void);

/* Has the list of strings in the file "compatible" of this node one that ends so? */
bool node_is_compatible(const char *of_node, const char *end);
/* Does it describe the FastRPC of a DSP? */
bool node_has_fastrpc(const char *of_node);

/* "EL2", "EL1", "open", "unknown" */
const char *domain_mode_name(const struct domain *domain);
const char *domain_mode_text(const struct domain *domain);
/* "frpc: fastrpc 0.1.0" and the like: what the module says of itself; NULL: none is loaded. */
char *driver_version(void);

/* The node to open: the plain one, or, where there is none, the secure one. */
const struct domain_node *domain_best_node(const struct domain *domain);
/* A descriptor; or -1, and why and what to do about it has been said. */
int domain_open(const struct domain *domain);
/* What an errno of the driver means for people, and what to do. */
const char *domain_error_text(int error);

#endif
