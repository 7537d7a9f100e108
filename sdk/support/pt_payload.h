// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A model's saved bytes: little-endian numbers through the host's writer and reader. A failure
// sticks: later calls do nothing and readers give zeros, so that a run of calls is checked once.
#ifndef PT_PAYLOAD_H
#define PT_PAYLOAD_H

#include <portrait/host.h>

PT_EXTERN_C_BEGIN

struct pt_payload_writer {
    const pt_host *host;
    pt_writer *writer;
    pt_error *err;
    pt_status status; // PT_OK so far
};

void pt_payload_put_u32(struct pt_payload_writer *w, uint32_t value);
void pt_payload_put_u64(struct pt_payload_writer *w, uint64_t value);
void pt_payload_put_f64(struct pt_payload_writer *w, double value);
void pt_payload_put_f64s(struct pt_payload_writer *w, const double *values, uint64_t n);

struct pt_payload_reader {
    const pt_host *host;
    pt_reader *reader;
    pt_error *err;
    pt_status status;
};

uint32_t pt_payload_u32(struct pt_payload_reader *r);
uint64_t pt_payload_u64(struct pt_payload_reader *r);
double pt_payload_f64(struct pt_payload_reader *r); // refuses what is not finite
void pt_payload_f64s(struct pt_payload_reader *r, double *values, uint64_t n);
// True when `n` things of `size` bytes can still be there: ask before allocating for them. Refuses
// the payload otherwise.
uint8_t pt_payload_fits(struct pt_payload_reader *r, uint64_t n, uint64_t size);
// Refuses the payload: PT_E_DATA.
pt_status pt_payload_refuse(struct pt_payload_reader *r, const char *what);

PT_EXTERN_C_END

#endif
