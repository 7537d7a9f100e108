// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The sender is killed at every system call on files and sockets it makes, then goes on: nothing
// planned is lost, nothing reaches twice a receiver that keeps ids, and no body ever changes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "courier.h"
#include "fsys.h"
#include "scratch.h"

#define N_BODIES 4
#define ROUNDS_MAX 1000

struct crash {
    struct scratch s;
    char folder[128];
    struct receiver receiver;
};

// One life of the sender: freezes unless that was done, sends what is pending.
static pt_status live(const struct crash *c, struct pt_error *err)
{
    struct courier courier = {.max_attempts = 8};
    struct fake_clock clock = {0};
    struct delivery_report report;
    snprintf(courier.url, sizeof courier.url, "%s", c->receiver.url);
    struct delivery_options options = courier_options(&courier, &clock);
    if (delivery_status(c->folder, &report, err) == PT_E_NOT_FOUND) {
        TRY(courier_freeze(c->folder, N_BODIES, err));
    }
    TRY(delivery_send(c->folder, &options, &report, err));
    return delivery_is_complete(&report) ? PT_OK : PT_E_NETWORK;
}

// True when the child lived on to the end.
static bool life_ends_well(const struct crash *c, uint64_t kill_at, int kill_after_us)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct pt_error err = ERROR_INIT;
        if (kill_at > 0) {
            fsys_fault_arm(kill_at, FSYS_KILL, false);
        }
        pt_status status = live(c, &err);
        if (status != PT_OK) {
            fprintf(stderr, "sender: %s\n", err.message);
        }
        _exit(status == PT_OK ? 0 : 1);
    }
    if (kill_after_us > 0) {
        struct timespec pause = {0, (long)kill_after_us * 1000};
        nanosleep(&pause, NULL);
        kill(pid, SIGKILL);
    }
    int how = 0;
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_true(WIFSIGNALED(how) ? WTERMSIG(how) == SIGKILL : WEXITSTATUS(how) == 0);
    return !WIFSIGNALED(how);
}

// What a receiver that keeps ids processed: each planned body once, the same bytes every time.
static void assert_processed_once(const struct crash *c)
{
    unsigned first_of[N_BODIES];
    unsigned n_ids = 0;
    unsigned n = receiver_count(&c->receiver);
    for (unsigned i = 0; i < n; i++) {
        const struct receiver_request *r = receiver_at(&c->receiver, i);
        unsigned k = 0;
        while (k < n_ids && strcmp(receiver_at(&c->receiver, first_of[k])->id, r->id) != 0) {
            k++;
        }
        if (k == n_ids) {
            assert_true(n_ids < N_BODIES);
            first_of[n_ids++] = i;
            continue;
        }
        const struct receiver_request *first = receiver_at(&c->receiver, first_of[k]);
        assert_int_equal(r->size, first->size);
        assert_memory_equal(receiver_body(&c->receiver, i),
                            receiver_body(&c->receiver, first_of[k]), r->size);
    }
    assert_int_equal(n_ids, N_BODIES);
    for (unsigned k = 0; k < n_ids; k++) {
        char expected[32];
        int size = snprintf(expected, sizeof expected, "{\"n\":%u}", k + 1);
        assert_int_equal(receiver_at(&c->receiver, first_of[k])->size, size);
        assert_memory_equal(receiver_body(&c->receiver, first_of[k]), expected, (size_t)size);
    }
}

static void crash_init(struct crash *c, unsigned number)
{
    scratch_init(&c->s);
    snprintf(c->folder, sizeof c->folder, "%s/hook%u", c->s.folder, number);
    receiver_init(&c->receiver);
    receiver_step(&c->receiver, 500, 0, "");
    receiver_step(&c->receiver, 0, 0, ""); // took it, and nobody learns
    receiver_step(&c->receiver, 200, 0, "");
    receiver_step(&c->receiver, 429, 0, "Retry-After: 1");
    receiver_start(&c->receiver);
}

static void crash_release(struct crash *c)
{
    receiver_stop(&c->receiver);
    scratch_release(&c->s);
}

static void test_delivery_crash__killed_once_at_every_call(void **state)
{
    (void)state;
    unsigned kills = 0;
    bool lived = false;
    for (unsigned at = 1; !lived; at++) {
        struct crash c;
        assert_true(at < ROUNDS_MAX);
        crash_init(&c, at);
        lived = life_ends_well(&c, at, 0);
        kills += !lived;
        assert_true(life_ends_well(&c, 0, 0));
        assert_processed_once(&c);
        crash_release(&c);
    }
    print_message("%u kills\n", kills);
    assert_true(kills > 40);
}

// Every life is killed at its k-th call until one gets through, for growing k: a crash loop.
static void test_delivery_crash__killed_again_and_again(void **state)
{
    (void)state;
    unsigned kills = 0;
    for (unsigned k = 12; k <= 60; k += 3) {
        struct crash c;
        unsigned lives = 0;
        crash_init(&c, k);
        while (lives < 12 && !life_ends_well(&c, k + lives % 7, 0)) {
            lives++;
        }
        kills += lives;
        assert_true(life_ends_well(&c, 0, 0));
        assert_processed_once(&c);
        crash_release(&c);
    }
    print_message("%u kills\n", kills);
    assert_true(kills > 40);
}

// From outside, at any instant: between calls, inside libcurl, while the receiver answers.
static void test_delivery_crash__killed_at_any_instant(void **state)
{
    (void)state;
    unsigned kills = 0;
    for (unsigned round = 0; round < 60; round++) {
        struct crash c;
        crash_init(&c, round);
        for (unsigned life = 0; life < 3; life++) {
            kills += !life_ends_well(&c, 0, 200 + (int)(round * 3 + life) * 61 % 9000);
        }
        assert_true(life_ends_well(&c, 0, 0));
        assert_processed_once(&c);
        crash_release(&c);
    }
    print_message("%u kills\n", kills);
    assert_true(kills > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delivery_crash__killed_once_at_every_call),
        cmocka_unit_test(test_delivery_crash__killed_again_and_again),
        cmocka_unit_test(test_delivery_crash__killed_at_any_instant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
