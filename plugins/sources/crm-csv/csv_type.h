// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Types of CSV columns: what a declared type means, what a cell's text holds, and what a sample of
// cells says about a column.
#ifndef CSV_TYPE_H
#define CSV_TYPE_H

#include "pt_batch.h"
#include "pt_time.h"

enum csv_kind { CSV_STRING, CSV_I64, CSV_F64, CSV_BOOL, CSV_DATE, CSV_TIME };

struct csv_type {
    enum csv_kind kind;
    bool has_pattern; // DATE and TIME
    bool is_zoned;    // TIME: values carry their zone; else local
    struct pt_time_pattern pattern;
    char pattern_text[64];
};

// How numbers are written.
struct csv_numbers {
    uint8_t decimal;   // '.' or ','
    uint8_t thousands; // 0 = none
};

// "string", "i64", "f64", "bool", "date", "time", "date %d/%m/%Y", "time %d.%m.%Y %H:%M". False
// when it is none; *why tells.
bool csv_type_parse(const char *text, struct csv_type *out, const char **why);
const char *csv_type_name(enum csv_kind kind);
// Cell type of a column of this type in a batch.
struct pt_field csv_type_field(const struct csv_type *type, const char *name);

// Appends a cell's text (not NULL) to a column. False when it is no value of the type; nothing was
// appended then.
bool csv_type_append(const struct csv_type *type, const struct csv_numbers *numbers,
                     const uint8_t *p, uint64_t n, struct pt_column *column);
// "not a whole number", ... `is_inferred`: says that the type was guessed.
const char *csv_type_fault(enum csv_kind kind, bool is_inferred);

// What the cells of a column had in common so far.
struct csv_guess {
    uint64_t n; // cells that are not NULL
    bool can_i64, can_f64, can_bool, can_date, can_slash_date, can_time;
    uint64_t zoned, unzoned; // times
};

#define CSV_GUESS_INIT ((struct csv_guess){0, true, true, true, true, true, true, 0, 0})
void csv_guess_add(struct csv_guess *g, const struct csv_numbers *numbers, const uint8_t *p,
                   uint64_t n);
struct csv_type csv_guess_type(const struct csv_guess *g);

#endif
