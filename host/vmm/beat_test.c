// SPDX-License-Identifier: GPL-2.0-only
/* Tests of beat.c and ear.c: what is called, when timers and ears go while others are called. */
#include "beat.h"

#include <glib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ear.h"
#include "policy/check.h"

#define TIMERS 100

static struct beat timers[TIMERS];
static int calls[TIMERS];
static u64 called_ms[TIMERS];

static u64 now_ms(void)
{
	return (u64)g_get_monotonic_time() / 1000;
}

static void on_timer(void *data)
{
	int number = (int)((struct beat *)data - timers);

	calls[number]++;
	called_ms[number] = now_ms();
}

/* Clears all others, whether they are due or not. */
static void on_clear(void *data)
{
	on_timer(data);
	for (int i = 0; i < TIMERS; i++)
		beat_clear(&timers[i]);
}

static void on_again(void *data)
{
	on_timer(data);
	if (calls[0] < 5)
		beat_set(data, 1, on_again, data);
}

static int total(void)
{
	int sum = 0;

	for (int i = 0; i < TIMERS; i++)
		sum += calls[i];
	return sum;
}

static void begin(void)
{
	for (int i = 0; i < TIMERS; i++) {
		beat_clear(&timers[i]);
		calls[i] = 0;
	}
}

static void test_go_off(void)
{
	u64 start = now_ms();

	begin();
	for (int i = 0; i < TIMERS; i++)
		beat_set(&timers[i], 7 * (u32)(TIMERS - i) % 130, on_timer, &timers[i]);
	beat_set(&timers[0], 60, on_timer, &timers[0]); /* anew: once, and not before */
	beat_clear(&timers[1]);
	while (total() < TIMERS - 1)
		g_main_context_iteration(NULL, TRUE);
	for (int i = 0; i < TIMERS; i++)
		CHECK_EQ(calls[i], i != 1);
	for (int i = 2; i < TIMERS; i++)
		CHECK(called_ms[i] >= start + 7 * (u32)(TIMERS - i) % 130);
	CHECK(called_ms[0] >= start + 60);
}

static void test_clear_each_other(void)
{
	begin();
	for (int i = 0; i < TIMERS; i++)
		beat_set(&timers[i], 0, on_clear, &timers[i]);
	while (!total())
		g_main_context_iteration(NULL, TRUE);
	for (int i = 0; i < 10; i++)
		g_main_context_iteration(NULL, FALSE);
	CHECK_EQ(total(), 1);
}

static void test_set_themselves(void)
{
	begin();
	beat_set(&timers[0], 0, on_again, &timers[0]);
	while (calls[0] < 5)
		g_main_context_iteration(NULL, TRUE);
	CHECK_EQ(total(), 5);
}

/* A timer does not wait for one that was set before it and goes off later; else this does not end. */
static void test_overtake(void)
{
	begin();
	beat_set(&timers[0], 3600 * 1000, on_timer, &timers[0]);
	beat_set(&timers[1], 1, on_timer, &timers[1]);
	while (!calls[1])
		g_main_context_iteration(NULL, TRUE);
	CHECK_EQ(total(), 1);
	begin();
}

static struct ear *ears[2];
static int pairs[2][2];

/* Frees the other one, which has something to read as well. */
static void on_heard(void *data)
{
	struct ear **mine = data;
	struct ear **other = &ears[mine == &ears[0]];

	calls[mine - ears]++;
	ear_free(*other);
	*other = NULL;
}

static void test_ears(void)
{
	begin();
	for (int i = 0; i < 2; i++) {
		CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]));
		ears[i] = ear_new(pairs[i][0], on_heard, &ears[i]);
	}
	for (int i = 0; i < 10; i++)
		g_main_context_iteration(NULL, FALSE);
	CHECK_EQ(total(), 0);
	for (int i = 0; i < 2; i++)
		CHECK(write(pairs[i][1], "x", 1) == 1);
	for (int i = 0; i < 10; i++)
		g_main_context_iteration(NULL, FALSE);
	CHECK(total() > 1); /* as long as there is something to read */
	CHECK(!calls[0] || !calls[1]);
	for (int i = 0; i < 2; i++) {
		ear_free(ears[i]);
		close(pairs[i][0]);
		close(pairs[i][1]);
	}
}

int main(void)
{
	test_go_off();
	test_clear_each_other();
	test_set_themselves();
	test_overtake();
	test_ears();
	return check_status();
}
