// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What is written comes back in file order, from memory or from disk, whatever the budget, and the
// budget is kept.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mem.h"
#include "pool.h"
#include "spool.h"

#define N_SPLITS 200
#define N_RECORDS 300

static const uint32_t widths[] = {8, 40};

// Every split writes its records in small pieces: source, ordinal, number.
static pt_status write_split(struct spool *s, uint32_t source, uint32_t ordinal,
                             struct pt_error *err)
{
    struct spool_writer *w = NULL;
    struct spool_split split = {.source = source, .ordinal = ordinal};
    TRY(spool_borrow(s, &w, err));
    pt_status status = PT_OK;
    for (size_t i = 0; status == PT_OK && i < N_RECORDS;) {
        struct spool_grant grant = {.n = N_RECORDS - i < 17 ? N_RECORDS - i : 17};
        status = spool_reserve(s, w, &split, &grant, err);
        for (size_t k = 0; status == PT_OK && k < grant.n; k++, i++) {
            uint64_t value = (uint64_t)source << 60 | (uint64_t)ordinal << 32 | i;
            for (size_t at = 0; at < widths[source]; at += 8) {
                memcpy(grant.at + k * widths[source] + at, &value, sizeof value);
            }
        }
    }
    if (status == PT_OK) {
        status = spool_commit(s, &split, err);
    }
    spool_split_release(&split);
    spool_return(s, w);
    return status;
}

static pt_status write_item(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)worker;
    uint32_t ordinal = (uint32_t)(item * 77 % N_SPLITS);
    TRY(write_split(arg, (uint32_t)(item % 2), ordinal, err));
    return write_split(arg, (uint32_t)((item + 1) % 2), ordinal, err);
}

static void check_record(const unsigned char *record, uint32_t source, uint64_t n)
{
    for (size_t at = 0; at < widths[source]; at += 8) {
        uint64_t value = 0;
        memcpy(&value, record + at, sizeof value);
        assert_int_equal(value, (uint64_t)source << 60 | n / N_RECORDS << 32 | n % N_RECORDS);
    }
}

static void check_all(const struct spool *s, uint32_t source)
{
    struct pt_error err = ERROR_INIT;
    struct spool_runs runs = spool_runs_of(s, source);
    static unsigned char buffer[SPOOL_CHUNK_BYTES];
    uint64_t n = 0;
    for (size_t i = 0; i < runs.n; i++) {
        const struct spool_run *run = &runs.items[i];
        if (spool_is_on_disk(s)) {
            assert_int_equal(spool_read(s, run, widths[source], buffer, &err), PT_OK);
        }
        for (uint32_t k = 0; k < run->n; k++, n++) {
            uint32_t offset = run->at + k * widths[source];
            if (spool_is_on_disk(s)) {
                check_record(buffer + k * widths[source], source, n);
            } else {
                struct rowset rows = spool_rows(s);
                uint32_t ref = run->chunk << SPOOL_UNIT_BITS | offset / 8;
                check_record(rowset_record(&rows, ref), source, n);
            }
        }
    }
    assert_int_equal(n, (uint64_t)N_SPLITS * N_RECORDS);
}

static void check_budget(uint64_t memory, uint32_t threads, bool expects_disk)
{
    struct pt_error err = ERROR_INIT;
    struct spool *s = NULL;
    struct pool *pool = NULL;
    int64_t blocks = mem_live_blocks();
    struct spool_options options = {widths, 2, memory, "/tmp", NULL};
    assert_int_equal(spool_new(&options, &s, &err), PT_OK);
    assert_int_equal(pool_new(threads, &pool, &err), PT_OK);
    assert_int_equal(pool_run(pool, N_SPLITS, write_item, s, &err), PT_OK);
    assert_int_equal(spool_seal(s, &err), PT_OK);
    assert_int_equal(spool_is_on_disk(s), expects_disk);
    uint64_t bytes = (uint64_t)N_SPLITS * N_RECORDS * (widths[0] + widths[1]);
    assert_int_equal(spool_disk_bytes(s), expects_disk ? bytes : 0);
    check_all(s, 0);
    check_all(s, 1);
    spool_free(s);
    pool_free(pool);
    assert_int_equal(mem_live_blocks(), blocks);
}

static void test_spool__keeps_file_order_in_memory(void **state)
{
    (void)state;
    check_budget((uint64_t)1 << 30, 1, false);
    check_budget((uint64_t)1 << 30, 8, false);
    // 2.88 MB of records and what aggregation takes beside them: 4.32 MB; and chunks not quite
    // full.
    check_budget(5000000, 2, false);
}

static void test_spool__keeps_file_order_on_disk(void **state)
{
    (void)state;
    check_budget(1, 1, true);
    check_budget(100000, 8, true);
    check_budget(4319999, 2, true);
}

static void test_spool__what_is_not_committed_is_not_there(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    struct spool *s = NULL;
    struct spool_writer *w = NULL;
    struct spool_options options = {widths, 2, 1 << 20, "/tmp", NULL};
    assert_int_equal(spool_new(&options, &s, &err), PT_OK);
    assert_int_equal(spool_borrow(s, &w, &err), PT_OK);
    struct spool_split split = {0};
    struct spool_grant grant = {.n = 3};
    assert_int_equal(spool_reserve(s, w, &split, &grant, &err), PT_OK);
    spool_split_release(&split);
    spool_return(s, w);
    assert_int_equal(spool_seal(s, &err), PT_OK);
    assert_int_equal(spool_runs_of(s, 0).n, 0);
    spool_free(s);
}

static void test_spool__too_wide_a_record_is_refused(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    struct spool *s = NULL;
    const uint32_t wide[] = {SPOOL_CHUNK_BYTES + 8};
    struct spool_options options = {wide, 1, 1 << 20, "/tmp", NULL};
    assert_int_equal(spool_new(&options, &s, &err), PT_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spool__keeps_file_order_in_memory),
        cmocka_unit_test(test_spool__keeps_file_order_on_disk),
        cmocka_unit_test(test_spool__what_is_not_committed_is_not_there),
        cmocka_unit_test(test_spool__too_wide_a_record_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
