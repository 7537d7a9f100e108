// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows taken many at a time, column by column, out of an index over plain text. Whatever is not as
// it should be - a quote in an odd place, a field too many, a cell of another type - is left to the
// reader of single records, which has the same result for everything and a reason for each reject.
#ifndef CSV_BLOCK_H
#define CSV_BLOCK_H

#include "csv_index.h"
#include "csv_instance.h"

struct csv_block {
    const struct csv_instance *instance;
    struct csv_cursor *cursor;
    struct csv_text *text;
    struct pt_batch *batch;
    uint64_t max_record;
    struct csv_index *index;
    uint32_t at;        // next row of the index
    uint32_t byte;      // its first byte, in the index
    uint64_t wait_till; // file offset before which records are taken one by one
};

// The parts but `index` are the caller's; without memory for it, every record is taken singly.
void csv_block_open(struct csv_block *b);
void csv_block_close(struct csv_block *b);
// Appends up to `most` rows at the cursor to a batch of `rows` and passes them; *taken = 0: the
// caller takes the next record.
pt_status csv_block_take(struct csv_block *b, uint64_t rows, uint32_t most, uint32_t *taken,
                         pt_error *err);

#endif
