// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_payload.h"

#include <math.h>
#include <string.h>

#include "pt_mem.h"

static void put(struct pt_payload_writer *w, uint64_t value, uint32_t n)
{
    uint8_t bytes[8];
    for (uint32_t i = 0; i < n; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    if (w->status == PT_OK) {
        w->status = w->host->writer->write(w->writer, bytes, n, w->err);
    }
}

void pt_payload_put_u32(struct pt_payload_writer *w, uint32_t value)
{
    put(w, value, 4);
}

void pt_payload_put_u64(struct pt_payload_writer *w, uint64_t value)
{
    put(w, value, 8);
}

void pt_payload_put_f64(struct pt_payload_writer *w, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    put(w, bits, 8);
}

void pt_payload_put_f64s(struct pt_payload_writer *w, const double *values, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        pt_payload_put_f64(w, values[i]);
    }
}

pt_status pt_payload_refuse(struct pt_payload_reader *r, const char *what)
{
    if (r->status == PT_OK) {
        r->status = pt_fail(r->host, r->err, PT_E_DATA, NULL, "a damaged model: %s", what);
    }
    return r->status;
}

static uint64_t take(struct pt_payload_reader *r, uint32_t n)
{
    uint8_t bytes[8] = {0};
    if (r->status == PT_OK) {
        r->status = r->host->reader->read(r->reader, bytes, n, r->err);
    }
    uint64_t value = 0;
    for (uint32_t i = 0; r->status == PT_OK && i < n; i++) {
        value |= (uint64_t)bytes[i] << (8 * i);
    }
    return value;
}

uint32_t pt_payload_u32(struct pt_payload_reader *r)
{
    return (uint32_t)take(r, 4);
}

uint64_t pt_payload_u64(struct pt_payload_reader *r)
{
    return take(r, 8);
}

double pt_payload_f64(struct pt_payload_reader *r)
{
    uint64_t bits = take(r, 8);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value)) {
        pt_payload_refuse(r, "a number is not finite");
        return 0;
    }
    return value;
}

void pt_payload_f64s(struct pt_payload_reader *r, double *values, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        values[i] = pt_payload_f64(r);
    }
}

uint8_t pt_payload_fits(struct pt_payload_reader *r, uint64_t n, uint64_t size)
{
    if (r->status == PT_OK && n > r->host->reader->remaining(r->reader) / size) {
        pt_payload_refuse(r, "it ends too early");
    }
    return r->status == PT_OK;
}
