// SPDX-License-Identifier: GPL-2.0-only
/*
 * An imaginary host that is ruled by chance: a seed decides how each call ends.
 *
 * Theory of operation
 *
 * Decisions come in streams that do not depend on each other: how the first, the second, ...
 * call of each operation ends, what becomes of each entry that is offered, what the host
 * wants. A host that refuses at random would have each cycle end at once; so entries are
 * taken for a while and then refused for a while. It forgets everything now and then, and
 * dies so seldom that most of what is tried happens to a balloon that lives.
 *
 * Nothing here allocates, waits or knows a page, so that it runs in user space as well.
 */
#include "guest/fake/luck.h"

#include "guest/fake/dice.h"

/* Entries in a row that are taken, and that are not. */
#define GOOD_MAX 4096
#define BAD_MAX 40
/* Targets that make sense, in pages. */
#define TARGET_MAX 20000

enum { STREAM_ENTRIES = FAULT_NR_OPS, STREAM_TARGETS, STREAM_DELAYS };

/* clang-format off */
static const u16 call_weights[FAULT_NR_OPS][FAULT_NR_CALLS] = {
	[FAULT_INFLATE] = { [FAULT_CALL_FINE] = 240, [FAULT_CALL_BUSY] = 12, [FAULT_CALL_RESET] = 1 },
	[FAULT_DEFLATE] = { [FAULT_CALL_FINE] = 240, [FAULT_CALL_BUSY] = 12, [FAULT_CALL_RESET] = 1 },
	[FAULT_MIGRATE] = {
		[FAULT_CALL_FINE] = 210, [FAULT_CALL_BUSY] = 15, [FAULT_CALL_AGAIN] = 15,
		[FAULT_CALL_GONE] = 10, [FAULT_CALL_RESET] = 1,
	},
	[FAULT_REPORT] = { [FAULT_CALL_FINE] = 250, [FAULT_CALL_RESET] = 1 },
	[FAULT_RESTART] = { [FAULT_CALL_FINE] = 7, [FAULT_CALL_BUSY] = 2, [FAULT_CALL_RESET] = 1 },
};
/* clang-format on */

/* One call in so many kills the host. */
#define DEATH_RARITY 2000

static const u64 senseless[] = { U64_MAX, U64_MAX >> 1, 1ULL << 52, U64_MAX - 511, 1ULL << 32 };

/**
 * luck_start() - let chance rule from now on
 * @luck: overwritten
 * @seed: the same decides the same; 0 = chance decides nothing
 */
void luck_start(struct luck *luck, u64 seed)
{
	u32 op;

	*luck = (struct luck){ .rules = seed != 0 };
	for (op = 0; op < FAULT_NR_OPS; op++)
		luck->calls[op] = dice_start(seed, op);
	luck->entries = dice_start(seed, STREAM_ENTRIES);
	luck->targets = dice_start(seed, STREAM_TARGETS);
	luck->delays = dice_start(seed, STREAM_DELAYS);
}

/** luck_delay_ms() - how much longer the next call takes */
u32 luck_delay_ms(struct luck *luck)
{
	return dice_chance(&luck->delays, 20) ? dice_skewed(&luck->delays, 30) : 0;
}

/**
 * luck_next_call() - how the next call ends
 * @luck: remembers the call
 * @op: the operation called
 */
enum fault_call luck_next_call(struct luck *luck, enum fault_op op)
{
	u64 *dice = &luck->calls[op];
	enum fault_call answer = dice_weighted(dice, call_weights[op], FAULT_NR_CALLS);

	if (!dice_below(dice, DEATH_RARITY))
		answer = dice_below(dice, 2) ? FAULT_CALL_DEAD : FAULT_CALL_MUTE;
	luck->ended[answer]++;
	return answer;
}

/**
 * luck_next_entry() - what becomes of the next entry that is offered
 * @luck: remembers the entry
 */
enum fault_entry luck_next_entry(struct luck *luck)
{
	u64 *dice = &luck->entries;

	if (!luck->left) {
		bool good = luck->answer != FAULT_ENTRY_TAKE || !luck->judged[FAULT_ENTRY_TAKE];

		luck->answer = good		      ? FAULT_ENTRY_TAKE :
			       dice_chance(dice, 150) ? FAULT_ENTRY_NOT_NEEDED :
							FAULT_ENTRY_REFUSE;
		luck->left = dice_skewed(dice, good ? GOOD_MAX : BAD_MAX);
	}
	luck->left--;
	luck->judged[luck->answer]++;
	return luck->answer;
}

/**
 * luck_next_target() - what the host wants during the next call
 * @luck: remembers the call
 * @ret_pages: what it wants; untouched if that is what it wanted before
 *
 * Return: whether it changed its mind.
 */
bool luck_next_target(struct luck *luck, u64 *ret_pages)
{
	u64 *dice = &luck->targets;

	if (!dice_chance(dice, 250))
		return false;
	if (dice_chance(dice, 20)) {
		*ret_pages = senseless[dice_below(dice, sizeof(senseless) / sizeof(senseless[0]))];
		return true;
	}
	if (dice_chance(dice, 500))
		luck->target = dice_below(dice, TARGET_MAX);
	else
		luck->target = sat_sub_u32(luck->target + dice_below(dice, 40), 20);
	*ret_pages = luck->target;
	return true;
}
