// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A sliding window over the bytes of one input file, filled in big blocks. What lies between begin
// and end is unread; PT_WINDOW_PAD zero bytes follow it, so that scanners may read past the end.
#ifndef PT_WINDOW_H
#define PT_WINDOW_H

#include "pt_mem.h"
#include "pt_splits.h"

PT_EXTERN_C_BEGIN

#define PT_WINDOW_PAD 64u
#define PT_WINDOW_BLOCK (UINT64_C(1) << 20)

struct pt_window {
    const pt_host *host;
    pt_stream *stream;
    uint8_t *buffer;
    uint64_t capacity; // without the pad
    uint64_t begin;    // first unread byte in the buffer; the reader moves it
    uint64_t end;
    uint64_t base; // file offset of buffer[0]
    uint64_t block;
    bool is_at_end; // no byte follows buffer[end]
};

// Opens the range's file at its begin, without a look at its end; block = 0 means PT_WINDOW_BLOCK.
// Nothing is read yet, but `buffer` is there from now on.
pt_status pt_window_open(struct pt_window *w, const pt_host *host, const pt_input *input,
                         const struct pt_range *range, uint64_t block, pt_error *err);
// Accepts a zeroed window.
void pt_window_close(struct pt_window *w);
// Reads at least one byte more behind `end`, keeping the unread bytes (they may move); sets
// is_at_end when there is none. The buffer grows as far as the unread bytes need.
pt_status pt_window_fill(struct pt_window *w, pt_error *err);

// File offset of the first unread byte.
static inline uint64_t pt_window_offset(const struct pt_window *w)
{
    return w->base + w->begin;
}

PT_EXTERN_C_END

#endif
