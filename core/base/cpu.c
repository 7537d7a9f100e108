// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "cpu.h"

static const char *const names[] = {"unknown", "baseline", "avx2", "avx512"};

uint32_t cpu_detect(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi2");
    bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (has_avx2) {
        return has_avx512 ? PT_CPU_AVX512 : PT_CPU_AVX2;
    }
#endif
    return PT_CPU_BASELINE;
}

const char *cpu_name(uint32_t level)
{
    return level < sizeof names / sizeof *names ? names[level] : names[0];
}

bool cpu_named(struct text name, uint32_t *level)
{
    for (uint32_t i = PT_CPU_BASELINE; i < sizeof names / sizeof *names; i++) {
        if (text_is(name, names[i])) {
            *level = i;
            return true;
        }
    }
    return false;
}
