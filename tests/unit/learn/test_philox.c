// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Known answers of the Random123 distribution (kat_vectors, philox4x32 10 rounds).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "philox.h"

static void test_philox__known_answers(void **state)
{
    (void)state;
    static const uint32_t cases[][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d,
         0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
         0x94fdcceb, 0x5001e420, 0x24126ea1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t counter[4] = {cases[i][0], cases[i][1], cases[i][2], cases[i][3]};
        philox_rounds(counter, cases[i][4], cases[i][5]);
        assert_memory_equal(counter, &cases[i][6], sizeof counter);
    }
}

static void test_philox__a_function_of_seed_stream_index(void **state)
{
    (void)state;
    assert_true(philox_bits(0, 0, 0) == UINT64_C(0xe169c58d6627e8d5));
    assert_true(philox_bits(1, 2, 3) == philox_bits(1, 2, 3));
    assert_true(philox_bits(1, 2, 3) != philox_bits(1, 3, 2));
    assert_true(philox_bits(1, 2, 3) != philox_bits(2, 2, 3));
    assert_true(philox_bits(1, 2, 3) != philox_bits(UINT64_C(1) << 32 | 1, 2, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox__known_answers),
        cmocka_unit_test(test_philox__a_function_of_seed_stream_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
