/* SPDX-License-Identifier: GPL-2.0-only */
/* What the toolstack wishes this domain to be: memory/target in xenstore. */
#ifndef AXEN_TOOLSTACK_H
#define AXEN_TOOLSTACK_H

struct axen;

int axen_toolstack_init(struct axen *domain);
int axen_toolstack_watch(struct axen *domain);
void axen_toolstack_unwatch(struct axen *domain);

#endif /* AXEN_TOOLSTACK_H */
