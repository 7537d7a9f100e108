// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One attempt at one body: the sink writes the request, the host sends it, the sink judges.
#ifndef PORTRAIT_CAMPAIGN_DELIVERY_EXCHANGE_H
#define PORTRAIT_CAMPAIGN_DELIVERY_EXCHANGE_H

#include <portrait/sink.h>

#include "error.h"
#include "http.h"

struct delivery_attempt {
    const pt_sink_vtable *sink;
    void *self;
    const pt_frozen_body *body;
    const volatile int *cancelled;
};

struct delivery_outcome {
    pt_verdict verdict;
    uint64_t retry_after_ms; // 0 = not said
    uint32_t max_attempts;   // as the sink's policy has it, 0 = not said
    int32_t http_status;     // 0 = no answer came
    char error[256];         // why it was not accepted, "" = it was
};

// PT_OK with a verdict, also when no answer came. PT_E_CANCELLED: asked to stop. PT_E_DENIED: the
// address may not be talked to. Everything else: the request could not be made at all.
pt_status delivery_exchange(struct http *http, const struct delivery_attempt *attempt,
                            struct delivery_outcome *out, struct pt_error *err);

#endif
