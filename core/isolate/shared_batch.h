// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A batch in shared memory. The layout holds offsets, no pointers:
//
//     struct shared_head, struct shared_column[n_columns], buffers (each on 64 bytes)
//
// The host copies it out first: what is checked is what is used, whatever the child writes
// meanwhile. The reader believes nothing: every buffer lies inside and is as long as length, offset
// and type ask; what stands in the buffers (offsets of texts, codes, nulls, UTF-8) is checked by
// batch_import, as of any batch.
#ifndef PORTRAIT_ISOLATE_SHARED_BATCH_H
#define PORTRAIT_ISOLATE_SHARED_BATCH_H

#include "batch.h"
#include "segment.h"

#define SHARED_MAGIC UINT64_C(0x3148435442545024)
#define SHARED_BUFFERS 3

struct shared_buffer {
    uint64_t offset; // from the start; 0 = there is none
    uint64_t size;
};

struct shared_array {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    struct shared_buffer buffers[SHARED_BUFFERS];
};

struct shared_column {
    struct shared_array values;
    struct shared_array dictionary; // all zero without one
};

struct shared_head {
    uint64_t magic;
    uint64_t size; // of the whole
    uint64_t n_columns;
    struct shared_array rows; // the struct array itself: one buffer
};

// The columns of a batch, in order.
struct shared_layout {
    const struct schema_field *const *fields;
    size_t n;
};

// Bytes of the values of `rows` rows; of texts, their offsets.
uint64_t shared_values_bytes(enum arrow_wire wire, uint64_t rows);

// Makes *s hold at least `n` bytes.
struct shared_room {
    struct segment *segment;
    pt_status (*make)(void *ctx, uint64_t n, struct pt_error *err);
    void *ctx;
};

// Writes the array to the segment's begin; *n gets its bytes. PT_E_INTERNAL for an array that is
// not laid out as `layout` says.
pt_status shared_batch_write(const struct shared_layout *layout, const struct ArrowArray *array,
                             const struct shared_room *room, uint64_t *n, struct pt_error *err);

// The batch in `bytes` (aligned to 8) as an Arrow array whose buffers point into them, which have
// to outlive it.
pt_status shared_batch_view(const struct shared_layout *layout, pt_bytes bytes,
                            struct ArrowArray *out, struct pt_error *err);
// A copy of the first `n` bytes of the segment, viewed; the array owns it.
pt_status shared_batch_copy(const struct shared_layout *layout, const struct segment *segment,
                            uint64_t n, struct ArrowArray *out, struct pt_error *err);

#endif
