// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "mem.h"
#include "progress.h"

struct bench {
    char *text;
    size_t n;
    FILE *screen;
    struct log *log;
    struct progress progress;
};

static void bench_init(struct bench *b, enum progress_kind kind)
{
    *b = (struct bench){0};
    b->screen = open_memstream(&b->text, &b->n);
    assert_int_equal(log_new(b->screen, LOG_INFO, false, &b->log, NULL), PT_OK);
    const struct progress_settings settings = {b->screen, kind, 5, b->log};
    progress_start(&b->progress, &settings);
}

static void bench_release(struct bench *b)
{
    progress_stop(&b->progress);
    log_free(b->log);
    fclose(b->screen);
    free(b->text);
    assert_int_equal(mem_live_blocks(), 0);
}

// What a terminal shows in the end: erased lines are gone.
static void on_terminal(const char *written, char *out)
{
    size_t n = 0;
    size_t begin = 0;
    for (const char *c = written; *c != '\0'; c++) {
        if (strncmp(c, "\r\x1b[K", 4) == 0) {
            n = begin;
            c += 3;
            continue;
        }
        out[n++] = *c;
        begin = *c == '\n' ? n : begin;
    }
    out[n] = '\0';
}

static void test_progress__tells_lines_elsewhere(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, PROGRESS_LINES);
    progress_step(&b.progress, "learn", "intent");
    progress_count(&b.progress, 1, 4);
    usleep(60000);
    progress_stop(&b.progress);
    fflush(b.screen);
    assert_ptr_equal(strstr(b.text, "learn intent: 25%, 0:00 elapsed\n"), b.text);
    assert_null(strchr(b.text, '\r'));
    assert_int_equal(b.text[b.n - 1], '\n');
    bench_release(&b);
}

static void test_progress__gives_way_to_the_log_and_leaves_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, PROGRESS_MOVING);
    progress_step(&b.progress, "people", NULL);
    for (int i = 0; i < 20; i++) {
        usleep(3000);
        log_write(b.log, LOG_INFO, NULL, 0, "line %d", i);
    }
    progress_stop(&b.progress);
    log_write(b.log, LOG_INFO, NULL, 0, "end");
    fflush(b.screen);
    assert_non_null(strstr(b.text, "\r\x1b[Kpeople, 0:00 elapsed"));
    char *seen = calloc(1, b.n + 1);
    char expected[512];
    size_t n = 0;
    for (int i = 0; i < 20; i++) {
        n += (size_t)snprintf(expected + n, sizeof expected - n, "line %d\n", i);
    }
    snprintf(expected + n, sizeof expected - n, "end\n");
    on_terminal(b.text, seen);
    assert_string_equal(seen, expected);
    free(seen);
    bench_release(&b);
}

static void test_progress__counts_rows_without_inputs(void **state)
{
    (void)state;
    struct bench b;
    _Atomic uint64_t rows = 42;
    char text[PROGRESS_TEXT];
    bench_init(&b, PROGRESS_LINES);
    const struct progress_reading reading = {&rows, NULL, 0};
    progress_step_reading(&b.progress, "web", &reading);
    progress_text(&b.progress, text);
    assert_string_equal(text, "read web: 42 rows, 0:00 elapsed");
    b.progress.started_us -= INT64_C(3725) * 1000000;
    progress_step(&b.progress, "select", NULL);
    progress_text(&b.progress, text);
    assert_string_equal(text, "select, 1:02:05 elapsed");
    progress_count(&b.progress, 9, 4);
    progress_text(&b.progress, text);
    assert_string_equal(text, "select: 100%, 1:02:05 elapsed");
    bench_release(&b);
}

static void test_progress__none_is_silent_and_stops_twice(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, PROGRESS_NONE);
    progress_step(&b.progress, "people", NULL);
    progress_count(&b.progress, 1, 2);
    usleep(20000);
    progress_stop(&b.progress);
    fflush(b.screen);
    assert_int_equal(b.n, 0);
    bench_release(&b);
}

static void test_progress__long_names_are_cut(void **state)
{
    (void)state;
    struct bench b;
    char name[400];
    char text[PROGRESS_TEXT];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    bench_init(&b, PROGRESS_LINES);
    progress_step(&b.progress, "learn", name);
    progress_text(&b.progress, text);
    assert_int_equal(strlen(text), strlen("learn ") + 60 + strlen(", 0:00 elapsed"));
    bench_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_progress__tells_lines_elsewhere),
        cmocka_unit_test(test_progress__gives_way_to_the_log_and_leaves_nothing),
        cmocka_unit_test(test_progress__counts_rows_without_inputs),
        cmocka_unit_test(test_progress__none_is_silent_and_stops_twice),
        cmocka_unit_test(test_progress__long_names_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
