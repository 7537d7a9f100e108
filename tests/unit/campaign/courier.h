// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What delivery tests share: a plain sink that posts bodies to a receiver, a clock that never
// waits, and bodies to freeze.
#ifndef PORTRAIT_TESTS_CAMPAIGN_COURIER_H
#define PORTRAIT_TESTS_CAMPAIGN_COURIER_H

#include "delivery.h"
#include "receiver.h"

struct courier {
    char url[128];
    uint32_t max_attempts; // policy; 0 = not said
    uint32_t timeout_ms;
    uint64_t retry_after_ms; // of every "retry" verdict, unless the answer has Retry-After: seconds
    pt_status request_fails;
    bool is_strict; // allows no private address
    int verdict;    // 0 = by status
};

struct fake_clock {
    int64_t now_ms;
    uint64_t slept_ms;
    uint64_t random; // what every draw gives
    volatile int *cancel_on_sleep;
};

const pt_sink_vtable *courier_sink(void);
struct delivery_options courier_options(struct courier *c, struct fake_clock *clock);
// Freezes n bodies {"n":1} ... of two people each and commits. PT_OK or what failed.
pt_status courier_freeze(const char *folder, size_t n, struct pt_error *err);

#endif
