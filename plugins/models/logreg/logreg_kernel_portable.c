// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Kernels of any processor: two lanes, as far as the compiler has registers of that kind.
#define LANES 2
#define TARGET
#define LEVEL portable
#define FMA(a, b, c) ((a) * (b) + (c))
#define ROOT(a) ((lanes_t){sqrt((a)[0]), sqrt((a)[1])})
#include "logreg_lanes.h"
