// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Atomic publish: a file is complete or absent. Temp in the same folder, fsync, rename, fsync of
// the folder. A temp name is `.<name>.portrait-tmp-<run>`; stale ones are removed by publish_sweep.
#ifndef PORTRAIT_IO_PUBLISH_H
#define PORTRAIT_IO_PUBLISH_H

#include <stdint.h>

#include "error.h"

struct publish; // a file being staged

// Creates the temp beside `path` (folders are made), mode 0644 less umask, or 0600 when private.
pt_status publish_begin(const char *path, const char *run_id, int is_private, struct publish **out,
                        struct pt_error *err);
// Buffered append.
pt_status publish_write(struct publish *p, const void *data, uint64_t size, struct pt_error *err);
// Flushes and fsyncs the temp; after it nothing can be written. Gives size and SHA-256.
pt_status publish_stage(struct publish *p, uint64_t *bytes, char sha256_hex[65],
                        struct pt_error *err);
// Renames over the target and fsyncs the folder. Stages first if that was not done.
pt_status publish_commit(struct publish *p, struct pt_error *err);
// Removes the temp unless committed; frees. NULL is fine.
void publish_free(struct publish *p);
// Removes temps beside `path` that other, ended runs left.
pt_status publish_sweep(const char *path, struct pt_error *err);
// Writes a whole small file atomically.
pt_status publish_text(const char *path, const char *run_id, int is_private, const char *data,
                       uint64_t size, struct pt_error *err);

#endif
