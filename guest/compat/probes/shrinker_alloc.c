// SPDX-License-Identifier: GPL-2.0-only
/* 6.7: shrinkers are allocated by the kernel, and have room for their owner's data. */
#include <linux/shrinker.h>

void probe(void *priv);
void probe(void *priv)
{
	struct shrinker *shrinker = shrinker_alloc(0, "probe");

	shrinker->private_data = priv;
	shrinker_register(shrinker);
	shrinker_free(shrinker);
}
