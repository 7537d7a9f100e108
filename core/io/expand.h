// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Paths a pattern names: glob(7) rules, byte order, every failure told with its path. Not glob(3):
// that one hides folders it cannot read and allocates outside mem.h.
#ifndef PORTRAIT_IO_EXPAND_H
#define PORTRAIT_IO_EXPAND_H

#include "arena.h"
#include "error.h"

#define EXPAND_PATHS_MAX (1u << 20)

// {0} is empty.
struct expansion {
    struct arena arena; // owns the texts
    const char **paths;
    size_t n;
    size_t capacity;
};

// A pattern that exists as it stands is that one path. `*`, `?` and `[` match no leading dot and no
// slash; relative patterns start at `folder`. Nothing matched: PT_E_NOT_FOUND. Added to an empty
// `out`; release it in any case.
pt_status expand_pattern(const char *folder, const char *pattern, struct expansion *out,
                         struct pt_error *err);
void expand_release(struct expansion *e);

#endif
