// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Failing-allocation sweep: runs a scenario with its 1st, 2nd, ... allocation failing, once alone
// and once with all later ones, until it runs through. A scenario returns true when it succeeded;
// after a failure it must have told so and left no block behind.
#ifndef PORTRAIT_TEST_SWEEP_H
#define PORTRAIT_TEST_SWEEP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mem.h"

// Returns the number of allocations of a run without failures.
static inline uint64_t sweep_allocations(bool (*scenario)(void))
{
    uint64_t n_calls = 0;
    for (int forever = 0; forever < 2; forever++) {
        bool hit = true;
        for (uint64_t at = 1; hit; at++) {
            int64_t before = mem_live_blocks();
            mem_fault_arm(at, forever != 0);
            bool succeeded = scenario();
            n_calls = mem_fault_calls();
            mem_fault_arm(0, false);
            hit = n_calls >= at;
            assert_int_equal(succeeded, !hit);
            assert_int_equal(mem_live_blocks(), before);
        }
    }
    return n_calls;
}

#endif
