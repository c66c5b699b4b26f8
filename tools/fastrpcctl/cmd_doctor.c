// SPDX-License-Identifier: GPL-2.0-only
/* doctor: mistakes that people make with DSPs, each with its cure. */
#include <stdio.h>

#include "doctor.h"
#include "fastrpcctl.h"
#include "file.h"
#include "json.h"
#include "say.h"

static bool as_json;
static const char *root, *user;

static const struct option_entry options[] = {
	{ "json", 'j', .flag = &as_json, .help = "print JSON" },
	{ "root", 'r', .text = &root, .value = "DIR",
	  .help = "a machine whose files are below DIR, not this one" },
	{ "user", 'u', .text = &user, .value = "NAME", .help = "check this user's access" },
	{ }
};

static void print(const struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->nr_findings; i++) {
		const struct finding *finding = &doctor->findings[i];

		printf("%s%s%s\n  %-6s %s\n", finding->dsp ? finding->dsp : "",
		       finding->dsp ? ": " : "", finding->text, "cure", finding->cure);
	}
	if (!doctor->nr_findings)
		printf("no mistake found\n");
}

static void print_json(const struct doctor *doctor)
{
	json_array(NULL);
	for (size_t i = 0; i < doctor->nr_findings; i++) {
		json_object(NULL);
		json_text("id", doctor->findings[i].id);
		json_text("dsp", doctor->findings[i].dsp);
		json_text("text", doctor->findings[i].text);
		json_text("cure", doctor->findings[i].cure);
		json_end();
	}
	json_end();
}

static int run(char **words)
{
	struct doctor doctor = { .user = user };

	(void)words;
	if (root)
		file_set_root(root);
	if (!doctor_look(&doctor)) {
		complain("no DSP with FastRPC in the device tree of this machine");
		return STATUS_NOTHING;
	}
	if (!doctor.log)
		complain("the kernel's log may not be read here, and not everything can be found\n"
			 "without it: run this as root");
	(as_json ? print_json : print)(&doctor);
	return doctor.nr_findings ? STATUS_FAILURE : STATUS_GOOD;
}

const struct command command_doctor = {
	.name = "doctor", .words = "", .options = options, .run = run,
	.help = "mistakes with DSPs on this machine, and their cures",
};
