/* SPDX-License-Identifier: GPL-2.0-only */
/* Since 6.4 the header is here; before, one folder up. */
#include <linux/qcom_scm.h>
