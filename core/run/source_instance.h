// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A source at work: one component configured, discovered and bound, its splits read by several
// threads, its batches validated and handed on as vectors, its rejects kept.
#ifndef PORTRAIT_RUN_SOURCE_INSTANCE_H
#define PORTRAIT_RUN_SOURCE_INSTANCE_H

#include "batch.h"
#include "config.h"
#include "host_services.h"
#include "pool.h"
#include "quarantine.h"

#define SOURCE_SPLIT_BYTES ((uint64_t)32 << 20)
#define SOURCE_BATCH_ROWS 16384

struct source_instance {
    const struct component_info *component;
    const pt_host *host;
    struct config *config;
    void *self;
    struct schema schema;    // all columns
    struct arena told;       // texts of discovery
    const char *time_column; // NULL = none
    const char **notes;
    size_t n_notes;
    size_t notes_capacity;
    bool has_lost_note; // memory ran out in a callback that cannot tell
    struct str state;
    size_t *bound; // schema index of each bound column
    size_t n_bound;
    struct schema bound_schema; // as the batches have them
    bool is_checked;            // batches are validated in full (always, until proven otherwise)
};

// Takes `config` (also on failure) and runs create and discover. `zone` reads times without one.
pt_status source_instance_open(struct source_instance *s, const struct component_info *component,
                               struct config *config, const pt_host *host, const struct zone *zone,
                               struct pt_error *err);
// Tells the plugin which columns are needed: used[i] != 0 for schema column i. At least one column
// is bound, so that rows can be counted.
pt_status source_instance_bind(struct source_instance *s, const uint8_t *used,
                               struct pt_error *err);
void source_instance_close(struct source_instance *s); // {0} is fine
// What a plugin's call came to: its status, or PT_E_INTERNAL for one that does not exist, with a
// message even when the plugin gave none.
pt_status source_told(pt_status status, struct pt_error *err);

// Who takes the rows of a read. Callbacks of different splits come from different threads.
struct source_taker {
    void *ctx;
    // A split begins; *split_ctx is the taker's own.
    pt_status (*begin)(void *ctx, uint32_t ordinal, void **split_ctx, struct pt_error *err);
    // columns[i] belongs to schema column i; unbound ones are zero. first_row: see source_read.
    pt_status (*rows)(void *split_ctx, const struct vec *columns, size_t n_rows, uint64_t first_row,
                      struct pt_error *err);
    // Always called once for a split that began; `is_whole` = it was read to its end.
    pt_status (*end)(void *split_ctx, bool is_whole, struct pt_error *err);
};

struct source_read {
    struct source_instance *source;
    const char *name;
    struct pool *pool;
    const char *quarantine_folder; // NULL = rejects are counted only
    uint64_t split_bytes;          // 0 = SOURCE_SPLIT_BYTES
    uint64_t max_record;
    uint64_t row_limit;            // rows to take; 0 = all. With a limit splits come one by one
    bool needs_row;                // first_row is source-wide: splits are read one by one
    const volatile int *cancelled; // may be NULL
    _Atomic uint64_t *rows_seen;   // for progress; may be NULL
    struct source_taker taker;
};

struct source_counts {
    uint64_t good;
    uint64_t rejected;
    uint32_t splits;
    struct quarantine *rejects; // free with quarantine_free
};

// Plans the splits and reads them all. Counts are filled on success only.
pt_status source_read_all(const struct source_read *read, struct source_counts *out,
                          struct pt_error *err);

#endif
