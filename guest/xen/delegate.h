/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own Xen balloon, as the engine's delegate. */
#ifndef AXEN_DELEGATE_H
#define AXEN_DELEGATE_H

struct axen;

void axen_delegate_init(struct axen *domain);

#endif /* AXEN_DELEGATE_H */
