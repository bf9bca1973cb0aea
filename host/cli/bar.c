// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a VM as a row of characters:
 *
 *   ########++++++......
 *   used    reserve free  ballooned
 *
 * What a VM has ends with the last character that is none of a blank. A reserve is only shown as far as it is there.
 */
#include "bar.h"

#include <string.h>

#include "policy/ratio.h"

/* cells() - @bytes of @bar in characters; something is never nothing */
static u32 cells(const struct bar *bar, u64 bytes, u32 width)
{
	u64 part = min_u64(bytes, bar->max_bytes);

	if (!part)
		return 0;
	return (u32)max_u64(ratio_u64(part, width, bar->max_bytes), 1);
}

/**
 * bar_draw() - draw it
 * @bar: the amounts
 * @width: in characters
 * @ret_text: so many characters, and a 0
 */
void bar_draw(const struct bar *bar, u32 width, char *ret_text)
{
	u32 size = cells(bar, bar->size_bytes, width);
	u32 used = (u32)min_u64(cells(bar, bar->used_bytes, width), size);
	u32 wanted = (u32)min_u64(cells(bar, bar->wanted_bytes, width), size);

	memset(ret_text, BAR_BALLOONED, width);
	memset(ret_text, BAR_FREE, size);
	memset(ret_text, BAR_RESERVE, max_u64(wanted, used));
	memset(ret_text, BAR_USED, used);
	ret_text[width] = '\0';
}
