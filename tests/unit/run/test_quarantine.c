// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fsys.h"
#include "json.h"
#include "mem.h"
#include "quarantine.h"
#include "sweep.h"
#include "workdir.h"

static struct workdir dir;
static char folder[512];

static pt_status reject(struct quarantine *q, uint32_t part, uint64_t line, const char *reason,
                        const char *record, struct pt_error *err)
{
    const pt_reject r = {.struct_size = sizeof r,
                         .column = 2,
                         .offset = line * 10,
                         .line = line,
                         .column_name = "birth",
                         .reason = reason,
                         .excerpt = {(const uint8_t *)record, strlen(record)}};
    return quarantine_reject(quarantine_part_of(q, part), &r, err);
}

static char *merged(void)
{
    char path[600];
    snprintf(path, sizeof path, "%s/crm.ndjson", folder);
    return workdir_read(path, NULL);
}

// Splits 0 and 1 are of a.csv, split 2 of b.csv: lines count on over the splits of a file.
static void test_quarantine__lines_over_splits(void **state)
{
    (void)state;
    struct quarantine *q = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(quarantine_new(folder, "crm", 3, &q, &err), PT_OK);
    static const char *const files[] = {"a.csv", "a.csv", "b.csv"};
    for (uint32_t i = 0; i < 3; i++) {
        quarantine_part_file(quarantine_part_of(q, i), files[i]);
        quarantine_part_lines(quarantine_part_of(q, i), 100);
    }
    assert_int_equal(reject(q, 2, 4, "not a date", "c\n\"d\"", &err), PT_OK);
    assert_int_equal(reject(q, 1, 7, "not a date", "b", &err), PT_OK);
    assert_int_equal(reject(q, 0, 99, "too long", "a\xFF", &err), PT_OK);
    assert_int_equal(quarantine_finish(q, &err), PT_OK);
    char *text = merged();
    assert_string_equal(
        text, "{\"line\":100,\"file\":\"a.csv\",\"offset\":990,\"column\":2,\"name\":\"birth\","
              "\"reason\":\"too long\",\"record_b64\":\"Yf8=\"}\n"
              "{\"line\":108,\"file\":\"a.csv\",\"offset\":70,\"column\":2,\"name\":\"birth\","
              "\"reason\":\"not a date\",\"record\":\"b\"}\n"
              "{\"line\":5,\"file\":\"b.csv\",\"offset\":40,\"column\":2,\"name\":\"birth\","
              "\"reason\":\"not a date\",\"record\":\"c\\n\\\"d\\\"\"}\n");
    free(text);
    const char *file = NULL;
    uint64_t line = 0;
    size_t n = 0;
    assert_true(quarantine_first(q, &file, &line));
    assert_string_equal(file, "a.csv");
    assert_int_equal(line, 100);
    assert_int_equal(quarantine_rows(q), 3);
    const struct quarantine_reason *reasons = quarantine_reasons(q, &n);
    assert_int_equal(n, 2);
    assert_string_equal(reasons[0].text, "column 2 `birth`: not a date");
    assert_int_equal(reasons[0].rows, 2);
    quarantine_free(q);
    assert_int_equal(workdir_count(folder, ".part"), 0);
    workdir_remove(folder);
}

// Parts that outgrow their buffer, with lines longer than what is copied at once.
static void test_quarantine__large_parts(void **state)
{
    (void)state;

    enum { N = 300, LENGTH = 70000 };
    struct quarantine *q = NULL;
    struct pt_error err = ERROR_INIT;
    char *record = malloc(LENGTH + 1);
    memset(record, 'x', LENGTH);
    record[LENGTH] = '\0';
    assert_int_equal(quarantine_new(folder, "crm", 2, &q, &err), PT_OK);
    for (uint64_t i = 0; i < N; i++) {
        assert_int_equal(reject(q, i % 2, i, "long", i % 3 ? "short" : record, &err), PT_OK);
    }
    assert_int_equal(quarantine_finish(q, &err), PT_OK);
    char *text = merged();
    size_t n = 0;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        struct json *object = NULL;
        int64_t number = 0;
        uint64_t i = n < N / 2 ? 2 * n : 2 * (n - N / 2) + 1;
        assert_int_equal(json_parse(text_of(line), &object, &err), PT_OK);
        assert_true(json_i64(json_get(object, "line"), &number));
        assert_int_equal(number, i + 1);
        assert_int_equal(strlen(json_text(json_get(object, "record"))), i % 3 ? 5 : LENGTH);
        json_free(object);
        n++;
    }
    assert_int_equal(n, N);
    free(text);
    free(record);
    quarantine_free(q);
    workdir_remove(folder);
}

static void test_quarantine__nothing_rejected(void **state)
{
    (void)state;
    struct quarantine *q = NULL;
    struct pt_error err = ERROR_INIT;
    const char *file = NULL;
    uint64_t line = 0;
    assert_int_equal(quarantine_new(folder, "crm", 2, &q, &err), PT_OK);
    assert_int_equal(quarantine_finish(q, &err), PT_OK);
    assert_false(quarantine_first(q, &file, &line));
    quarantine_free(q);
    assert_null(merged());
}

static void test_quarantine__counts_only(void **state)
{
    (void)state;
    struct quarantine *q = NULL;
    struct pt_error err = ERROR_INIT;
    size_t n = 0;
    assert_int_equal(quarantine_new(NULL, "crm", 1, &q, &err), PT_OK);
    const pt_reject bare = {.struct_size = sizeof bare};
    assert_int_equal(quarantine_reject(quarantine_part_of(q, 0), &bare, &err), PT_OK);
    assert_int_equal(quarantine_finish(q, &err), PT_OK);
    assert_string_equal(quarantine_reasons(q, &n)[0].text, "rejected");
    assert_int_equal(quarantine_rows(q), 1);
    quarantine_free(q);
}

// Reasons that hold values would be as many as rows: beyond a thousand they count as one.
static void test_quarantine__many_reasons(void **state)
{
    (void)state;
    struct quarantine *q = NULL;
    struct pt_error err = ERROR_INIT;
    char reason[32];
    size_t n = 0;
    assert_int_equal(quarantine_new(NULL, "crm", 1, &q, &err), PT_OK);
    for (int i = 0; i < 1500; i++) {
        snprintf(reason, sizeof reason, "bad %d", i);
        assert_int_equal(reject(q, 0, (uint64_t)i, reason, "x", &err), PT_OK);
    }
    assert_int_equal(quarantine_finish(q, &err), PT_OK);
    const struct quarantine_reason *reasons = quarantine_reasons(q, &n);
    assert_int_equal(n, 1001);
    assert_string_equal(reasons[0].text, "other");
    assert_int_equal(reasons[0].rows, 500);
    quarantine_free(q);
}

// Large enough that parts reach the disk.
static pt_status some_rejects(struct pt_error *err)
{
    static char record[40000];
    memset(record, 'y', sizeof record - 1);
    struct quarantine *q = NULL;
    pt_status status = quarantine_new(folder, "crm", 2, &q, err);
    for (uint64_t i = 0; i < 8 && status == PT_OK; i++) {
        quarantine_part_file(quarantine_part_of(q, i % 2), "a.csv");
        status = reject(q, i % 2, i, i % 3 ? "this" : "that", i < 6 ? record : "\xFF", err);
    }
    if (status == PT_OK) {
        status = quarantine_finish(q, err);
    }
    quarantine_free(q);
    return status;
}

static bool scenario(void)
{
    struct pt_error err = ERROR_INIT;
    pt_status status = some_rejects(&err);
    assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
    assert_int_equal(workdir_count(folder, ".part"), 0);
    return status == PT_OK;
}

static void test_quarantine__out_of_memory(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 10);
    workdir_remove(folder);
}

static void test_quarantine__disk_full(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(some_rejects(&err), PT_OK);
    char *whole = merged();
    bool was_reached = true;
    for (uint64_t at = 1; was_reached; at++) {
        workdir_remove(folder);
        int64_t blocks = mem_live_blocks();
        size_t descriptors = workdir_descriptors();
        fsys_fault_arm(at, ENOSPC, false);
        pt_status status = some_rejects(&err);
        was_reached = fsys_fault_calls() >= at;
        fsys_fault_arm(0, 0, false);
        assert_int_equal(mem_live_blocks(), blocks);
        assert_int_equal(workdir_descriptors(), descriptors);
        if (status == PT_OK) { // closing a part that was read may fail
            char *text = merged();
            assert_string_equal(text, whole);
            free(text);
        } else {
            assert_int_equal(status, PT_E_IO);
        }
    }
    free(whole);
    workdir_remove(folder);
}

static int set_up(void **state)
{
    (void)state;
    workdir_init(&dir);
    snprintf(folder, sizeof folder, "%s/quarantine", dir.path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    workdir_release(&dir);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quarantine__lines_over_splits),
        cmocka_unit_test(test_quarantine__large_parts),
        cmocka_unit_test(test_quarantine__nothing_rejected),
        cmocka_unit_test(test_quarantine__counts_only),
        cmocka_unit_test(test_quarantine__many_reasons),
        cmocka_unit_test(test_quarantine__out_of_memory),
        cmocka_unit_test(test_quarantine__disk_full),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
