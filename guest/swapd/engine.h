/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells the balloon's engine, if there is one, how much memory is about to be needed. */
#ifndef AERO_SWAPD_ENGINE_H
#define AERO_SWAPD_ENGINE_H

#include "policy/env.h"

#define ENGINE_CLASS "/sys/class/aerostat"

int engine_announce(const char *class_path, u64 return_kb);

#endif /* AERO_SWAPD_ENGINE_H */
