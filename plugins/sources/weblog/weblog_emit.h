// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows into columns. What depends on a path or a user agent only (page, captures, bot) is worked
// out once for each distinct one and kept by its dictionary code.
#ifndef WEBLOG_EMIT_H
#define WEBLOG_EMIT_H

#include "weblog_reader.h"

#define WEBLOG_CODE_PENDING (-2)

#define WEBLOG_BOT_PENDING 0
#define WEBLOG_BOT_NO 1
#define WEBLOG_BOT_YES 2

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
    uint8_t *bots; // a user agent: WEBLOG_BOT_*
    uint64_t bots_capacity;
    uint64_t n_bots;
    int32_t page_column; // in the batch, -1 = not bound
    int32_t capture_column[WEBLOG_CAPTURES_MAX];
    bool needs_request; // method, path, query or protocol
    bool needs_path;    // path, page or capture
    bool needs_page;    // page or capture
    bool needs_agent;   // user agent or bot
};

pt_status weblog_emit_init(struct weblog_emit *e, const struct weblog_instance *instance,
                           uint32_t batch_rows);
void weblog_emit_release(struct weblog_emit *e); // {0} is fine
// Appends a row; false when out of memory.
bool weblog_emit_row(struct weblog_emit *e, const struct weblog_record *record,
                     const struct weblog_row *row, uint64_t line_bytes);
// Codes of the path's page and captures, -1 = NULL; valid until the next call. NULL when out of
// memory.
const int32_t *weblog_emit_path_codes(struct weblog_emit *e, int32_t path_code);

// Codes of one path.
static inline uint32_t weblog_emit_page_stride(const struct weblog_emit *e)
{
    return 1 + e->instance->pages.n_captures;
}

// Whether the codes from `at` on were worked out.
static inline bool weblog_emit_path_is_known(const struct weblog_emit *e, uint64_t at)
{
    return at < e->n_page_codes && e->page_codes[at] != WEBLOG_CODE_PENDING;
}

bool weblog_emit_is_bot(struct weblog_emit *e, int32_t agent_code); // -1 = no user agent
pt_status weblog_emit_finish(struct weblog_emit *e, uint64_t rows, struct ArrowArray *out);

#endif
