// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flat.h"

static void write_one_of_each(struct str *out)
{
    assert_true(flat_put_u8(out, 3));
    assert_true(flat_put_u32(out, 0x01020304));
    assert_true(flat_put_u64(out, 0x05060708090a0b0c));
    assert_true(flat_put_f64(out, -0.1));
    assert_true(flat_put_text(out, text_of("abc")));
    assert_true(flat_put_u32(out, 2));
    assert_true(flat_put_u64(out, 1));
    assert_true(flat_put_u64(out, 2));
}

static void test_flat__little_endian(void **state)
{
    (void)state;
    struct str s = {0};
    write_one_of_each(&s);
    static const uint8_t wanted[] = {3, 4, 3, 2, 1, 0x0c, 0x0b, 0x0a, 9, 8, 7, 6, 5};
    assert_memory_equal(s.p, wanted, sizeof wanted);
    str_release(&s);
}

// Reads all; false when the reader failed.
static bool read_one_of_each(struct text bytes)
{
    struct flat_reader r = {.left = bytes};
    uint8_t a = flat_u8(&r, 3);
    uint32_t b = flat_u32(&r);
    uint64_t c = flat_u64(&r);
    double d = flat_f64(&r);
    struct text e = flat_text(&r);
    uint32_t n = flat_count(&r, 8);
    uint64_t f = flat_u64(&r) + flat_u64(&r);
    if (r.failed) {
        return false;
    }
    assert_int_equal(a, 3);
    assert_int_equal(b, 0x01020304);
    assert_true(c == 0x05060708090a0b0c && d == -0.1 && text_is(e, "abc"));
    assert_true(n == 2 && f == 3 && r.left.n == 0);
    return true;
}

static void test_flat__reads_back_and_notices_every_cut(void **state)
{
    (void)state;
    struct str s = {0};
    write_one_of_each(&s);
    assert_true(read_one_of_each(str_view(&s)));
    for (size_t n = 0; n < s.n; n++) {
        assert_false(read_one_of_each(text_n(s.p, n)));
    }
    str_release(&s);
}

static void test_flat__refuses_what_cannot_be(void **state)
{
    (void)state;
    struct str s = {0};
    flat_put_f64(&s, (double)INFINITY);
    struct flat_reader r = {.left = str_view(&s)};
    assert_true(flat_f64(&r) == 0 && r.failed);
    r = (struct flat_reader){.left = str_view(&s)};
    s.p[0] = 4;
    assert_true(flat_u8(&r, 3) == 0 && r.failed);
    str_reset(&s);
    flat_put_u32(&s, 0xffffffff); // a length and a count far beyond the end
    r = (struct flat_reader){.left = str_view(&s)};
    assert_true(flat_text(&r).n == 0 && r.failed);
    r = (struct flat_reader){.left = str_view(&s)};
    assert_true(flat_count(&r, 1) == 0 && r.failed);
    str_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flat__little_endian),
        cmocka_unit_test(test_flat__reads_back_and_notices_every_cut),
        cmocka_unit_test(test_flat__refuses_what_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
