// SPDX-License-Identifier: GPL-2.0-only
/* 7.0: the balloon core moved to <linux/balloon.h> and does the list work of migration itself. */
#include <linux/balloon.h>

void probe(struct balloon_dev_info *info);
void probe(struct balloon_dev_info *info)
{
	info->adjust_managed_page_count = true;
}
