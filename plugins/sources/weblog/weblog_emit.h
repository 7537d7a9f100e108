// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows into columns. What depends on a path or a user agent only (page, captures, bot) is worked
// out once for each distinct one and kept by its dictionary code.
#ifndef WEBLOG_EMIT_H
#define WEBLOG_EMIT_H

#include "weblog_reader.h"

struct weblog_emit {
    const struct weblog_instance *instance;
    struct pt_batch batch;
    struct weblog_scratch scratch;
    struct pt_dict own_paths; // when the path is not bound
    struct pt_dict own_agents;
    struct pt_dict *paths; // of the path column or own
    struct pt_dict *agents;
    int32_t *page_codes; // a path: code of its page, then of its captures; -1 NULL, -2 not yet
    uint64_t page_codes_capacity;
    uint64_t n_page_codes;
    uint8_t *bots; // a user agent: 0 not yet, 1 no, 2 yes
    uint64_t bots_capacity;
    uint64_t n_bots;
    int32_t page_column; // in the batch, -1 = not bound
    int32_t capture_column[WEBLOG_CAPTURES_MAX];
    bool needs_request; // method, path, query or protocol
    bool needs_path;    // path, page or capture
    bool needs_agent;   // user agent or bot
};

pt_status weblog_emit_init(struct weblog_emit *e, const struct weblog_instance *instance,
                           uint32_t batch_rows);
void weblog_emit_release(struct weblog_emit *e); // {0} is fine
// Appends a row; false when out of memory.
bool weblog_emit_row(struct weblog_emit *e, const struct weblog_record *record,
                     const struct weblog_row *row, uint64_t line_bytes);
pt_status weblog_emit_finish(struct weblog_emit *e, uint64_t rows, struct ArrowArray *out);

#endif
