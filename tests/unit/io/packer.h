// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Makes compressed bytes with the compressing side of zlib and libzstd.
#ifndef PORTRAIT_TESTS_IO_PACKER_H
#define PORTRAIT_TESTS_IO_PACKER_H

#include <stddef.h>
#include <stdint.h>

// Growing bytes of a test; {0} is empty. Aborts when memory is out.
struct packed {
    uint8_t *p;
    size_t n;
    size_t capacity;
};

void packed_add(struct packed *p, const void *data, size_t n);
// One gzip member; with name, comment, extra field and header CRC when `has_extras`.
void packed_add_gzip(struct packed *p, const void *data, size_t n, int has_extras);
// One zstd frame with checksum.
void packed_add_zstd(struct packed *p, const void *data, size_t n);
void packed_add_skippable(struct packed *p, const void *data, uint32_t n);
// `n` zero bytes as one member or frame, made piece by piece.
void packed_add_gzip_zeros(struct packed *p, uint64_t n);
void packed_add_zstd_zeros(struct packed *p, uint64_t n);
// A zstd frame that needs a window of 2^log bytes.
void packed_add_zstd_window(struct packed *p, const void *data, size_t n, int log);
void packed_release(struct packed *p);

#endif
