// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes of the host that run the DSP's Hexagon code, one after the other: whose each is
 * and what it did; of one that died, what a crash report has.  For the board's shell.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "dsp_control.h"

#define LABEL		"cdsp"
#define REGISTERS	32
#define PER_LINE	8

static void print_state(const struct dsp_control_process *p)
{
	if (!p->is_dead)
		puts(p->is_taken ? "runs" : "has ended");
	else if (p->wait_status == DSP_PROCESS_GIVEN_UP)
		puts("given up");
	else if (WIFEXITED(p->wait_status))
		printf("ended by itself, status %d\n", WEXITSTATUS(p->wait_status));
	else
		printf("died of signal %d\n", WTERMSIG(p->wait_status));
}

static void print_last_words(const struct dsp_control_process *p)
{
	printf("  signal %u, address 0x%x, pc 0x%x%s%s", p->signal, p->address, p->pc,
	       p->text[0] ? ": " : "", p->text);
	for (unsigned int i = 0; i < REGISTERS; i++)
		printf("%s%sr%u 0x%x", i % PER_LINE ? "" : "\n  ", i % PER_LINE ? " " : "", i,
		       p->registers[i]);
	putchar('\n');
}

static void print_process(const struct dsp_control_process *p)
{
	if (p->is_audio)
		printf("slot %u, audio PD: ", p->index);
	else
		printf("slot %u, client %d: ", p->index, p->client);
	printf("life %u (%u died, %u given up), ", p->lives, p->deaths, p->given_up);
	printf("calls %u, questions %u, bytes moved %llu, lines logged %u: ", p->calls,
	       p->ups, (unsigned long long)p->up_bytes, p->logs);
	print_state(p);
	if (p->has_last_words)
		print_last_words(p);
}

int main(void)
{
	struct dsp_control_process p = { .label = LABEL };
	int fd = open(DSP_CONTROL_NODE, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		perror(DSP_CONTROL_NODE);
		return 1;
	}
	while (!ioctl(fd, DSP_CONTROL_PROCESS, &p)) {
		if (p.client || p.is_audio)
			print_process(&p);
		p.index++;
	}
	if (errno != ENOENT) {
		puts("this board runs no Hexagon code: /etc/hexagon says why");
		return 1;
	}
	printf("%u run, %u were started\n", p.alive, p.started);
	return 0;
}
