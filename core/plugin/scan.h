// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Scan: what a plugin file says of itself, learnt in a child process that loads it, so that the
// host runs no code of a plugin nobody uses. Private to core/plugin.
#ifndef PORTRAIT_PLUGIN_SCAN_H
#define PORTRAIT_PLUGIN_SCAN_H

#include "child.h"
#include "elf_note.h"
#include "plugin_file.h"
#include "registry.h"

#define SCAN_MS 10000u
#define SCAN_MEMORY_BYTES ((uint64_t)1 << 30)

// What came of it: a record (scan_record.h), or a reason.
struct scan_result {
    pt_status status; // PT_OK, or why it failed
    bool is_lasting;  // the same bytes will always give this: worth keeping
    struct str bytes; // the record, or the reason; release
};

// Loads the open file in this process and copies what it says: what the child does, and what the
// host does for a plugin that is used. *is_lasting (may be NULL) as above.
pt_status scan_load(const struct plugin_file *file, struct arena *arena, struct plugin_info *info,
                    bool *is_lasting, struct pt_error *err);
// Loads it in a child, held by `confine` (NULL = free): a failure there is never lasting. Only what
// keeps the host from asking is an error; all else is the result.
pt_status scan_file(const struct plugin_file *file, uint32_t wall_ms,
                    const struct scan_confine *confine, struct scan_result *out,
                    struct pt_error *err);

#endif
