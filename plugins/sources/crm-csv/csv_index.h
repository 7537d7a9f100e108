// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Where the fields and records of plain CSV text end, found 64 bytes at a time: quotes, delimiters
// and line ends as bit masks, what is inside quotes by a running exclusive or over the quotes
// (after Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019). The index knows only
// text whose every quote stands where RFC 4180 has it; where one does not, it ends, and
// csv_record_scan has the word.
#ifndef CSV_INDEX_H
#define CSV_INDEX_H

#include "csv_record.h"

#define CSV_INDEX_BYTES 65536u // most bytes of an index
// Places a kernel may write to behind the last one it found.
#define CSV_INDEX_SLACK 64u

struct csv_index {
    uint32_t n_rows;
    uint32_t bytes;  // of these rows
    bool has_breaks; // line ends inside quotes
    // Row r has the fields rows[r] .. rows[r + 1] - 1; field k ends before byte ends[k].
    uint32_t rows[CSV_INDEX_BYTES + CSV_INDEX_SLACK];
    uint32_t ends[CSV_INDEX_BYTES + CSV_INDEX_SLACK];
};

// Can text of this dialect be indexed at all?
bool csv_index_can(const struct csv_dialect *dialect);
// Indexes the whole rows of [p, p + n), n <= CSV_INDEX_BYTES, p at the begin of a record; CSV_PAD
// more bytes may be read. `cpu`: PT_CPU_*, the highest level that may be used. Without a row when
// the first one is not whole, or not plain.
void csv_index_make(uint32_t cpu, const struct csv_dialect *dialect, const uint8_t *p, uint32_t n,
                    struct csv_index *out);

// Bytes of the whole rows that an index would hold, up to one longer than CSV_FIELDS_MAX bytes;
// n < 2^31.
uint32_t csv_index_bytes(uint32_t cpu, const struct csv_dialect *dialect, const uint8_t *p,
                         uint32_t n);

// Bits a byte of a block.
struct csv_bits {
    uint64_t quotes;
    uint64_t delimiters;
    uint64_t ends;
    uint64_t returns;
};

// The kernels to choose from; bytes of the whole rows. `out` may be NULL.
uint32_t csv_index_portable(const struct csv_dialect *dialect, const uint8_t *p, uint32_t n,
                            struct csv_index *out);
#if defined(__x86_64__)
uint32_t csv_index_avx2(const struct csv_dialect *dialect, const uint8_t *p, uint32_t n,
                        struct csv_index *out);
uint32_t csv_index_avx512(const struct csv_dialect *dialect, const uint8_t *p, uint32_t n,
                          struct csv_index *out);
#endif

#endif
