// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "philox.h"

#define MULTIPLIER_0 0xD2511F53u
#define MULTIPLIER_1 0xCD9E8D57u
#define WEYL_0 0x9E3779B9u
#define WEYL_1 0xBB67AE85u
#define ROUNDS 10

void philox_rounds(uint32_t counter[4], uint32_t key_low, uint32_t key_high)
{
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t a = (uint64_t)MULTIPLIER_0 * counter[0];
        uint64_t b = (uint64_t)MULTIPLIER_1 * counter[2];
        uint32_t next_0 = (uint32_t)(b >> 32) ^ counter[1] ^ key_low;
        uint32_t next_2 = (uint32_t)(a >> 32) ^ counter[3] ^ key_high;
        counter[0] = next_0;
        counter[1] = (uint32_t)b;
        counter[2] = next_2;
        counter[3] = (uint32_t)a;
        key_low += WEYL_0;
        key_high += WEYL_1;
    }
}

uint64_t philox_bits(uint64_t seed, uint64_t stream, uint64_t index)
{
    uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)stream,
                           (uint32_t)(stream >> 32)};
    philox_rounds(counter, (uint32_t)seed, (uint32_t)(seed >> 32));
    return (uint64_t)counter[1] << 32 | counter[0];
}
