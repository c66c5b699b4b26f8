// SPDX-License-Identifier: GPL-2.0-only
/* What commands do with each of some DSPs. */
#include "domain.h"
#include "fastrpcctl.h"
#include "json.h"
#include "say.h"

int visit_domains(const struct domain *domains, size_t count, bool as_json,
		  int (*visit)(const struct domain *domain))
{
	int status = STATUS_GOOD;

	if (as_json)
		json_array(NULL);
	for (size_t i = 0; i < count; i++) {
		int one = visit(&domains[i]);

		if (!status || one == STATUS_FAILURE)
			status = one;
	}
	if (as_json)
		json_end();
	return status;
}
