// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Temporary files of a child. It names them and gets descriptors; where they lie only the host
// knows, in a folder of this child alone, which goes with it. Private to core/isolate.
#ifndef PORTRAIT_ISOLATE_CELL_FILES_H
#define PORTRAIT_ISOLATE_CELL_FILES_H

#include <portrait/host.h>

#include "wire.h"

struct cell_files { // {0} has none yet
    char *folder;
    uint32_t n;
};

// A name and flags of open(2); *granted is the descriptor, or the reply tells the error number.
pt_status cell_files_open(struct cell_files *f, const pt_host *host, struct wire *in, int *granted,
                          struct str *out, struct pt_error *err);
// A name; the reply tells the error number or 0.
void cell_files_remove(struct cell_files *f, struct wire *in, struct str *out);
void cell_files_release(struct cell_files *f); // removes them all; again is fine

#endif
