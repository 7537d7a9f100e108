// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Batches in shared memory: what was written is read, and what a hostile child could have put there
// instead is refused without a byte read outside. BATCH_MUTATIONS tells how many of them are tried.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "host.h"
#include "mem.h"
#include "pt_batch.h"
#include "shared_batch.h"

#define N_ROWS 100
#define N_COLUMNS 8
#define SEED UINT64_C(0x9e3779b97f4a7c15)

static const struct pt_field fields[N_COLUMNS] = {
    {"text", PT_CELL_UTF8, NULL},   {"dict", PT_CELL_DICT, NULL}, {"i64", PT_CELL_I64, NULL},
    {"bool", PT_CELL_BOOL, NULL},   {"f64", PT_CELL_F64, NULL},   {"time", PT_CELL_TS_US, "UTC"},
    {"date", PT_CELL_DATE32, NULL}, {"i32", PT_CELL_I32, NULL},
};

struct fixture {
    pt_host host;
    struct schema schema;
    const struct schema_field *columns[N_COLUMNS];
    struct shared_layout layout;
    uint8_t *bytes; // of a good batch
    uint64_t n;
};

static void add_row(struct pt_batch *b, int row)
{
    char text[16];
    int n = snprintf(text, sizeof text, "row %d", row);
    for (uint32_t i = 0; i < N_COLUMNS; i++) {
        struct pt_column *c = &b->columns[i];
        if ((row + (int)i) % 7 == 0) {
            pt_column_null(c);
        } else if (fields[i].cell == PT_CELL_UTF8) {
            pt_column_text(c, text, (uint64_t)n);
        } else if (fields[i].cell == PT_CELL_DICT) {
            pt_column_text(c, row % 3 == 0 ? "fizz" : "buzz", 4);
        } else if (fields[i].cell == PT_CELL_BOOL) {
            pt_column_bool(c, row % 2 != 0);
        } else if (fields[i].cell == PT_CELL_F64) {
            pt_column_f64(c, row / 4.0);
        } else if (fields[i].cell == PT_CELL_I32 || fields[i].cell == PT_CELL_DATE32) {
            pt_column_i32(c, row);
        } else {
            pt_column_i64(c, row);
        }
    }
}

static void make_batch(struct fixture *f, struct ArrowArray *out)
{
    struct pt_batch batch;
    assert_int_equal(pt_batch_init(&batch, &f->host, fields, N_COLUMNS, N_ROWS), PT_OK);
    for (int row = 0; row < N_ROWS; row++) {
        add_row(&batch, row);
    }
    assert_int_equal(pt_batch_finish(&batch, N_ROWS, out), PT_OK);
    pt_batch_release(&batch);
}

// As the host answers a child that asks for it.
static pt_status make_room(void *ctx, uint64_t n, struct pt_error *err)
{
    int fd = -1;
    TRY(segment_make(ctx, n, &fd, err));
    return close(fd) == 0 ? PT_OK : PT_E_IO;
}

static void write_batch(struct fixture *f, struct segment *segment, uint64_t *n)
{
    struct ArrowArray array = {0};
    struct pt_error err = ERROR_INIT;
    const struct shared_room room = {segment, make_room, segment};
    make_batch(f, &array);
    assert_int_equal(shared_batch_write(&f->layout, &array, &room, n, &err), PT_OK);
    array.release(&array);
}

static int set_up(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    struct ArrowSchema schema;
    struct pt_error err = ERROR_INIT;
    struct segment segment = {0};
    host_table_init(&f->host, f);
    assert_int_equal(pt_schema_build(&f->host, fields, N_COLUMNS, &schema), PT_OK);
    assert_int_equal(schema_import(&schema, &f->schema, &err), PT_OK);
    schema.release(&schema);
    for (size_t i = 0; i < N_COLUMNS; i++) {
        f->columns[i] = &f->schema.fields[i];
    }
    f->layout = (struct shared_layout){f->columns, N_COLUMNS};
    write_batch(f, &segment, &f->n);
    f->bytes = mem_alloc(f->n);
    memcpy(f->bytes, segment.bytes, f->n);
    segment_release(&segment);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    schema_release(&f->schema);
    mem_free(f->bytes);
    mem_free(f);
    return 0;
}

// Reads every value, so that a view that points outside is found.
static uint64_t touch(const struct batch *b)
{
    uint64_t sum = 0;
    for (size_t c = 0; c < N_COLUMNS; c++) {
        const struct vec *v = &b->columns[c];
        for (size_t row = 0; row < b->n_rows; row++) {
            if (!vec_is_valid(v, row)) {
                continue;
            }
            if (v->s != NULL) {
                struct text text = vec_text(v, row);
                for (size_t i = 0; i < text.n; i++) {
                    sum += (uint8_t)text.p[i];
                }
            } else {
                double value = v->f != NULL ? v->f[row] : 0;
                uint64_t bits = 0;
                memcpy(&bits, &value, sizeof bits);
                sum += v->b != NULL ? v->b[row] : v->i != NULL ? (uint64_t)v->i[row] : bits;
            }
        }
    }
    return sum;
}

static void test_shared_batch__reads_what_was_written(void **state)
{
    struct fixture *f = *state;
    struct pt_error err = ERROR_INIT;
    struct ArrowArray array = {0};
    struct ArrowArray direct = {0};
    struct batch through = {0};
    struct batch plain = {0};
    struct segment segment = {0};
    uint64_t n = 0;
    write_batch(f, &segment, &n);
    assert_int_equal(shared_batch_copy(&f->layout, &segment, n, &array, &err), PT_OK);
    memset(segment.bytes, 0xff, segment.n); // what the child does now changes nothing
    segment_release(&segment);
    assert_int_equal(batch_import(&through, &f->schema, &array, true, &err), PT_OK);
    make_batch(f, &direct);
    assert_int_equal(batch_import(&plain, &f->schema, &direct, true, &err), PT_OK);
    assert_int_equal(through.n_rows, N_ROWS);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        for (size_t row = 0; row < N_ROWS; row++) {
            assert_int_equal(vec_is_valid(&through.columns[c], row),
                             vec_is_valid(&plain.columns[c], row));
        }
    }
    assert_true(touch(&through) == touch(&plain));
    batch_release(&through);
    batch_release(&plain);
}

// In memory of its exact size, so that a sanitizer sees each byte read outside.
static pt_status try_bytes(struct fixture *f, const uint8_t *bytes, uint64_t n)
{
    uint8_t *exact = mem_alloc(n == 0 ? 1 : n);
    struct pt_error err = ERROR_INIT;
    struct ArrowArray array = {0};
    struct batch batch = {0};
    memcpy(exact, bytes, n);
    pt_status status = shared_batch_view(&f->layout, (pt_bytes){exact, n}, &array, &err);
    if (status == PT_OK) {
        status = batch_import(&batch, &f->schema, &array, true, &err);
        if (status == PT_OK) {
            touch(&batch);
        } else {
            array.release(&array);
        }
    }
    assert_true(status == PT_OK || err.message[0] != '\0');
    batch_release(&batch);
    mem_free(exact);
    return status;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

// One to four changes: a bit, a byte, or a word of the head that offsets and lengths are made of.
static uint64_t mutate(uint8_t *bytes, uint64_t n, uint64_t *random)
{
    static const uint64_t words[] = {0,
                                     1,
                                     7,
                                     8,
                                     63,
                                     64,
                                     99,
                                     101,
                                     INT32_MAX,
                                     UINT32_MAX,
                                     INT64_MAX,
                                     UINT64_MAX,
                                     1u << 16,
                                     1u << 20,
                                     UINT64_C(1) << 40,
                                     UINT64_C(1) << 63};
    uint64_t head = sizeof(struct shared_head) + 32 + N_COLUMNS * sizeof(struct shared_column);
    uint64_t changes = 1 + next_random(random) % 4;
    for (uint64_t i = 0; i < changes; i++) {
        uint64_t kind = next_random(random) % 4;
        uint64_t at = next_random(random) % (kind == 3 ? n : head);
        if (kind == 0) {
            uint64_t value = words[next_random(random) % (sizeof words / sizeof words[0])];
            memcpy(bytes + at / 8 * 8, &value, sizeof value);
        } else if (kind == 1) {
            uint64_t value = next_random(random) % (2 * n);
            memcpy(bytes + at / 8 * 8, &value, sizeof value);
        } else {
            bytes[at] ^= (uint8_t)(1u << next_random(random) % 8);
        }
    }
    return next_random(random) % 16 == 0 ? next_random(random) % n : n;
}

static void test_shared_batch__mutations_are_harmless(void **state)
{
    struct fixture *f = *state;
    const char *wanted = getenv("BATCH_MUTATIONS");
    long rounds = wanted == NULL ? 2000 : strtol(wanted, NULL, 10);
    uint64_t random = SEED;
    long refused = 0;
    uint8_t *bytes = mem_alloc(f->n);
    int64_t blocks = mem_live_blocks();
    for (long i = 0; i < rounds; i++) {
        memcpy(bytes, f->bytes, f->n);
        uint64_t n = mutate(bytes, f->n, &random);
        refused += try_bytes(f, bytes, n) != PT_OK;
        assert_int_equal(mem_live_blocks(), blocks);
    }
    print_message("%ld of %ld mutated batches refused\n", refused, rounds);
    assert_true(refused > rounds / 4);
    mem_free(bytes);
}

static void test_shared_batch__every_cut_is_refused(void **state)
{
    struct fixture *f = *state;
    for (uint64_t n = 0; n < f->n; n += n < 2048 ? 1 : 37) {
        assert_int_not_equal(try_bytes(f, f->bytes, n), PT_OK);
    }
    assert_int_equal(try_bytes(f, f->bytes, f->n), PT_OK);
}

static void test_shared_batch__a_size_behind_its_memory_is_refused(void **state)
{
    struct fixture *f = *state;
    struct segment segment = {0};
    struct ArrowArray array = {0};
    struct pt_error err = ERROR_INIT;
    uint64_t n = 0;
    assert_int_equal(shared_batch_copy(&f->layout, &segment, 1, &array, &err), PT_E_INTERNAL);
    write_batch(f, &segment, &n);
    const uint64_t sizes[] = {segment.n + 1, SEGMENT_BYTES_MAX + 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        err = ERROR_INIT;
        assert_int_equal(shared_batch_copy(&f->layout, &segment, sizes[i], &array, &err),
                         PT_E_INTERNAL);
        assert_non_null(strstr(err.message, "larger than its memory"));
    }
    segment_release(&segment);
}

static void test_shared_batch__nobody_can_change_its_size(void **state)
{
    (void)state;
    struct segment segment = {0};
    struct pt_error err = ERROR_INIT;
    int fd = -1;
    assert_int_equal(segment_make(&segment, 5000, &fd, &err), PT_OK);
    assert_int_equal(ftruncate(fd, 10), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(ftruncate(fd, (off_t)segment.n + 1), -1);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
    close(fd);
    segment_release(&segment);
}

static void test_shared_batch__memory_grows_to_its_limit(void **state)
{
    (void)state;
    struct segment segment = {0};
    struct pt_error err = ERROR_INIT;
    const uint64_t sizes[] = {1, (uint64_t)3 << 20, SEGMENT_BYTES_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(make_room(&segment, sizes[i], &err), PT_OK);
        assert_true(segment.n >= sizes[i] && segment.n <= SEGMENT_BYTES_MAX);
    }
    assert_int_equal(make_room(&segment, SEGMENT_BYTES_MAX + 1, &err), PT_E_LIMIT);
    assert_int_equal(segment.n, SEGMENT_BYTES_MAX);
    segment_release(&segment);
}

static void test_shared_batch__both_ends_see_one_memory(void **state)
{
    (void)state;
    struct segment host = {0};
    struct segment child = {0};
    struct pt_error err = ERROR_INIT;
    int fd = -1;
    assert_int_equal(segment_make(&host, 5000, &fd, &err), PT_OK);
    assert_int_equal(segment_join(&child, fd, &err), PT_OK);
    close(fd); // the mappings stay
    assert_int_equal(child.n, host.n);
    child.bytes[4999] = 42;
    assert_int_equal(host.bytes[4999], 42);
    assert_int_equal(segment_join(&child, -1, &err), PT_E_IO);
    segment_release(&child);
    segment_release(&host);
}

static void test_shared_batch__out_of_memory(void **state)
{
    struct fixture *f = *state;
    struct segment segment = {0};
    uint64_t n = 0;
    write_batch(f, &segment, &n);
    int64_t blocks = mem_live_blocks();
    for (uint64_t at = 1;; at++) {
        struct ArrowArray array = {0};
        struct pt_error err = ERROR_INIT;
        mem_fault_arm(at, false);
        pt_status status = shared_batch_copy(&f->layout, &segment, n, &array, &err);
        bool is_through = mem_fault_calls() < at;
        mem_fault_arm(0, false);
        if (status == PT_OK) {
            array.release(&array);
        }
        assert_int_equal(status, is_through ? PT_OK : PT_E_NO_MEMORY);
        assert_int_equal(mem_live_blocks(), blocks);
        if (is_through) {
            break;
        }
    }
    segment_release(&segment);
}

static void test_shared_batch__wrong_arrays_are_told(void **state)
{
    struct fixture *f = *state;
    struct pt_error err = ERROR_INIT;
    struct segment segment = {0};
    const struct shared_room room = {&segment, make_room, &segment};
    uint64_t n = 0;
    for (int fault = 0; fault < 4; fault++) {
        struct ArrowArray array = {0};
        make_batch(f, &array);
        int64_t length = array.length;
        int64_t n_children = array.n_children;
        array.length = fault == 0 ? -1 : array.length;
        array.n_children = fault == 1 ? 3 : array.n_children;
        array.children[0]->n_buffers = fault == 2 ? 2 : 3;
        array.children[2]->offset = fault == 3 ? -5 : 0;
        assert_int_equal(shared_batch_write(&f->layout, &array, &room, &n, &err), PT_E_INTERNAL);
        array.length = length;
        array.n_children = n_children;
        array.children[0]->n_buffers = 3;
        array.release(&array);
    }
    assert_int_equal(n, 0);
    segment_release(&segment);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared_batch__reads_what_was_written),
        cmocka_unit_test(test_shared_batch__mutations_are_harmless),
        cmocka_unit_test(test_shared_batch__every_cut_is_refused),
        cmocka_unit_test(test_shared_batch__a_size_behind_its_memory_is_refused),
        cmocka_unit_test(test_shared_batch__nobody_can_change_its_size),
        cmocka_unit_test(test_shared_batch__memory_grows_to_its_limit),
        cmocka_unit_test(test_shared_batch__both_ends_see_one_memory),
        cmocka_unit_test(test_shared_batch__out_of_memory),
        cmocka_unit_test(test_shared_batch__wrong_arrays_are_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
