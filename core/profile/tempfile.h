// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Temp file: append, then read anywhere; it has no name, so it is gone when the process is. Created
// at the first append, mode 0600. One thread at a time appends; reads may be many.
#ifndef PORTRAIT_PROFILE_TEMPFILE_H
#define PORTRAIT_PROFILE_TEMPFILE_H

#include "error.h"

struct tempfile {
    const char *folder;
    int fd;         // -1 = not yet created
    uint64_t bytes; // appended
};

struct tempfile tempfile_of(const char *folder); // borrowed
pt_status tempfile_append(struct tempfile *t, const void *data, size_t n, uint64_t *at,
                          struct pt_error *err);
pt_status tempfile_read(const struct tempfile *t, uint64_t at, void *buffer, size_t n,
                        struct pt_error *err);
// Adds n zero bytes whose disk space is taken at once. 0 or the error's number; not to be mixed
// with appending.
int tempfile_extend(struct tempfile *t, size_t n, uint64_t *at);
// Gives the disk space of bytes back; they read as zeros.
void tempfile_forget(const struct tempfile *t, uint64_t at, size_t n);
void tempfile_close(struct tempfile *t); // `bytes` stays

#endif
