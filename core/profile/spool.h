// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Spool: fixed-width records in the order of their files, kept in chunks; chunks beyond the memory
// budget, which identifiers and texts share, go to an unlinked temp file. A writer belongs to one
// thread at a time; what it wrote for one split is a list of runs, put in file order when the spool
// is sealed.
#ifndef PORTRAIT_PROFILE_SPOOL_H
#define PORTRAIT_PROFILE_SPOOL_H

#include <stdbool.h>

#include "store.h"

// A record in memory is named by 32 bits: number of its chunk, 8-byte unit within.
#define SPOOL_CHUNK_BYTES ((size_t)2 << 20)
#define SPOOL_UNIT_BITS 18
#define SPOOL_UNIT_MASK (((uint32_t)1 << SPOOL_UNIT_BITS) - 1)
#define SPOOL_CHUNKS_MAX ((size_t)1 << (32 - SPOOL_UNIT_BITS))
// What aggregation needs beside each record in memory.
#define SPOOL_SIDE_BYTES 12

struct spool_run {
    uint32_t chunk;
    uint32_t at; // byte within the chunk
    uint32_t n;  // records
};

// Runs of one source in file order.
struct spool_runs {
    struct spool_run *items;
    size_t n;
};

// Records that are in memory, for random access.
struct rowset {
    unsigned char *const *chunks;
    const struct spool_runs *sources; // [n_sources]
};

static inline const unsigned char *rowset_record(const struct rowset *r, uint32_t ref)
{
    return r->chunks[ref >> SPOOL_UNIT_BITS] + (size_t)(ref & SPOOL_UNIT_MASK) * 8;
}

struct spool_options {
    const uint32_t *widths; // bytes of a record, a source each; multiples of 8
    size_t n_sources;
    uint64_t memory_bytes;
    const char *temp_dir;
    struct store *store; // what it holds in memory is taken from the budget; may be NULL
};

struct spool;
struct spool_writer; // the open chunks of one thread

// What one split wrote. {0} is empty.
struct spool_split {
    uint32_t source;
    uint32_t ordinal;
    struct spool_run *runs;
    size_t n;
    size_t capacity;
};

struct spool_grant {
    size_t n;          // in: records wanted; out: 1 to that
    unsigned char *at; // first of them
};

pt_status spool_new(const struct spool_options *options, struct spool **out, struct pt_error *err);
void spool_free(struct spool *s); // NULL is fine; frees the writers too

// A writer no other thread uses; given back when the split ends. Safe for many threads.
pt_status spool_borrow(struct spool *s, struct spool_writer **out, struct pt_error *err);
void spool_return(struct spool *s, struct spool_writer *w);
// Room for records in one piece, to be filled before the next call; they count as written.
pt_status spool_reserve(struct spool *s, struct spool_writer *w, struct spool_split *split,
                        struct spool_grant *grant, struct pt_error *err);
// Takes what a split wrote (the split is empty afterwards). Safe for many threads.
pt_status spool_commit(struct spool *s, struct spool_split *split, struct pt_error *err);
void spool_split_release(struct spool_split *split);

// When all splits are committed: puts runs in file order; if anything went to disk, all does.
pt_status spool_seal(struct spool *s, struct pt_error *err);
void spool_forget(struct spool *s); // frees the records; sealed, and nobody reads them any more
bool spool_is_on_disk(const struct spool *s);
struct spool_runs spool_runs_of(const struct spool *s, uint32_t source);
struct rowset spool_rows(const struct spool *s); // sealed, not on disk
pt_status spool_read(const struct spool *s, const struct spool_run *run, uint32_t width,
                     void *buffer, struct pt_error *err); // sealed, on disk
uint64_t spool_memory_bytes(const struct spool *s); // sealed: of records and what goes with them
uint64_t spool_disk_bytes(const struct spool *s);

#endif
