/* SPDX-License-Identifier: GPL-2.0-only */
/* What kernels from 6.16 on ask of a compiler and sparse 0.6.4 lacks, near enough for what it checks. */
#ifndef AERO_COMPAT_SPARSE_H
#define AERO_COMPAT_SPARSE_H

#define __typeof_unqual__ __typeof__
#define __builtin_strlen(literal) (sizeof(literal) - 1) /* in static assertions of MODULE_INFO() */

#endif /* AERO_COMPAT_SPARSE_H */
