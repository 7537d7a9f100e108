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

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "json.h"
#include "log.h"
#include "sweep.h"

struct bench {
    char *screen_text;
    size_t screen_n;
    FILE *screen;
    FILE *events;
    struct log *log;
};

static struct bench *bench_new(enum log_level least, bool colour)
{
    struct bench *b = calloc(1, sizeof *b);
    b->screen = open_memstream(&b->screen_text, &b->screen_n);
    b->events = tmpfile();
    assert_int_equal(log_new(b->screen, least, colour, &b->log, NULL), PT_OK);
    log_set_events(b->log, fileno(b->events));
    return b;
}

static const char *screen_of(struct bench *b)
{
    fflush(b->screen);
    return b->screen_text;
}

// The lines written to the events descriptor; the caller frees.
static char *events_of(struct bench *b)
{
    off_t n = lseek(fileno(b->events), 0, SEEK_END);
    char *text = calloc(1, (size_t)n + 1);
    assert_int_equal(pread(fileno(b->events), text, (size_t)n, 0), n);
    return text;
}

static void bench_free(struct bench *b)
{
    log_free(b->log);
    fclose(b->screen);
    fclose(b->events);
    free(b->screen_text);
    free(b);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_log__writes_lines_with_fields(void **state)
{
    (void)state;
    struct bench *b = bench_new(LOG_INFO, false);
    const struct log_field fields[] = {
        {"source", "crm"}, {"path", "a b.csv"}, {"empty", ""}, {"none", NULL}};
    log_write(b->log, LOG_DEBUG, NULL, 0, "hidden");
    log_write(b->log, LOG_INFO, NULL, 0, "plain %d", 1);
    log_write(b->log, LOG_WARN, fields, 4, "careful");
    log_write(b->log, LOG_ERROR, fields, 1, "broken");
    assert_string_equal(screen_of(b), "plain 1\n"
                                      "warning: careful source=crm path=\"a b.csv\" empty=\"\" "
                                      "none=\"\"\n"
                                      "error: broken source=crm\n");
    bench_free(b);
}

static void test_log__events_are_json_lines_of_every_level(void **state)
{
    (void)state;
    struct bench *b = bench_new(LOG_ERROR, false);
    const struct log_field fields[] = {{"k", "v\n\"\x1b"}, {"none", NULL}};
    log_write(b->log, LOG_DEBUG, fields, 2, "one\ntwo");
    log_write(b->log, LOG_INFO, NULL, 0, "second");
    assert_string_equal(screen_of(b), "");
    char *text = events_of(b);
    char *end = strchr(text, '\n');
    assert_non_null(end);
    struct json *line = NULL;
    assert_int_equal(json_parse(text_n(text, (size_t)(end - text)), &line, NULL), PT_OK);
    assert_string_equal(json_text(json_get(line, "level")), "debug");
    assert_string_equal(json_text(json_get(line, "message")), "one\ntwo");
    assert_in_range(strlen(json_text(json_get(line, "time"))), 20, 27);
    assert_string_equal(json_text(json_get(json_get(line, "fields"), "k")), "v\n\"\x1b");
    assert_string_equal(json_text(json_get(json_get(line, "fields"), "none")), "");
    json_free(line);
    assert_int_equal(json_parse(text_of(end + 1), &line, NULL), PT_OK);
    assert_null(json_get(line, "fields"));
    json_free(line);
    free(text);
    bench_free(b);
}

static void test_log__masks_secrets_everywhere(void **state)
{
    (void)state;
    struct bench *b = bench_new(LOG_DEBUG, false);
    const struct log_field fields[] = {{"url", "https://x/?key=s3cr\"t&more"},
                                       {"v", "hunter2hunter22"}};
    assert_int_equal(log_add_secret(b->log, text_of("hunter2"), NULL), PT_OK);
    assert_int_equal(log_add_secret(b->log, text_of("hunter22"), NULL), PT_OK);
    assert_int_equal(log_add_secret(b->log, text_of("s3cr\"t"), NULL), PT_OK);
    assert_int_equal(log_add_secret(b->log, text_of("line\nbreak"), NULL), PT_OK);
    assert_int_equal(log_add_secret(b->log, text_of(""), NULL), PT_OK);
    log_write(b->log, LOG_INFO, fields, 2, "a hunter2, line\nbreak, hunter");
    assert_string_equal(screen_of(b),
                        "a ***, ***, hunter url=\"https://x/?key=***&more\" v=******\n");
    char *text = events_of(b);
    assert_null(strstr(text, "hunter2"));
    assert_null(strstr(text, "s3cr"));
    assert_null(strstr(text, "break"));
    assert_non_null(strstr(text, "key=***&more"));
    free(text);
    struct str s = {0};
    assert_true(log_clean(b->log, text_of("x\x1bhunter22\xE2\x80\xAE"), &s));
    assert_string_equal(str_get(&s), "x\\x1b***\\u202e");
    str_release(&s);
    assert_true(log_clean(NULL, text_of("x\x1b"), &s));
    assert_string_equal(str_get(&s), "x\\x1b");
    str_release(&s);
    bench_free(b);
}

static void test_log__escapes_controls_on_the_screen(void **state)
{
    (void)state;
    struct bench *b = bench_new(LOG_DEBUG, false);
    const struct log_field fields[] = {{"f", "a\nerror: fake"}};
    log_write(b->log, LOG_INFO, fields, 1, "\x1b[2J\r%s", "\xFF");
    assert_string_equal(screen_of(b), "\\x1b[2J\\r\\xff f=\"a\\nerror: fake\"\n");
    bench_free(b);
}

static void test_log__colours_when_asked(void **state)
{
    (void)state;
    struct bench *b = bench_new(LOG_DEBUG, true);
    log_write(b->log, LOG_INFO, NULL, 0, "i");
    log_write(b->log, LOG_WARN, NULL, 0, "w");
    assert_string_equal(screen_of(b), "i\n\x1b[1;33mwarning: \x1b[0mw\n");
    bench_free(b);
}

static void test_log__event_failure_is_told_once(void **state)
{
    (void)state;
    struct bench *b = bench_new(LOG_WARN, false);
    int number = 0;
    assert_false(log_events_failed(b->log, &number));
    int full = open("/dev/full", O_WRONLY);
    assert_true(full >= 0);
    log_set_events(b->log, full);
    log_write(b->log, LOG_INFO, NULL, 0, "lost");
    log_write(b->log, LOG_INFO, NULL, 0, "lost too");
    assert_string_equal(screen_of(b),
                        "warning: cannot write the event log: No space left on device\n");
    assert_true(log_events_failed(b->log, &number));
    assert_int_equal(number, ENOSPC);
    assert_true(log_events_failed(b->log, NULL));
    log_set_events(b->log, -1);
    log_write(b->log, LOG_INFO, NULL, 0, "not written");
    close(full);
    bench_free(b);
}

static void *write_many(void *arg)
{
    struct log *l = arg;
    for (int i = 0; i < 500; i++) {
        const struct log_field fields[] = {{"key", "some value"}};
        log_write(l, LOG_INFO, fields, 1, "line %d of a thread", i);
    }
    return NULL;
}

static void test_log__lines_of_many_threads_stay_whole(void **state)
{
    (void)state;
    struct bench *b = bench_new(LOG_DEBUG, false);
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, b->log), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    size_t n = 0;
    for (const char *p = screen_of(b); *p != '\0'; n++) {
        assert_memory_equal(p, "line ", 5);
        p = strchr(p, '\n') + 1;
    }
    assert_int_equal(n, 2000);
    char *text = events_of(b);
    n = 0;
    for (char *p = text; *p != '\0'; n++) {
        char *end = strchr(p, '\n');
        struct json *line = NULL;
        assert_int_equal(json_parse(text_n(p, (size_t)(end - p)), &line, NULL), PT_OK);
        json_free(line);
        p = end + 1;
    }
    assert_int_equal(n, 2000);
    free(text);
    bench_free(b);
}

static void test_log__no_log_is_fine(void **state)
{
    (void)state;
    log_write(NULL, LOG_ERROR, NULL, 0, "nothing");
    log_free(NULL);
}

// A line that memory was short for is replaced by a notice, on both sides.
static bool scenario(void)
{
    char *text = NULL;
    size_t n = 0;
    FILE *screen = open_memstream(&text, &n);
    FILE *events = tmpfile();
    struct log *l = NULL;
    struct pt_error err = ERROR_INIT;
    char large[4000] = {0};
    memset(large, 'x', sizeof large - 1);
    const struct log_field fields[] = {{"k", "s\x1b"}};
    bool done = log_new(screen, LOG_DEBUG, false, &l, &err) == PT_OK;
    if (done) {
        log_set_events(l, fileno(events));
        done = log_add_secret(l, text_of("secret"), &err) == PT_OK;
        log_write(l, LOG_INFO, fields, 1, "a secret %s", done ? large : "");
        fflush(screen);
        bool lost = strstr(text, "line is lost") != NULL;
        assert_true(!done || lost == (strstr(text, "xxx") == NULL));
        bool is_event_lost = log_events_failed(l, NULL);
        assert_int_equal(is_event_lost, lseek(fileno(events), 0, SEEK_END) == 0);
        assert_true(!done || strstr(text, "secret") == NULL);
        done = done && !lost && !is_event_lost;
    }
    log_free(l);
    fclose(screen);
    fclose(events);
    free(text);
    return done;
}

static void test_log__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log__writes_lines_with_fields),
        cmocka_unit_test(test_log__events_are_json_lines_of_every_level),
        cmocka_unit_test(test_log__masks_secrets_everywhere),
        cmocka_unit_test(test_log__escapes_controls_on_the_screen),
        cmocka_unit_test(test_log__colours_when_asked),
        cmocka_unit_test(test_log__event_failure_is_told_once),
        cmocka_unit_test(test_log__lines_of_many_threads_stay_whole),
        cmocka_unit_test(test_log__no_log_is_fine),
        cmocka_unit_test(test_log__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
