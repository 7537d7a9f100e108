// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Some plain lines at a time, appended to the batch column by column. The lines' bytes must stay
// where they are until the block is flushed.
#ifndef WEBLOG_BLOCK_H
#define WEBLOG_BLOCK_H

#include "weblog_emit.h"
#include "weblog_fast.h"

#define WEBLOG_BLOCK_ROWS 128u

struct weblog_block {
    uint32_t n;
    uint32_t stride; // cuts of a row
    struct weblog_cut *cuts;
    const uint8_t *line[WEBLOG_BLOCK_ROWS];
    struct weblog_plain_row row[WEBLOG_BLOCK_ROWS];
    pt_bytes values[WEBLOG_BLOCK_ROWS]; // of the column at hand
    int32_t path_codes[WEBLOG_BLOCK_ROWS];
    int32_t agent_codes[WEBLOG_BLOCK_ROWS];
    int32_t codes[WEBLOG_BLOCK_ROWS];
};

pt_status weblog_block_init(struct weblog_block *b, const struct weblog_instance *instance);
void weblog_block_release(struct weblog_block *b, const pt_host *host); // {0} is fine

// Cuts of the row to come.
static inline struct weblog_cut *weblog_block_cuts(const struct weblog_block *b)
{
    return b->cuts + (uint64_t)b->n * b->stride;
}

// Appends the rows to the batch and empties the block; false when out of memory.
bool weblog_block_flush(struct weblog_block *b, struct weblog_emit *e);

#endif
