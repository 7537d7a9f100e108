// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A batch in shared memory: a memfd that is sealed, so that nobody can change it any more, and only
// then mapped and read. The layout holds offsets, no pointers:
//
//     struct shared_head, struct shared_column[n_columns], buffers (each on 64 bytes)
//
// The reader believes nothing: every buffer lies inside and is as long as length, offset and type
// ask; what stands in the buffers (offsets of texts, codes, nulls, UTF-8) is checked by
// batch_import, as of any batch.
#ifndef PORTRAIT_ISOLATE_SHARED_BATCH_H
#define PORTRAIT_ISOLATE_SHARED_BATCH_H

#include "batch.h"

#define SHARED_BATCH_BYTES_MAX ((uint64_t)256 << 20)
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
// Writes the array into a new memfd and seals it; *out is the caller's to close. PT_E_INTERNAL for
// an array that is not laid out as `layout` says.
pt_status shared_batch_write(const struct shared_layout *layout, const struct ArrowArray *array,
                             int *out, struct pt_error *err);

// The batch in `bytes` (aligned to 8) as an Arrow array whose buffers point into them. `done` is
// called with `ctx` when the array is released; not on failure.
struct shared_source {
    const uint8_t *bytes;
    uint64_t n;
    void (*done)(void *ctx, const uint8_t *bytes, uint64_t n);
    void *ctx;
};

pt_status shared_batch_view(const struct shared_layout *layout, const struct shared_source *source,
                            struct ArrowArray *out, struct pt_error *err);
// Maps a sealed memfd and views it; the descriptor stays the caller's.
pt_status shared_batch_map(const struct shared_layout *layout, int fd, struct ArrowArray *out,
                           struct pt_error *err);

#endif
