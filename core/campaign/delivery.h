// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Deliveries: message bodies are frozen into a folder before the first one is sent, then sent one
// by one, each attempt's end recorded in a journal. A kill at any instant loses none and changes
// none; a body that was sent but not recorded is sent again under the same id.
//
// The folder: 000001.json ... (bodies), recipients.csv (delivery id and profile of each body),
// index.ndjson (published last: without it nothing is frozen), journal (one line an event, each
// with a CRC-32, fsynced), lock.
#ifndef PORTRAIT_CAMPAIGN_DELIVERY_H
#define PORTRAIT_CAMPAIGN_DELIVERY_H

#include <portrait/sink.h>

#include "delivery_freezer.h"
#include "delivery_id.h"

// Time and chance, so that tests need not wait. A NULL slot is the system's.
struct delivery_clock {
    void *ctx;
    int64_t (*now_ms)(void *ctx);
    void (*sleep_ms)(void *ctx, uint64_t ms); // called with at most 100 ms at a time
    uint64_t (*random)(void *ctx);
};

enum delivery_state {
    DELIVERY_PENDING,
    DELIVERY_ACCEPTED,
    DELIVERY_REJECTED,  // the receiver said no: final
    DELIVERY_EXHAUSTED, // attempts used up: sent again only when asked
};

struct delivery_options {
    const pt_sink_vtable *sink; // with request and verdict
    void *self;
    struct delivery_clock clock;
    uint32_t max_attempts; // of one body in one call; the sink's policy may say less or more
    uint32_t backoff_ms;   // first pause; doubles, full jitter
    uint32_t backoff_max_ms;
    uint32_t retry_after_max_ms;   // a longer Retry-After is cut to this
    uint32_t give_up_after;        // failed requests in a row until the receiver counts as down
    bool retry_exhausted;          // `deliver RUN`: exhausted bodies are pending again
    bool enable;                   // forget that the receiver answered 410
    const volatile int *cancelled; // may be NULL
    // Called after each recorded answer; may be NULL.
    void (*progress)(void *ctx, uint64_t finished, uint64_t total);
    void *progress_ctx;
};

#define DELIVERY_OPTIONS_INIT                                                                      \
    ((struct delivery_options){.max_attempts = 5,                                                  \
                               .backoff_ms = 1000,                                                 \
                               .backoff_max_ms = 60000,                                            \
                               .retry_after_max_ms = 120000,                                       \
                               .give_up_after = 15})

struct delivery_count {
    uint64_t bodies;
    uint64_t profiles;
};

struct delivery_report {
    struct delivery_count total;
    struct delivery_count accepted;
    struct delivery_count rejected;
    struct delivery_count exhausted;
    struct delivery_count pending;
    uint64_t requests;      // made by this call
    uint64_t damaged_lines; // of the journal: their bodies count as not sent
    bool is_disabled;       // the receiver answered 410: nothing more is sent
    bool is_down;           // give_up_after was reached
    char last_error[256];   // of the last attempt that failed, "" = none
};

// Sends what is pending. PT_OK whenever every answer was recorded, whatever the answers were: the
// report tells. PT_E_NOT_FOUND: nothing is frozen there. PT_E_STATE: another process delivers this
// folder now. PT_E_DATA: a frozen body or the index is not what was frozen. PT_E_CANCELLED: asked
// to stop. The report is filled on every outcome that got as far as reading the folder.
pt_status delivery_send(const char *folder, const struct delivery_options *options,
                        struct delivery_report *report, struct pt_error *err);
// Reads the state without sending; takes no lock.
pt_status delivery_status(const char *folder, struct delivery_report *report, struct pt_error *err);
bool delivery_is_complete(const struct delivery_report *report); // everything accepted

#endif
