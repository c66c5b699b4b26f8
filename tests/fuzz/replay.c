// SPDX-License-Identifier: GPL-2.0-only
/* Runs a fuzz target over the files it is given, for compilers without libFuzzer. */
#include "fuzz.h"

static u8 *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	u8 *data;

	if (!f || fseek(f, 0, SEEK_END)) {
		perror(path);
		exit(1);
	}
	*len = ftell(f);
	rewind(f);
	data = malloc(*len);
	if (fread(data, 1, *len, f) != *len) {
		perror(path);
		exit(1);
	}
	fclose(f);
	return data;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		size_t len;
		u8 *data = read_file(argv[i], &len);

		printf("%s\n", argv[i]);
		LLVMFuzzerTestOneInput(data, len);
		free(data);
	}
	printf("%d inputs\n", argc - 1);
	return argc > 1 ? 0 : 1;
}
