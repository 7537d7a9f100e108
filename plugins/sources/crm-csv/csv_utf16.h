// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// UTF-16 files as if they were UTF-8: an input whose streams are transcoded while they are read.
// Half a surrogate pair becomes the three bytes its number would have, which are no UTF-8: so the
// record is rejected, and bytes can still be counted back.
#ifndef CSV_UTF16_H
#define CSV_UTF16_H

#include <stdbool.h>

#include <portrait/host.h>

enum csv_utf16_order { CSV_UTF16_NONE, CSV_UTF16_LITTLE, CSV_UTF16_BIG };

// Files as a plugin sees them, maybe transcoded. Must not move while streams are open.
struct csv_input {
    pt_host host; // the host to read with
    const pt_input *input;
    pt_input_api api;
    const pt_host *inner;
    const pt_input *files;
    bool is_big;
};

void csv_input_init(struct csv_input *in, const pt_host *host, const pt_input *files,
                    enum csv_utf16_order order);
// Bytes in the UTF-16 file of `n` bytes that came out of it.
uint64_t csv_utf16_bytes(const uint8_t *p, uint64_t n);

#endif
