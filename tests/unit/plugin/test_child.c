// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Functions in a process of their own: what they say, each way they can end, what they may not
// leave behind or take along.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"
#include "mem.h"

#define OUTPUT_MOST 1000
#define LONG_MS 60000 // longer than a busy machine needs for what ends by itself

#define CALLS_ARMED 1000 // allocations the parent makes at most

// What the children and the test both see.
struct seen {
    volatile pid_t pid;
    volatile int number;
};

static struct seen *seen;

static void say(int out, const char *text)
{
    if (write(out, text, strlen(text)) < 0) {
        _exit(99);
    }
}

static void fall_asleep(void)
{
    const struct timespec day = {86400, 0};
    nanosleep(&day, NULL);
}

static struct child_result run(child_fn fn, uint32_t wall_ms)
{
    const struct child_limits limits = {
        .wall_ms = wall_ms, .output_bytes = OUTPUT_MOST, .is_quiet = true};
    struct child_result result;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(child_run(&limits, fn, seen, &result, &err), PT_OK);
    return result;
}

// Runs it, and expects an end with these words and this output.
static void expect(child_fn fn, uint32_t wall_ms, enum child_end end, const char *words,
                   const char *output)
{
    const struct child_limits limits = {.wall_ms = wall_ms, .output_bytes = OUTPUT_MOST};
    char how[128];
    int64_t blocks = mem_live_blocks();
    struct child_result result = run(fn, wall_ms);
    assert_int_equal(result.end, end);
    child_describe(&result, &limits, how);
    assert_string_equal(how, words);
    if (output != NULL) {
        assert_string_equal(str_get(&result.output), output);
    }
    str_release(&result.output);
    assert_int_equal(mem_live_blocks(), blocks);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); // no child is left, not even a dead one
    assert_int_equal(errno, ECHILD);
}

static void say_hello(void *ctx, int out)
{
    (void)ctx;
    say(out, "hello");
}

static void say_nothing(void *ctx, int out)
{
    (void)ctx;
    (void)out;
}

static void test_child__tells_what_was_said(void **state)
{
    (void)state;
    expect(say_hello, LONG_MS, CHILD_DONE, "", "hello");
    expect(say_nothing, LONG_MS, CHILD_DONE, "", "");
}

static void exit_early(void *ctx, int out)
{
    (void)ctx;
    say(out, "half");
    _exit(3);
}

static void exit_well(void *ctx, int out)
{
    (void)ctx;
    say(out, "half");
    _exit(0); // which does not make it done
}

static void crash(void *ctx, int out)
{
    (void)ctx;
    say(out, "half");
    raise(SIGSEGV);
}

static void be_killed(void *ctx, int out)
{
    (void)ctx;
    (void)out;
    raise(SIGKILL);
}

static void test_child__an_early_end_is_told(void **state)
{
    (void)state;
    expect(exit_early, LONG_MS, CHILD_EXITED, "it ended the process (exit status 3)", "half");
    expect(exit_well, LONG_MS, CHILD_EXITED, "it ended the process (exit status 0)", "half");
    expect(crash, LONG_MS, CHILD_KILLED, "it crashed: Segmentation fault (signal 11)", "half");
    expect(be_killed, LONG_MS, CHILD_KILLED, "it crashed: Killed (signal 9)", "");
}

static void sleep_on(void *ctx, int out)
{
    struct seen *s = ctx;
    s->pid = getpid();
    say(out, "half");
    fall_asleep();
}

static void close_and_sleep(void *ctx, int out)
{
    (void)ctx;
    close(out);
    fall_asleep();
}

static void test_child__one_that_is_late_is_ended(void **state)
{
    (void)state;
    seen->pid = 0;
    expect(sleep_on, 300, CHILD_LATE, "it did not end within 0.3 s", NULL);
    // On a busy machine it may not have come to say who it is.
    assert_true(seen->pid == 0 || kill(seen->pid, 0) == -1);
    expect(close_and_sleep, 300, CHILD_LATE, "it did not end within 0.3 s", "");
}

static void chatter(void *ctx, int out)
{
    char line[100];
    (void)ctx;
    memset(line, 'x', sizeof line);
    for (;;) {
        if (write(out, line, sizeof line) < 0) {
            _exit(99);
        }
    }
}

// Anything could be told by one who says that it is done.
static void pretend(void *ctx, int out)
{
    static const char zeros[64];
    (void)ctx;
    if (write(out, zeros, sizeof zeros) > 0) {
        _exit(0);
    }
}

static void test_child__one_that_says_too_much_is_ended(void **state)
{
    (void)state;
    expect(chatter, LONG_MS, CHILD_NOISY, "it wrote more than 1000 bytes to its host", NULL);
    expect(pretend, LONG_MS, CHILD_EXITED, "it ended the process (exit status 0)", NULL);
}

static void leave_somebody(void *ctx, int out)
{
    struct seen *s = ctx;
    pid_t pid = fork();
    if (pid == 0) {
        s->pid = getpid();
        fall_asleep();
    }
    while (s->pid == 0) {
    }
    say(out, "done");
}

static bool is_gone(pid_t pid)
{
    const struct timespec step = {.tv_nsec = 1000000};
    for (int ms = 0; ms < LONG_MS; ms++) {
        if (kill(pid, 0) != 0) {
            return true;
        }
        char path[64];
        char facts[256] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        bool is_read = fd >= 0 && read(fd, facts, sizeof facts - 1) > 0;
        if (fd >= 0) {
            close(fd);
        }
        if (!is_read || strstr(facts, ") Z ") != NULL) {
            return true; // dead, and its new parent is slow to look
        }
        nanosleep(&step, NULL);
    }
    return false;
}

static void test_child__whom_it_started_goes_with_it(void **state)
{
    (void)state;
    seen->pid = 0;
    struct child_result result = run(leave_somebody, LONG_MS);
    assert_int_equal(result.end, CHILD_DONE);
    assert_string_equal(str_get(&result.output), "done");
    assert_true(is_gone(seen->pid));
    str_release(&result.output);
}

// The number of what the child found otherwise than it should be; 0 = all is well.
static void look_around(void *ctx, int out)
{
    struct seen *s = ctx;
    struct sigaction action;
    struct rlimit core;
    char byte = 0;
    (void)out;
    s->number = 0;
    if (sigaction(SIGUSR1, NULL, &action) != 0 || action.sa_handler != SIG_DFL) {
        s->number = 1; // the parent's handlers are not for it
    } else if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0) {
        s->number = 2;
    } else if (read(0, &byte, 1) != 0 || write(1, "x", 1) != 1) {
        s->number = 3; // its streams lead nowhere
    } else if (getpgrp() != getpid()) {
        s->number = 4;
    }
    for (int i = 0; i < 2 * CALLS_ARMED; i++) {
        void *p = mem_alloc(1);
        s->number = p == NULL ? 5 : s->number; // the switch of tests is the parent's
        mem_free(p);
    }
}

static void on_signal(int number)
{
    (void)number;
}

static void test_child__begins_afresh(void **state)
{
    (void)state;
    const struct sigaction action = {.sa_handler = on_signal};
    struct sigaction before;
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    seen->number = -1;
    mem_fault_arm(CALLS_ARMED, true);
    struct child_result result = run(look_around, LONG_MS);
    mem_fault_arm(0, false);
    assert_int_equal(result.end, CHILD_DONE);
    assert_int_equal(seen->number, 0);
    str_release(&result.output);
    sigaction(SIGUSR1, &before, NULL);
}

static void eat_memory(void *ctx, int out)
{
    (void)ctx;
    void *p =
        mmap(NULL, (size_t)256 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    say(out, p == MAP_FAILED ? "refused" : "granted");
}

static void test_child__memory_is_limited(void **state)
{
    (void)state;
    if (child_is_sanitized()) { // its shadow memory leaves no room for a limit
        skip();
    }
    const uint64_t limits[] = {(uint64_t)64 << 20, (uint64_t)1 << 30, 0};
    for (size_t i = 0; i < 3; i++) {
        const struct child_limits l = {
            .wall_ms = LONG_MS, .output_bytes = OUTPUT_MOST, .memory_bytes = limits[i]};
        struct child_result result;
        assert_int_equal(child_run(&l, eat_memory, seen, &result, NULL), PT_OK);
        assert_string_equal(str_get(&result.output), i == 0 ? "refused" : "granted");
        str_release(&result.output);
    }
}

static size_t open_files(void)
{
    size_t n = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        n++;
    }
    closedir(dir);
    return n;
}

// Every allocation of the parent fails once: a clean error, nothing left, the child gone.
static void test_child__out_of_memory(void **state)
{
    (void)state;
    const struct child_limits limits = {
        .wall_ms = LONG_MS, .output_bytes = OUTPUT_MOST, .is_quiet = true};
    int64_t blocks = mem_live_blocks();
    size_t files = open_files();
    for (uint64_t at = 1;; at++) {
        struct child_result result;
        struct pt_error err = ERROR_INIT;
        mem_fault_arm(at, false);
        pt_status status = child_run(&limits, say_hello, seen, &result, &err);
        bool is_through = mem_fault_calls() < at;
        mem_fault_arm(0, false);
        assert_int_equal(status, is_through ? PT_OK : PT_E_NO_MEMORY);
        str_release(&result.output);
        assert_int_equal(mem_live_blocks(), blocks);
        assert_int_equal(open_files(), files);
        if (is_through) {
            break;
        }
    }
}

static int set_up(void **state)
{
    (void)state;
    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return seen == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    return munmap(seen, sizeof *seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_child__tells_what_was_said),
        cmocka_unit_test(test_child__an_early_end_is_told),
        cmocka_unit_test(test_child__one_that_is_late_is_ended),
        cmocka_unit_test(test_child__one_that_says_too_much_is_ended),
        cmocka_unit_test(test_child__whom_it_started_goes_with_it),
        cmocka_unit_test(test_child__begins_afresh),
        cmocka_unit_test(test_child__memory_is_limited),
        cmocka_unit_test(test_child__out_of_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
