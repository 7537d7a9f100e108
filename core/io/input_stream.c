// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One open file: bytes as they lie, or through a decoder. A compressed file is never held whole.
#include <errno.h>
#include <inttypes.h>

#include "decoder.h"
#include "fsys.h"
#include "input_entry.h"
#include "mem.h"

#define IN_BYTES ((uint64_t)256 << 10)
// Below this a high ratio harms nobody.
#define RATIO_CHECKED_BEYOND ((uint64_t)64 << 20)

struct input_stream {
    struct input_entry *entry;
    struct input_limits limits;
    int fd;
    uint64_t offset; // next byte of the file
    pt_status failed;
    struct decoder *decoder; // NULL when plain
    uint8_t *buffer;         // compressed bytes
    size_t begin, end;       // of them, not yet decoded
    uint64_t made;           // bytes that came out of the decoder
};

static pt_status stream_init(struct input_stream *s, struct pt_error *err)
{
    TRY(input_entry_open(s->entry, &s->fd, err));
    if (s->entry->file.compression == INPUT_PLAIN) {
        return PT_OK;
    }
    s->buffer = mem_alloc(IN_BYTES);
    if (s->buffer == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to read %s", s->entry->file.path);
    }
    return decoder_new(s->entry->file.compression, &s->decoder, err);
}

pt_status input_stream_open(const struct input *in, uint32_t file, uint64_t begin,
                            struct input_stream **out, struct pt_error *err)
{
    if (file >= in->n) {
        FAIL(err, PT_E_INVALID, "no input file %" PRIu32, file);
    }
    const struct input_file *f = &in->entries[file].file;
    if (begin > f->stored_bytes || (begin > 0 && f->compression != INPUT_PLAIN)) {
        FAIL(err, PT_E_INVALID, "%s: cannot be read from byte %" PRIu64, f->path, begin);
    }
    struct input_stream *s = mem_zero(1, sizeof *s);
    if (s == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to read %s", f->path);
    }
    s->entry = &in->entries[file];
    s->limits = in->limits;
    s->fd = -1;
    s->offset = begin;
    pt_status status = stream_init(s, err);
    if (status != PT_OK) {
        input_stream_close(s);
        return status;
    }
    *out = s;
    return PT_OK;
}

// Up to `capacity` bytes at the offset; *size = 0 only at the end that input_open saw.
static pt_status read_stored(struct input_stream *s, void *buffer, uint64_t capacity,
                             uint64_t *size, struct pt_error *err)
{
    uint64_t left = s->entry->file.stored_bytes - s->offset;
    uint64_t wanted = left < capacity ? left : capacity;
    *size = 0;
    if (wanted == 0) {
        return PT_OK;
    }
    ssize_t n = fsys_pread(s->fd, buffer, wanted, (off_t)s->offset);
    if (n < 0) {
        return error_system(err, errno, "%s: byte %" PRIu64, s->entry->file.path, s->offset);
    }
    if (n == 0) {
        FAIL(err, PT_E_DATA, "%s: byte %" PRIu64 ": the file has shrunk, it had %" PRIu64 " bytes",
             s->entry->file.path, s->offset, s->entry->file.stored_bytes);
    }
    s->offset += (uint64_t)n;
    atomic_fetch_add_explicit(&s->entry->taken, (uint64_t)n, memory_order_relaxed);
    *size = (uint64_t)n;
    return PT_OK;
}

static pt_status check_limits(const struct input_stream *s, struct pt_error *err)
{
    const struct input_file *f = &s->entry->file;
    if (s->made > s->limits.max_decompressed) {
        FAIL(err, PT_E_LIMIT, "%s: more than %" PRIu64 " bytes when decompressed", f->path,
             s->limits.max_decompressed);
    }
    if (s->made > RATIO_CHECKED_BEYOND && s->made / s->limits.max_ratio >= f->stored_bytes) {
        FAIL(err, PT_E_LIMIT,
             "%s: %" PRIu64 " stored bytes give more than %" PRIu64 " times as many: a bomb?",
             f->path, f->stored_bytes, s->limits.max_ratio);
    }
    return PT_OK;
}

// Brings compressed bytes when there are none; none after it: the file is at its end.
static pt_status refill(struct input_stream *s, struct pt_error *err)
{
    uint64_t n = 0;
    if (s->begin < s->end) {
        return PT_OK;
    }
    TRY(read_stored(s, s->buffer, IN_BYTES, &n, err));
    s->begin = 0;
    s->end = (size_t)n;
    return PT_OK;
}

static pt_status step(struct input_stream *s, void *buffer, uint64_t capacity, uint64_t *size,
                      struct pt_error *err)
{
    struct decoder_io io = {s->buffer + s->begin, s->end - s->begin, buffer, capacity};
    pt_status status = decoder_step(s->decoder, &io, err);
    s->begin = s->end - io.n_in;
    if (status != PT_OK) {
        error_prefix(err, "%s: byte %" PRIu64, s->entry->file.path, s->offset - io.n_in);
        return status;
    }
    *size = capacity - io.n_out;
    s->made += *size;
    return check_limits(s, err);
}

// The file has ended and the decoder gives nothing more: was that all?
static pt_status check_end(const struct input_stream *s, struct pt_error *err)
{
    if (!decoder_may_end(s->decoder) || s->entry->file.stored_bytes == 0) {
        FAIL(err, PT_E_DATA, "%s: byte %" PRIu64 ": the compressed stream is cut off",
             s->entry->file.path, s->offset);
    }
    return PT_OK;
}

static pt_status read_decoded(struct input_stream *s, void *buffer, uint64_t capacity,
                              uint64_t *size, struct pt_error *err)
{
    bool is_end = false;
    pt_status status = PT_OK;
    *size = 0;
    while (status == PT_OK && *size == 0 && !is_end) {
        status = refill(s, err);
        is_end = s->begin == s->end;
        status = status == PT_OK ? step(s, buffer, capacity, size, err) : status;
    }
    return status == PT_OK && *size == 0 ? check_end(s, err) : status;
}

pt_status input_stream_read(struct input_stream *s, void *buffer, uint64_t capacity, uint64_t *size,
                            struct pt_error *err)
{
    uint64_t n = 0;
    if (capacity == 0) {
        FAIL(err, PT_E_INVALID, "%s: a read needs room", s->entry->file.path);
    }
    if (s->failed != PT_OK) {
        FAIL(err, s->failed, "%s: reading has failed before", s->entry->file.path);
    }
    s->failed = s->decoder == NULL ? read_stored(s, buffer, capacity, &n, err)
                                   : read_decoded(s, buffer, capacity, &n, err);
    if (s->failed == PT_OK) {
        *size = n;
    }
    return s->failed;
}

void input_stream_close(struct input_stream *s)
{
    if (s == NULL) {
        return;
    }
    decoder_free(s->decoder);
    mem_free(s->buffer);
    if (s->fd >= 0) {
        (void)fsys_close(s->fd);
    }
    mem_free(s);
}
