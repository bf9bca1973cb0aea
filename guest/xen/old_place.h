/* SPDX-License-Identifier: GPL-2.0-only */
/* Self-ballooning's files where Linux had them until 5.3. */
#ifndef AXEN_OLD_PLACE_H
#define AXEN_OLD_PLACE_H

struct axen;

void axen_old_place_add(const struct axen *domain);
void axen_old_place_remove(void);

#endif /* AXEN_OLD_PLACE_H */
