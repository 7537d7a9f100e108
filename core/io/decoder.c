// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// zlib checks header CRC, data CRC and length of a member; libzstd the frame checksum. What they
// leave to the caller is what comes between and after: the next member, padding, or garbage.
#include "decoder.h"

#include <limits.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "mem.h"

// 15: the largest window; 16: gzip wrapper only.
#define GZIP_WINDOW_BITS (15 + 16)
#define GZIP_FIRST_BYTE 0x1F

enum place { PLACE_BETWEEN, PLACE_INSIDE, PLACE_PADDING };

struct decoder {
    enum input_compression kind;
    enum place place;
    bool has_inflate;
    z_stream inflate;
    ZSTD_DCtx *zstd;
};

static voidpf zlib_alloc(voidpf ctx, uInt n, uInt size)
{
    (void)ctx;
    return mem_zero(n, size);
}

static void zlib_free(voidpf ctx, voidpf p)
{
    (void)ctx;
    mem_free(p);
}

static bool decoder_start(struct decoder *d)
{
    if (d->kind == INPUT_ZSTD) {
        d->zstd = ZSTD_createDCtx();
        return d->zstd != NULL;
    }
    d->inflate.zalloc = zlib_alloc;
    d->inflate.zfree = zlib_free;
    d->has_inflate = inflateInit2(&d->inflate, GZIP_WINDOW_BITS) == Z_OK;
    return d->has_inflate;
}

pt_status decoder_new(enum input_compression kind, struct decoder **out, struct pt_error *err)
{
    if (kind != INPUT_GZIP && kind != INPUT_ZSTD) {
        FAIL(err, PT_E_INVALID, "no decoder for compression %d", (int)kind);
    }
    struct decoder *d = mem_zero(1, sizeof *d);
    if (d == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a decoder");
    }
    d->kind = kind;
    if (!decoder_start(d)) {
        decoder_free(d);
        FAIL(err, PT_E_NO_MEMORY, "no memory for a decoder");
    }
    *out = d;
    return PT_OK;
}

// Takes zero bytes; anything else after the last member is an error.
static pt_status skip_padding(struct decoder_io *io, struct pt_error *err)
{
    while (io->n_in > 0) {
        if (*io->in != 0) {
            FAIL(err, PT_E_DATA, "garbage after the zero padding of a gzip file");
        }
        io->in++;
        io->n_in--;
    }
    return PT_OK;
}

// Between members: another one, padding, or garbage.
static pt_status enter_member(struct decoder *d, const struct decoder_io *io, struct pt_error *err)
{
    if (d->place != PLACE_BETWEEN || io->n_in == 0) {
        return PT_OK;
    }
    if (*io->in == 0) {
        d->place = PLACE_PADDING;
        return PT_OK;
    }
    if (*io->in != GZIP_FIRST_BYTE) {
        FAIL(err, PT_E_DATA, "garbage after the end of a gzip stream");
    }
    if (inflateReset(&d->inflate) != Z_OK) {
        FAIL(err, PT_E_INTERNAL, "inflate cannot be reset");
    }
    d->place = PLACE_INSIDE;
    return PT_OK;
}

static pt_status step_member(struct decoder *d, struct decoder_io *io, struct pt_error *err)
{
    z_stream *z = &d->inflate;
    uInt n_in = io->n_in > UINT_MAX ? UINT_MAX : (uInt)io->n_in;
    uInt n_out = io->n_out > UINT_MAX ? UINT_MAX : (uInt)io->n_out;
    z->next_in = (z_const Bytef *)io->in;
    z->avail_in = n_in;
    z->next_out = io->out;
    z->avail_out = n_out;
    int result = inflate(z, Z_NO_FLUSH);
    io->in += n_in - z->avail_in;
    io->n_in -= n_in - z->avail_in;
    io->out += n_out - z->avail_out;
    io->n_out -= n_out - z->avail_out;
    switch (result) {
    case Z_STREAM_END:
        d->place = PLACE_BETWEEN;
        return PT_OK;
    case Z_OK:
    case Z_BUF_ERROR: // no progress: more input is needed
        return PT_OK;
    case Z_MEM_ERROR:
        FAIL(err, PT_E_NO_MEMORY, "no memory to inflate");
    case Z_NEED_DICT:
        FAIL(err, PT_E_DATA, "damaged gzip stream: needs a dictionary");
    default:
        FAIL(err, PT_E_DATA, "damaged gzip stream: %s", z->msg == NULL ? "no reason" : z->msg);
    }
}

static pt_status step_gzip(struct decoder *d, struct decoder_io *io, struct pt_error *err)
{
    TRY(enter_member(d, io, err));
    if (d->place == PLACE_PADDING) {
        return skip_padding(io, err);
    }
    return d->place == PLACE_INSIDE ? step_member(d, io, err) : PT_OK;
}

static pt_status zstd_failed(size_t result, struct pt_error *err)
{
    const char *why = ZSTD_getErrorName(result);
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
        FAIL(err, PT_E_NO_MEMORY, "no memory to decompress zstd");
    case ZSTD_error_frameParameter_windowTooLarge:
        FAIL(err, PT_E_LIMIT, "zstd frame: %s (made with --long or --ultra)", why);
    case ZSTD_error_prefix_unknown:
        FAIL(err, PT_E_DATA, "garbage after the end of a zstd frame");
    default:
        FAIL(err, PT_E_DATA, "damaged zstd frame: %s", why);
    }
}

static pt_status step_zstd(struct decoder *d, struct decoder_io *io, struct pt_error *err)
{
    if (d->place == PLACE_BETWEEN && io->n_in == 0) {
        return PT_OK;
    }
    ZSTD_inBuffer in = {.src = io->in, .size = io->n_in};
    ZSTD_outBuffer out = {.dst = io->out, .size = io->n_out};
    size_t result = ZSTD_decompressStream(d->zstd, &out, &in);
    io->in += in.pos;
    io->n_in -= in.pos;
    io->out += out.pos;
    io->n_out -= out.pos;
    if (ZSTD_isError(result)) {
        return zstd_failed(result, err);
    }
    d->place = result == 0 ? PLACE_BETWEEN : PLACE_INSIDE;
    return PT_OK;
}

pt_status decoder_step(struct decoder *d, struct decoder_io *io, struct pt_error *err)
{
    return d->kind == INPUT_GZIP ? step_gzip(d, io, err) : step_zstd(d, io, err);
}

bool decoder_may_end(const struct decoder *d)
{
    return d->place != PLACE_INSIDE;
}

void decoder_free(struct decoder *d)
{
    if (d == NULL) {
        return;
    }
    if (d->has_inflate) {
        inflateEnd(&d->inflate);
    }
    ZSTD_freeDCtx(d->zstd);
    mem_free(d);
}
