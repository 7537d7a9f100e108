// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Owned files and folders: those of which only root or we decide what stands in them. Keys, lock
// files, manifests and whatever else says which code may run are read through here.
#ifndef PORTRAIT_IO_OWNED_H
#define PORTRAIT_IO_OWNED_H

#include "error.h"
#include "text.h"

// PT_E_DENIED: a symlink, another user's, writable by everybody, no folder / no regular file.
// PT_E_NOT_FOUND: not there.
pt_status owned_folder(const char *path, struct pt_error *err);
// A file for reading; *fd is the caller's to close.
pt_status owned_open(const char *path, int *fd, struct pt_error *err);
// Appends the whole file to `out`; PT_E_LIMIT when it is longer than `most` bytes. A failed read
// leaves `out` as it was but for memory.
pt_status owned_read(const char *path, size_t most, struct str *out, struct pt_error *err);
// The same for a secret: also PT_E_DENIED when group or others may read it. Wipe what was read.
pt_status owned_read_private(const char *path, size_t most, struct str *out, struct pt_error *err);

#endif
