/* SPDX-License-Identifier: GPL-2.0-only */
/* <linux/shrinker.h> for kernels before 6.7, where a shrinker is its owner's and has no room for his data. */
#include <linux/slab.h> /* needed by the next one, which includes too little itself */
#include_next <linux/shrinker.h>

#ifndef AERO_COMPAT_LINUX_SHRINKER_H
#define AERO_COMPAT_LINUX_SHRINKER_H
#ifdef AERO_HAVE_SHRINKER_ALLOC

#define AERO_SHRINKER_DATA(shrinker) ((shrinker)->private_data)

#else
#include <linux/container_of.h>

struct aero_compat_shrinker {
	struct shrinker base;
	void *private_data;
};

#define AERO_SHRINKER_DATA(shrinker) \
	(container_of(shrinker, struct aero_compat_shrinker, base)->private_data)

static inline __printf(2, 3) struct shrinker *shrinker_alloc(unsigned int flags, const char *fmt,
							     ...)
{
	struct aero_compat_shrinker *shrinker = kzalloc(sizeof(*shrinker), GFP_KERNEL);

	if (!shrinker)
		return NULL;
	shrinker->base.flags = flags;
	shrinker->base.seeks = DEFAULT_SEEKS;
	return &shrinker->base;
}

/* Without memory it is not registered, so that it is never asked; to free it is right all the same. */
static inline void shrinker_register(struct shrinker *shrinker)
{
	register_shrinker(shrinker, "aerostat");
}

static inline void shrinker_free(struct shrinker *shrinker)
{
	unregister_shrinker(shrinker);
	kfree(container_of(shrinker, struct aero_compat_shrinker, base));
}

#endif /* AERO_HAVE_SHRINKER_ALLOC */
#endif /* AERO_COMPAT_LINUX_SHRINKER_H */
