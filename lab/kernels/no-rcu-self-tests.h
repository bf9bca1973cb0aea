/* SPDX-License-Identifier: GPL-2.0-only */
/* For kernel/rcu/update.c alone, where this configuration decides whether RCU tests itself, and nothing else. */
#ifndef LAB_NO_RCU_SELF_TESTS_H
#define LAB_NO_RCU_SELF_TESTS_H

#undef CONFIG_PROVE_RCU

#endif /* LAB_NO_RCU_SELF_TESTS_H */
