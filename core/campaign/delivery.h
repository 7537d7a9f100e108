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

#include "error.h"
#include "text.h"

#define DELIVERY_ID_CHARS 33 // 32 hex digits and NUL

// A delivery id is the first 32 hex digits of SHA-256 over the five texts, each behind its length
// as 8 bytes, big-endian.
struct delivery_key {
    const char *pipeline;
    const char *audience; // NULL reads as ""
    const char *sink;
    const char *wave;
};

pt_status delivery_id(const struct delivery_key *key, struct text profile,
                      char out[DELIVERY_ID_CHARS], struct pt_error *err);
// A body's id (webhook-id): likewise over the delivery ids it carries, in order.
pt_status delivery_body_id(const char *const *ids, size_t n, char out[DELIVERY_ID_CHARS],
                           struct pt_error *err);

// --- Freezing -----------------------------------------------------------------------------------

struct delivery_freezer;

struct delivery_body {
    pt_bytes bytes;
    const char *content_type;
    const char *const *ids;      // delivery ids it carries
    const char *const *profiles; // their profiles' names
    size_t n;
};

// Starts over in `folder` (made with its parents, 0700). PT_E_STATE when bodies are frozen there
// already: they are never replaced.
pt_status delivery_freezer_new(const char *folder, const char *run_id,
                               struct delivery_freezer **out, struct pt_error *err);
pt_status delivery_freezer_add(struct delivery_freezer *f, const struct delivery_body *body,
                               struct pt_error *err);
// Everything on disk, then the index. Only after it may delivery_send be called.
pt_status delivery_freezer_commit(struct delivery_freezer *f, struct pt_error *err);
void delivery_freezer_free(struct delivery_freezer *f); // NULL is fine; uncommitted bodies stay
                                                        // and are overwritten by the next freezer

// --- Sending ------------------------------------------------------------------------------------

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
    uint64_t requests;    // made by this call
    bool is_disabled;     // the receiver answered 410: nothing more is sent
    bool is_down;         // give_up_after was reached
    char last_error[256]; // of the last attempt that failed, "" = none
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
