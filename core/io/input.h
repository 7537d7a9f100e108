// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Inputs: the files a path or glob names, read as byte ranges or decompressed streams.
#ifndef PORTRAIT_IO_INPUT_H
#define PORTRAIT_IO_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

enum input_compression { INPUT_PLAIN, INPUT_GZIP, INPUT_ZSTD };

struct input_file {
    const char *path;
    uint64_t stored_bytes; // when the input was opened: what comes later is not read
    int64_t mtime_us;
    // Told by the first bytes; by the name only when the file is too short to hold them, so that
    // an x.gz cut to nothing is a cut stream and not an empty file.
    enum input_compression compression;
};

struct input;        // an expanded glob
struct input_stream; // one open file

struct input_limits {
    uint64_t max_ratio;        // decompressed : stored, checked beyond 64 MiB; 0 = 1000
    uint64_t max_decompressed; // bytes of one file; 0 = 1 TiB
};

// Expands `pattern` (a path or glob(7) pattern; ~ and $ mean nothing; a path that exists as it
// stands is taken literally), in byte order. Relative paths start at `folder`. Nothing matched or
// unreadable: PT_E_NOT_FOUND / PT_E_IO with the path; so are folders, FIFOs and devices. `limits`
// may be NULL.
pt_status input_open(const char *folder, const char *pattern, const struct input_limits *limits,
                     struct input **out, struct pt_error *err);
uint32_t input_count(const struct input *in);
const struct input_file *input_file_at(const struct input *in, uint32_t i);
// Stored bytes that streams have read so far, also while they read; what is read twice counts
// twice.
uint64_t input_bytes_taken(const struct input *in);
void input_close(struct input *in); // NULL is fine; after its streams

// Opens from byte `begin` (0 when compressed). All gzip members and zstd frames are one stream.
// A file that shrank, a cut stream or trailing garbage is PT_E_DATA from read, with path and byte;
// a file exchanged for another since input_open is PT_E_DATA from open. The limits: PT_E_LIMIT.
// One thread a stream; many streams of one input at once are fine.
pt_status input_stream_open(const struct input *in, uint32_t file, uint64_t begin,
                            struct input_stream **out, struct pt_error *err);
// *size = 0 only at the end. After a failure every further read fails.
pt_status input_stream_read(struct input_stream *s, void *buffer, uint64_t capacity, uint64_t *size,
                            struct pt_error *err);
void input_stream_close(struct input_stream *s); // NULL is fine

// Fast 128-bit fingerprint of a file: its size and the bytes of its head, middle and tail (64 KiB
// each). Tells an exchanged file, not a flipped byte; SHA-256 of the whole is the slow choice.
pt_status input_fingerprint(const struct input *in, uint32_t file, char out_hex[33],
                            struct pt_error *err);

#endif
