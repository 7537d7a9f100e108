// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A folder of frozen bodies as it stands: the index, and what the journal says became of each body.
// The journal is append-only text, a line an event: CRC-32 of the rest as 8 hex digits, a space, a
// JSON object. A line that was cut by a crash is dropped; damaged lines are counted and their
// bodies count as not sent, which the receiver's memory of ids makes harmless.
#ifndef PORTRAIT_CAMPAIGN_DELIVERY_STORE_H
#define PORTRAIT_CAMPAIGN_DELIVERY_STORE_H

#include "arena.h"
#include "delivery.h"

struct delivery_item {
    const char *file; // within the folder
    const char *id;
    const char *content_type;
    const char *sha256;
    uint64_t bytes;
    uint64_t profiles;
    enum delivery_state state;
    uint32_t attempts;   // so far, in all calls
    int32_t http_status; // of the last attempt, 0 = no answer
};

struct delivery_store {
    struct arena arena;
    const char *folder;
    struct delivery_item *items;
    size_t n;
    size_t capacity;
    int journal; // descriptor, -1 = opened for reading only
    int lock;
    bool is_disabled;
    uint64_t damaged_lines;
    char last_error[256];
};

// What to append: `item` NULL = about the receiver (disabled or enabled again).
struct delivery_event {
    const struct delivery_item *item;
    enum delivery_state state;
    int32_t http_status; // 0 = no answer
    bool is_disabled;
    int64_t now_ms;
    const char *error; // "" = none
};

// For sending: takes the lock (PT_E_STATE when another process has it) and opens the journal.
pt_status delivery_store_open(const char *folder, bool for_sending, struct delivery_store **out,
                              struct pt_error *err);
// Appends and syncs; only then does the store itself change. `item` must be one of the store's.
pt_status delivery_store_record(struct delivery_store *s, const struct delivery_event *event,
                                struct pt_error *err);
// The body's bytes, as frozen: PT_E_DATA when size or SHA-256 differ.
pt_status delivery_store_read(const struct delivery_store *s, const struct delivery_item *item,
                              struct str *out, struct pt_error *err);
void delivery_store_count(const struct delivery_store *s, struct delivery_report *report);
void delivery_store_close(struct delivery_store *s); // NULL is fine

#endif
