// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Random numbers by counter: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers:
// as easy as 1, 2, 3", SC 2011). A pure function of key and counter, so no thread owns a state.
#ifndef PORTRAIT_LEARN_PHILOX_H
#define PORTRAIT_LEARN_PHILOX_H

#include <stdint.h>

// Ten rounds over the 128-bit counter, in place.
void philox_rounds(uint32_t counter[4], uint32_t key_low, uint32_t key_high);
// 64 random bits of (seed, stream, index).
uint64_t philox_bits(uint64_t seed, uint64_t stream, uint64_t index);

#endif
