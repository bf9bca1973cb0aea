/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the files that make KASAN's shadow and the array of struct pages: kmemleak is not told of either, as on arm64 of
 * the shadow. It would read all of both in each of its searches, some 90 MiB, which is more than the rest. A shadow
 * holds no pointers; and struct pages that are in use it reads without being told.
 */
#ifndef LAB_UNSEARCHED_MAPS_H
#define LAB_UNSEARCHED_MAPS_H

#include <linux/memblock.h>
#undef pr_fmt /* the file has its own */

#undef MEMBLOCK_ALLOC_ACCESSIBLE
#define MEMBLOCK_ALLOC_ACCESSIBLE MEMBLOCK_ALLOC_NOLEAKTRACE

#endif /* LAB_UNSEARCHED_MAPS_H */
