/* SPDX-License-Identifier: GPL-2.0-only */
/* Gives memory back before the guest hibernates. */
#ifndef AERO_HIBERNATION_H
#define AERO_HIBERNATION_H

struct aero_balloon;

int aero_hibernation_init(struct aero_balloon *balloon);
void aero_hibernation_exit(struct aero_balloon *balloon);

#endif /* AERO_HIBERNATION_H */
