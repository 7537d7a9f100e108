// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Decoder: compressed bytes in, bytes out, in steps. gzip (RFC 1952) with all members and trailing
// zero blocks as tapes leave them; zstd (RFC 8878) with all frames, skippable ones included.
#ifndef PORTRAIT_IO_DECODER_H
#define PORTRAIT_IO_DECODER_H

#include "error.h"
#include "input.h"

struct decoder;

// Moved on by a step.
struct decoder_io {
    const uint8_t *in;
    size_t n_in;
    uint8_t *out;
    size_t n_out;
};

pt_status decoder_new(enum input_compression kind, struct decoder **out, struct pt_error *err);
// Takes some of the input and makes some of the output; neither moves when more input is needed.
// PT_E_DATA when the bytes are not what the format says; io->in stands near the fault.
pt_status decoder_step(struct decoder *d, struct decoder_io *io, struct pt_error *err);
// True between members or frames: the input may end here.
bool decoder_may_end(const struct decoder *d);
void decoder_free(struct decoder *d); // NULL is fine

#endif
