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

#include "cpu.h"

// What the system says of the processor, read the way an operator would.
static bool system_has(const char *flag)
{
    FILE *f = fopen("/proc/cpuinfo", "r");
    assert_non_null(f);
    static char line[16384];
    bool has = false;
    char wanted[32];
    snprintf(wanted, sizeof wanted, " %s ", flag);
    while (!has && fgets(line, sizeof line - 1, f) != NULL) {
        char *end = strchr(line, '\n');
        if (strncmp(line, "flags", 5) == 0 && end != NULL) {
            *end = ' ';
            has = strstr(line, wanted) != NULL;
        }
    }
    fclose(f);
    return has;
}

static void test_cpu__agrees_with_the_system(void **state)
{
    (void)state;
    uint32_t level = cpu_detect();
    assert_in_range(level, PT_CPU_BASELINE, PT_CPU_AVX512);
    assert_int_equal(level >= PT_CPU_AVX2,
                     system_has("avx2") && system_has("fma") && system_has("bmi2"));
    assert_int_equal(level >= PT_CPU_AVX512, level >= PT_CPU_AVX2 && system_has("avx512f") &&
                                                 system_has("avx512bw") && system_has("avx512dq") &&
                                                 system_has("avx512vl"));
}

static void test_cpu__names_lead_back_to_levels(void **state)
{
    (void)state;
    for (uint32_t i = PT_CPU_BASELINE; i <= PT_CPU_AVX512; i++) {
        uint32_t level = 0;
        assert_true(cpu_named(text_of(cpu_name(i)), &level));
        assert_int_equal(level, i);
    }
    uint32_t level = 7;
    assert_false(cpu_named(text_of("unknown"), &level));
    assert_false(cpu_named(text_of("avx"), &level));
    assert_int_equal(level, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cpu__agrees_with_the_system),
        cmocka_unit_test(test_cpu__names_lead_back_to_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
