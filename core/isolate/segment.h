// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Memory that host and child share for one batch after another. The host makes it, so it knows what
// it is: its size is sealed, and reading it never fails. The child may write into it at any time;
// the host copies a batch out before it looks at it.
#ifndef PORTRAIT_ISOLATE_SEGMENT_H
#define PORTRAIT_ISOLATE_SEGMENT_H

#include "error.h"

#define SEGMENT_BYTES_MAX ((uint64_t)256 << 20)

struct segment { // {0} is none
    uint8_t *bytes;
    uint64_t n;
};

// Host: replaces *s by at least `n` bytes; *fd, for the child, is the caller's to close. PT_E_LIMIT
// for more than allowed. On failure *s stays as it was.
pt_status segment_make(struct segment *s, uint64_t n, int *fd, struct pt_error *err);
// Child: replaces *s by what the host sent.
pt_status segment_join(struct segment *s, int fd, struct pt_error *err);
void segment_release(struct segment *s);

#endif
