// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_utf16.h"

#include "pt_mem.h"

#define RAW_BYTES 65536u
#define CUT_UNIT 0xc0 // stands for a single byte at the end of a file; never valid

struct utf16_stream {
    const struct csv_input *in;
    pt_stream *stream;
    uint32_t held; // bytes at the start of raw that could not be read yet
    bool is_at_end;
    uint8_t raw[RAW_BYTES];
};

static uint32_t unit_at(const struct utf16_stream *s, uint32_t at)
{
    uint32_t a = s->raw[at];
    uint32_t b = s->raw[at + 1];
    return s->in->is_big ? a << 8 | b : b << 8 | a;
}

static uint8_t *put_code(uint8_t *out, uint32_t code)
{
    if (code < 0x80) {
        *out++ = (uint8_t)code;
        return out;
    }
    if (code < 0x800) {
        *out++ = (uint8_t)(0xc0 | code >> 6);
    } else {
        if (code < 0x10000) {
            *out++ = (uint8_t)(0xe0 | code >> 12);
        } else {
            *out++ = (uint8_t)(0xf0 | code >> 18);
            *out++ = (uint8_t)(0x80 | (code >> 12 & 0x3f));
        }
        *out++ = (uint8_t)(0x80 | (code >> 6 & 0x3f));
    }
    *out++ = (uint8_t)(0x80 | (code & 0x3f));
    return out;
}

static bool is_high(uint32_t unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

// Transcodes what is in raw; what needs more bytes is held. Returns the end of what was written.
static uint8_t *transcode(struct utf16_stream *s, uint32_t n, uint8_t *out)
{
    uint32_t at = 0;
    while (n - at >= 2) {
        uint32_t code = unit_at(s, at);
        if (is_high(code) && n - at < 4 && !s->is_at_end) {
            break;
        }
        at += 2;
        if (is_high(code) && n - at >= 2 && is_low(unit_at(s, at))) {
            code = 0x10000 + ((code - 0xd800) << 10) + (unit_at(s, at) - 0xdc00);
            at += 2;
        }
        out = put_code(out, code);
    }
    if (s->is_at_end && n > at) {
        *out++ = CUT_UNIT;
        at = n;
    }
    s->held = n - at;
    for (uint32_t i = 0; i < s->held; i++) {
        s->raw[i] = s->raw[at + i];
    }
    return out;
}

static pt_status utf16_open(const pt_input *input, uint32_t index, uint64_t begin, pt_stream **out,
                            pt_error *err)
{
    const struct csv_input *in = (const struct csv_input *)(const void *)input;
    struct utf16_stream *s = pt_mem_array(in->inner, 1, sizeof *s);
    if (s == NULL) {
        return pt_fail(in->inner, err, PT_E_NO_MEMORY, NULL, "out of memory for reading");
    }
    s->in = in;
    s->held = 0;
    s->is_at_end = false;
    pt_status status = in->inner->input->open(in->files, index, begin, &s->stream, err);
    if (status != PT_OK) {
        pt_mem_free(in->inner, s);
        return status;
    }
    *out = (pt_stream *)(void *)s;
    return PT_OK;
}

static pt_status utf16_read(pt_stream *stream, void *buffer, uint64_t capacity, uint64_t *size,
                            pt_error *err)
{
    struct utf16_stream *s = (struct utf16_stream *)(void *)stream;
    uint64_t room = capacity / 3 * 2; // a unit of two bytes becomes three at most
    room = room < RAW_BYTES ? room : RAW_BYTES;
    *size = 0;
    while (*size == 0 && !s->is_at_end) {
        uint64_t got = 0;
        pt_status status =
            s->in->inner->input->read(s->stream, s->raw + s->held, room - s->held, &got, err);
        if (status != PT_OK) {
            return status;
        }
        s->is_at_end = got == 0;
        uint8_t *end = transcode(s, s->held + (uint32_t)got, buffer);
        *size = (uint64_t)(end - (uint8_t *)buffer);
    }
    return PT_OK;
}

static void utf16_close(pt_stream *stream)
{
    struct utf16_stream *s = (struct utf16_stream *)(void *)stream;
    if (s != NULL) {
        s->in->inner->input->close(s->stream);
        pt_mem_free(s->in->inner, s);
    }
}

void csv_input_init(struct csv_input *in, const pt_host *host, const pt_input *files,
                    enum csv_utf16_order order)
{
    *in = (struct csv_input){.host = *host, .input = files, .inner = host, .files = files};
    if (order == CSV_UTF16_NONE) {
        return;
    }
    in->is_big = order == CSV_UTF16_BIG;
    in->api = *host->input;
    in->api.open = utf16_open;
    in->api.read = utf16_read;
    in->api.close = utf16_close;
    in->host.input = &in->api;
    in->input = (const pt_input *)(const void *)in;
}

uint64_t csv_utf16_bytes(const uint8_t *p, uint64_t n)
{
    uint64_t units = 0;
    for (uint64_t i = 0; i < n; i++) {
        units += (uint64_t)((p[i] & 0xc0) != 0x80) + (p[i] >= 0xf0);
    }
    return units * 2;
}
