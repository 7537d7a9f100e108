// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The scan of a line over blocks of 64 bytes, for the files that say how a block becomes bits.
#ifndef WEBLOG_SCAN_KERNEL_H
#define WEBLOG_SCAN_KERNEL_H

#include "weblog_scan.h"

// A bit a byte of a block.
struct block_bits {
    uint64_t newline;
    uint64_t quote;
    uint64_t blank;
    uint64_t question;
    uint64_t backslash;
    uint64_t odd;
};

// What the blocks so far have told.
struct block_sum {
    uint64_t backslash;
    uint64_t odd;
};

// Takes the bits of block `word`; true when the line ends in it.
static inline __attribute__((always_inline)) bool block_take(const struct block_bits *bits,
                                                             uint32_t word, struct block_sum *sum,
                                                             struct weblog_marks *out)
{
    if (bits->newline == 0) {
        out->quote[word] = bits->quote;
        out->blank[word] = bits->blank;
        out->question[word] = bits->question;
        sum->backslash |= bits->backslash;
        sum->odd |= bits->odd;
        return false;
    }
    uint64_t keep = (bits->newline & -bits->newline) - 1;
    out->quote[word] = bits->quote & keep;
    out->blank[word] = bits->blank & keep;
    out->question[word] = bits->question & keep;
    out->has_backslash = (sum->backslash | (bits->backslash & keep)) != 0;
    out->has_odd = (sum->odd | (bits->odd & keep)) != 0;
    out->size = word * 64 + (uint32_t)__builtin_ctzll(bits->newline);
    return true;
}

#endif
