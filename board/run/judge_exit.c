// SPDX-License-Identifier: GPL-2.0-only
/* For the judge of the board: a program that says it failed. */
int main(void)
{
	return 1;
}
