// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Text of one cell: from the field's bytes to UTF-8 without quotes' escapes and outer blanks, or
// NULL. One csv_text belongs to one thread.
#ifndef CSV_TEXT_H
#define CSV_TEXT_H

#include <portrait/option.h>

#include "csv_record.h"
#include "pt_mem.h"

// Spellings of NULL, borrowed from the option.
struct csv_nulls {
    const char *const *texts;
    uint32_t n;
    uint64_t sizes;    // bit k: a spelling of k bytes exists (63: or more)
    uint64_t first[4]; // bit b: a spelling begins with byte b
};

// An empty list means the usual spellings.
struct csv_nulls csv_nulls_of(const pt_list *option);
bool csv_nulls_find(const struct csv_nulls *nulls, const uint8_t *p, uint64_t n);

static inline bool csv_nulls_has(const struct csv_nulls *nulls, const uint8_t *p, uint64_t n)
{
    uint8_t first = n == 0 ? 0 : p[0];
    bool may_be = (nulls->sizes >> (n < 63 ? n : 63) & 1) != 0 &&
                  (nulls->first[first / 64] >> (first % 64) & 1) != 0;
    return may_be && csv_nulls_find(nulls, p, n);
}

struct csv_text {
    const pt_host *host;
    const struct csv_dialect *dialect;
    const struct csv_nulls *nulls;
    bool is_trimmed;
    void *converter; // iconv_t when the dialect is GB18030
    uint8_t *scratch;
    uint64_t capacity;
};

struct csv_cell {
    const uint8_t *p; // valid until the next cell is read
    uint64_t n;
    bool is_null;
    bool is_quoted;
};

enum csv_text_step { CSV_TEXT_OK, CSV_TEXT_BAD, CSV_TEXT_NO_MEMORY };

pt_status csv_text_init(struct csv_text *t, const pt_host *host, const struct csv_dialect *dialect,
                        const struct csv_nulls *nulls, pt_error *err);
// Accepts a zeroed one.
void csv_text_release(struct csv_text *t);
// Field `f` of a record that begins at `record`. BAD: bytes that are no GB18030. Whether UTF-8 is
// good is checked on whole records (csv_text_check).
enum csv_text_step csv_text_cell(struct csv_text *t, const uint8_t *record,
                                 const struct csv_field *f, struct csv_cell *out);

// As csv_text_cell, quick where there is nothing to do.
static inline enum csv_text_step csv_text_get(struct csv_text *t, const uint8_t *record,
                                              const struct csv_field *f, struct csv_cell *out)
{
    const uint8_t *p = record + f->at;
    uint64_t n = f->size;
    bool has_edges = t->is_trimmed && !f->is_quoted && n > 0 && (p[0] <= ' ' || p[n - 1] <= ' ');
    if (t->converter != NULL || f->has_escapes || has_edges) {
        return csv_text_cell(t, record, f, out);
    }
    *out = (struct csv_cell){p, n, !f->is_quoted && csv_nulls_has(t->nulls, p, n), f->is_quoted};
    return CSV_TEXT_OK;
}

// What is wrong with the bytes of a record, or NULL. GB18030 is checked cell by cell, as it is
// converted.
const char *csv_text_check(const struct csv_dialect *dialect, const uint8_t *p, uint64_t n);

#endif
