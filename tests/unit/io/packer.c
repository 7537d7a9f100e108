// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "packer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define PIECE ((size_t)1 << 20)

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "packer: %s\n", what);
        abort();
    }
}

static uint8_t *make_room(struct packed *p, size_t n)
{
    if (p->n + n > p->capacity) {
        p->capacity = (p->n + n) * 2;
        p->p = realloc(p->p, p->capacity);
        require(p->p != NULL, "memory");
    }
    return p->p + p->n;
}

void packed_add(struct packed *p, const void *data, size_t n)
{
    memcpy(make_room(p, n + 1), data, n);
    p->n += n;
}

void packed_release(struct packed *p)
{
    free(p->p);
    *p = (struct packed){0};
}

static void deflate_some(struct packed *p, z_stream *z, int flush)
{
    int result = Z_OK;
    do {
        z->next_out = make_room(p, PIECE);
        z->avail_out = PIECE;
        result = deflate(z, flush);
        require(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR, "deflate");
        p->n += PIECE - z->avail_out;
    } while (z->avail_out == 0 || (flush == Z_FINISH && result != Z_STREAM_END));
}

void packed_add_gzip(struct packed *p, const void *data, size_t n, int has_extras)
{
    z_stream z = {0};
    static const char name[] = "access.log";
    static const char comment[] = "made by a test";
    static const char extra[] = {'P', 'T', 4, 0, 1, 2, 3, 4};
    gz_header header = {.time = 1700000000,
                        .os = 3,
                        .extra = (Bytef *)extra,
                        .extra_len = sizeof extra,
                        .name = (Bytef *)name,
                        .comment = (Bytef *)comment,
                        .hcrc = 1};
    require(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "init");
    if (has_extras) {
        require(deflateSetHeader(&z, &header) == Z_OK, "header");
    }
    z.next_in = (Bytef *)data;
    z.avail_in = (uInt)n;
    deflate_some(p, &z, Z_FINISH);
    deflateEnd(&z);
}

void packed_add_gzip_zeros(struct packed *p, uint64_t n)
{
    z_stream z = {0};
    uint8_t *zeros = calloc(1, PIECE);
    require(zeros != NULL, "memory");
    require(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK, "init");
    while (n > 0) {
        size_t piece = n < PIECE ? (size_t)n : PIECE;
        z.next_in = zeros;
        z.avail_in = (uInt)piece;
        n -= piece;
        deflate_some(p, &z, n == 0 ? Z_FINISH : Z_NO_FLUSH);
    }
    deflateEnd(&z);
    free(zeros);
}

static void zstd_some(struct packed *p, ZSTD_CCtx *c, ZSTD_inBuffer in, ZSTD_EndDirective end)
{
    size_t left = 0;
    do {
        ZSTD_outBuffer out = {make_room(p, PIECE), PIECE, 0};
        left = ZSTD_compressStream2(c, &out, &in, end);
        require(!ZSTD_isError(left), "zstd");
        p->n += out.pos;
    } while (in.pos < in.size || (end == ZSTD_e_end && left != 0));
}

void packed_add_zstd_window(struct packed *p, const void *data, size_t n, int log)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    require(c != NULL, "memory");
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    if (log > 0) {
        require(!ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, log)), "window");
        ZSTD_CCtx_setParameter(c, ZSTD_c_strategy, ZSTD_fast);
        ZSTD_CCtx_setParameter(c, ZSTD_c_hashLog, 6);
    }
    zstd_some(p, c, (ZSTD_inBuffer){data, n, 0}, log > 0 ? ZSTD_e_continue : ZSTD_e_end);
    if (log > 0) { // unknown size: the frame keeps its window
        zstd_some(p, c, (ZSTD_inBuffer){NULL, 0, 0}, ZSTD_e_end);
    }
    ZSTD_freeCCtx(c);
}

void packed_add_zstd(struct packed *p, const void *data, size_t n)
{
    packed_add_zstd_window(p, data, n, 0);
}

void packed_add_zstd_zeros(struct packed *p, uint64_t n)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    uint8_t *zeros = calloc(1, PIECE);
    require(c != NULL && zeros != NULL, "memory");
    while (n > 0) {
        size_t piece = n < PIECE ? (size_t)n : PIECE;
        n -= piece;
        zstd_some(p, c, (ZSTD_inBuffer){zeros, piece, 0}, n == 0 ? ZSTD_e_end : ZSTD_e_continue);
    }
    free(zeros);
    ZSTD_freeCCtx(c);
}

void packed_add_skippable(struct packed *p, const void *data, uint32_t n)
{
    const uint8_t head[8] = {0x5A,
                             0x2A,
                             0x4D,
                             0x18,
                             (uint8_t)n,
                             (uint8_t)(n >> 8),
                             (uint8_t)(n >> 16),
                             (uint8_t)(n >> 24)};
    packed_add(p, head, sizeof head);
    packed_add(p, data, n);
}
