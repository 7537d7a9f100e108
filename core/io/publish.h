// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Atomic publish: a file is complete or absent. Temp in the same folder, fsync, rename, fsync of
// the folder. A temp name is `.<name>.portrait-tmp-<run>`; stale ones are removed by publish_sweep.
#ifndef PORTRAIT_IO_PUBLISH_H
#define PORTRAIT_IO_PUBLISH_H

#include <stdint.h>

#include "error.h"

struct publish; // a file being staged

// Creates the temp beside `path`, mode 0644 less umask, or 0600 when private. Missing folders are
// made (0755 less umask, or 0700). A target that is a folder, pipe or device is PT_E_IO; a symbolic
// link is replaced, not followed. The temp is locked (flock) as long as it lives: that is how a
// sweep tells a run at work from an ended one. PT_E_STATE when this run already stages `path`.
pt_status publish_begin(const char *path, const char *run_id, int is_private, struct publish **out,
                        struct pt_error *err);
// Buffered append.
pt_status publish_write(struct publish *p, const void *data, uint64_t size, struct pt_error *err);
// Flushes and fsyncs the temp; after it nothing can be written. Gives size and SHA-256 (either may
// be NULL). After a failed write or stage the file can only be freed.
pt_status publish_stage(struct publish *p, uint64_t *bytes, char sha256_hex[65],
                        struct pt_error *err);
// Renames over the target and fsyncs the folder. Stages first if that was not done. When only the
// last fsync fails, the new file is in place but may not survive a power cut: still an error.
pt_status publish_commit(struct publish *p, struct pt_error *err);
// Removes the temp unless committed; frees. NULL is fine.
void publish_free(struct publish *p);
// Removes temps beside `path` that ended runs left; those of other users stay. No folder: PT_OK.
pt_status publish_sweep(const char *path, struct pt_error *err);
// Writes a whole small file atomically.
pt_status publish_text(const char *path, const char *run_id, int is_private, const char *data,
                       uint64_t size, struct pt_error *err);

#endif
