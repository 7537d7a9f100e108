// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "mem.h"
#include "wire.h"

static void put_all(struct str *out)
{
    struct pt_error err = ERROR_INIT;
    error_set(&err, PT_E_DATA, "line 3 is cut");
    err.line = 3;
    wire_put_u8(out, 7);
    wire_put_u32(out, 1u << 31);
    wire_put_u64(out, UINT64_MAX);
    wire_put_i64(out, INT64_MIN);
    wire_put_bytes(out, (pt_bytes){(const uint8_t *)"a\0b", 3});
    wire_put_bytes(out, (pt_bytes){NULL, 0});
    wire_put_text(out, "text");
    wire_put_text(out, "");
    wire_put_text(out, NULL);
    wire_put_status(out, PT_E_DATA, &err);
    wire_put_status(out, PT_OK, NULL);
}

static void test_wire__reads_what_was_put(void **state)
{
    (void)state;
    struct str out = {0};
    struct pt_error err = ERROR_INIT;
    put_all(&out);
    struct wire in = wire_of(str_view(&out));
    assert_int_equal(wire_u8(&in), 7);
    assert_int_equal(wire_u32(&in), 1u << 31);
    assert_true(wire_u64(&in) == UINT64_MAX);
    assert_true(wire_i64(&in) == INT64_MIN);
    pt_bytes bytes = wire_bytes(&in);
    assert_int_equal(bytes.size, 3);
    assert_memory_equal(bytes.data, "a\0b", 3);
    assert_int_equal(wire_bytes(&in).size, 0);
    assert_string_equal(wire_text(&in), "text");
    assert_string_equal(wire_text(&in), "");
    assert_null(wire_text(&in));
    assert_int_equal(wire_status(&in, &err), PT_E_DATA);
    assert_string_equal(err.message, "line 3 is cut");
    assert_int_equal(err.line, 3);
    assert_int_equal(wire_status(&in, &err), PT_OK);
    assert_false(in.failed);
    assert_int_equal(in.n, 0);
    str_release(&out);
}

// Every cut is noticed and nothing behind the end is touched: the bytes lie in memory of their
// exact size.
static void test_wire__cuts_are_noticed(void **state)
{
    (void)state;
    struct str out = {0};
    put_all(&out);
    for (size_t n = 0; n < out.n; n++) {
        char *cut = mem_alloc(n == 0 ? 1 : n);
        struct pt_error err = ERROR_INIT;
        memcpy(cut, out.p, n);
        struct wire in = wire_of(text_n(cut, n));
        wire_u8(&in);
        wire_u32(&in);
        wire_u64(&in);
        wire_i64(&in);
        wire_bytes(&in);
        wire_bytes(&in);
        wire_text(&in);
        wire_text(&in);
        wire_text(&in);
        wire_status(&in, &err);
        wire_status(&in, &err);
        assert_true(in.failed);
        mem_free(cut);
    }
    str_release(&out);
}

static void test_wire__unknown_status_is_internal(void **state)
{
    (void)state;
    struct str out = {0};
    struct pt_error err = ERROR_INIT;
    wire_put_status(&out, 9999, &err);
    struct wire in = wire_of(str_view(&out));
    assert_int_equal(wire_status(&in, &err), PT_E_INTERNAL);
    str_release(&out);
}

static void test_wire__text_with_a_hole_is_refused(void **state)
{
    (void)state;
    struct str out = {0};
    wire_put_u8(&out, 1);
    wire_put_bytes(&out, (pt_bytes){(const uint8_t *)"a\0b", 4});
    struct wire in = wire_of(str_view(&out));
    assert_null(wire_text(&in));
    assert_true(in.failed);
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire__reads_what_was_put),
        cmocka_unit_test(test_wire__cuts_are_noticed),
        cmocka_unit_test(test_wire__unknown_status_is_internal),
        cmocka_unit_test(test_wire__text_with_a_hole_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
