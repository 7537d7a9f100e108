// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Freezing: message bodies and whom they carry go to disk, in a folder of their own, before the
// first one is sent. The folder: 000001.json ... (bodies), recipients.csv (body, delivery id and
// profile of everyone planned) and index.ndjson, published last: without it nothing is frozen.
#ifndef PORTRAIT_CAMPAIGN_DELIVERY_FREEZER_H
#define PORTRAIT_CAMPAIGN_DELIVERY_FREEZER_H

#include <portrait/abi.h>

#include "error.h"

#define DELIVERY_INDEX_FILE "index.ndjson"
#define DELIVERY_RECIPIENTS_FILE "recipients.csv"
#define DELIVERY_VERSION 1

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

#endif
