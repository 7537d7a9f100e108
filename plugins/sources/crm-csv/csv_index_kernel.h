// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The index over blocks of 64 bytes, for the files that say how a block becomes bits.
#ifndef CSV_INDEX_KERNEL_H
#define CSV_INDEX_KERNEL_H

#include "csv_index.h"

#define CSV_INLINE static inline __attribute__((always_inline))

// What one block tells the next: the top bit of each mask, in bit 0.
struct csv_carry {
    uint64_t inside; // all ones: the block begins inside quotes
    uint64_t structural;
    uint64_t closing;
    uint64_t returning; // a CR right behind a closing quote
    uint32_t n_ends;
    uint32_t n_rows;
    uint32_t bytes;
    uint64_t breaks; // line ends inside quotes; of rows that are not whole too
};

// Bit k: the exclusive or of bits 0 .. k.
CSV_INLINE uint64_t csv_prefix_xor(uint64_t bits)
{
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    return bits;
}

CSV_INLINE void csv_put_places(uint64_t bits, uint32_t base, uint32_t *out)
{
    uint32_t n = (uint32_t)__builtin_popcountll(bits);
    for (uint32_t done = 0; done < n; done += 4) {
        for (uint32_t k = 0; k < 4; k++) {
            // Beyond the last bit this is a place in the slack, written over later.
            out[done + k] = base + (bits == 0 ? 0 : (uint32_t)__builtin_ctzll(bits));
            bits &= bits - 1;
        }
    }
}

// Notes the ends of fields and rows in a block.
CSV_INLINE void csv_note_ends(struct csv_carry *c, uint64_t structural, uint64_t line_ends,
                              uint32_t base, struct csv_index *out)
{
    csv_put_places(structural, base, out->ends + c->n_ends);
    for (; line_ends != 0; line_ends &= line_ends - 1) {
        uint64_t up_to = line_ends ^ (line_ends - 1);
        out->rows[++c->n_rows] = c->n_ends + (uint32_t)__builtin_popcountll(structural & up_to);
    }
    c->n_ends += (uint32_t)__builtin_popcountll(structural);
}

// Takes the bits of the block at `base`; `mask` = its bytes that count. False when the index ends
// here: rows up to then are whole and plain. Without `out` only their bytes are found.
CSV_INLINE bool csv_take_block(struct csv_carry *c, struct csv_bits bits, uint32_t base,
                               uint64_t mask, struct csv_index *out)
{
    uint64_t inside = csv_prefix_xor(bits.quotes) ^ c->inside;
    uint64_t opening = bits.quotes & inside;
    uint64_t closing = bits.quotes & ~inside;
    uint64_t structural = (bits.delimiters | bits.ends) & ~inside;
    uint64_t behind_structural = structural << 1 | c->structural;
    uint64_t behind_closing = closing << 1 | c->closing;
    uint64_t returning = behind_closing & bits.returns;
    uint64_t behind_returning = returning << 1 | c->returning;
    uint64_t wrong = (opening & ~(behind_structural | behind_closing)) |
                     (behind_closing & ~(structural | opening | bits.returns)) |
                     (behind_returning & ~bits.ends);
    wrong &= mask;
    // Only what stands before the first wrong byte counts.
    uint64_t good = wrong == 0 ? mask : mask & ((wrong & -wrong) - 1);
    structural &= good;
    uint64_t line_ends = bits.ends & ~inside & good;
    c->breaks |= bits.ends & inside & good;
    if (out == NULL && line_ends != 0 &&
        base + (uint32_t)__builtin_ctzll(line_ends) - c->bytes > CSV_FIELDS_MAX) {
        return false; // it may have too many fields, which nobody counts here
    }
    if (line_ends != 0) {
        c->bytes = base + 64 - (uint32_t)__builtin_clzll(line_ends);
    }
    if (out != NULL) {
        csv_note_ends(c, structural, line_ends, base, out);
    }
    c->inside = (uint64_t)((int64_t)inside >> 63);
    c->structural = structural >> 63;
    c->closing = closing >> 63;
    c->returning = returning >> 63;
    return wrong == 0;
}

CSV_INLINE uint64_t csv_block_mask(uint32_t base, uint32_t n)
{
    return n - base >= 64 ? UINT64_MAX : (UINT64_C(1) << (n - base)) - 1;
}

typedef struct csv_bits (*csv_bits_of)(const struct csv_dialect *dialect, const uint8_t *p);

// The whole index by a kernel's bits_of, which is inlined.
CSV_INLINE uint32_t csv_index_run(csv_bits_of bits_of, const struct csv_dialect *dialect,
                                  const uint8_t *p, uint32_t n, struct csv_index *out)
{
    struct csv_carry c = {.structural = 1}; // a record begins here
    bool is_plain = true;
    for (uint32_t base = 0; base < n && is_plain; base += 64) {
        is_plain =
            csv_take_block(&c, bits_of(dialect, p + base), base, csv_block_mask(base, n), out);
    }
    if (out != NULL) {
        out->rows[0] = 0;
        out->n_rows = c.n_rows;
        out->bytes = c.bytes;
        out->has_breaks = c.breaks != 0;
    }
    return c.bytes;
}

#endif
