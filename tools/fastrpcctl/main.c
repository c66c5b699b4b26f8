// SPDX-License-Identifier: GPL-2.0-only
/* fastrpcctl: what Linux and its DSPs make of FastRPC.  See fastrpcctl(1). */
#include <stdio.h>
#include <string.h>

#include "fastrpcctl.h"
#include "say.h"

static const struct command command_help;

static const struct command *const commands[] = {
	&command_list, &command_caps, &command_heap, &command_trace, &command_selftest,
	&command_doctor, &command_report, &command_check_dt, &command_help,
};

static void help(void)
{
	printf("usage: fastrpcctl COMMAND [OPTION...] [DSP...]\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->help);
	printf("\nfastrpcctl COMMAND --help has the options of one.  Exit status: 0 no fault,\n"
	       "1 a fault was found, 2 wrong usage, 3 no DSP, no driver or no permission.\n");
}

static void help_command(const struct command *command)
{
	printf("usage: fastrpcctl %s [OPTION...]%s\n\n%s\n", command->name, command->words,
	       command->help);
	if (command->options->name)
		putchar('\n');
	options_help(command->options);
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static int help_run(char **words)
{
	const struct command *command = *words ? find(*words) : NULL;

	if (*words && (!command || words[1])) {
		complain("help takes one command, not \"%s\"", words[words[1] ? 1 : 0]);
		return STATUS_USAGE;
	}
	if (command)
		help_command(command);
	else
		help();
	return STATUS_GOOD;
}

static const struct option_entry help_options[] = { { 0 } };

static const struct command command_help = {
	.name = "help", .words = " [COMMAND]", .options = help_options, .run = help_run,
	.help = "the commands, or the options of one",
};

static int run(const struct command *command, int argc, char **argv)
{
	int first;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		help_command(command);
		return STATUS_GOOD;
	}
	/* for what getopt_long() says */
	argv[0] = must_print("fastrpcctl %s", command->name);
	first = options_parse(command->options, argc, argv);
	if (first >= 0 && argv[first] && !*command->words) {
		complain("%s takes no words, but there is \"%s\"", command->name, argv[first]);
		first = -1;
	}
	if (first < 0) {
		fprintf(stderr, "see: fastrpcctl %s --help\n", command->name);
		return STATUS_USAGE;
	}
	return command->run(argv + first);
}

/* What could not be written is no result. */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write the result: %m");
		return STATUS_FAILURE;
	}
	return status;
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? find(argv[1]) : NULL;

	if (command)
		return finish(run(command, argc - 1, argv + 1));
	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		help();
		return finish(STATUS_GOOD);
	}
	if (argc == 2 && !strcmp(argv[1], "--version")) {
		printf("fastrpcctl %s\n", FASTRPCCTL_VERSION);
		return finish(STATUS_GOOD);
	}
	if (argc > 1)
		complain("there is no command \"%s\"", argv[1]);
	else
		complain("no command is given");
	fprintf(stderr, "see: fastrpcctl --help\n");
	return STATUS_USAGE;
}
