// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Flat bytes: little-endian numbers and length-prefixed texts, written to a string, read with
// bounds checked. A reader that failed once gives zeros from then on.
#ifndef PORTRAIT_LEARN_FLAT_H
#define PORTRAIT_LEARN_FLAT_H

#include "text.h"

bool flat_put_u8(struct str *out, uint8_t value);
bool flat_put_u32(struct str *out, uint32_t value);
bool flat_put_u64(struct str *out, uint64_t value);
bool flat_put_f64(struct str *out, double value);
bool flat_put_text(struct str *out, struct text value); // u32 length, bytes

struct flat_reader {
    struct text left;
    bool failed; // ended too early, or a value was refused
};

uint8_t flat_u8(struct flat_reader *r, uint8_t most); // fails above `most`
uint32_t flat_u32(struct flat_reader *r);
uint64_t flat_u64(struct flat_reader *r);
double flat_f64(struct flat_reader *r);       // fails when not finite
struct text flat_text(struct flat_reader *r); // borrowed
// A count of things of at least `least` bytes each: fails when that many cannot be left.
uint32_t flat_count(struct flat_reader *r, size_t least);

#endif
