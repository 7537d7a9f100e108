// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_type.h"

#include <stdio.h>
#include <string.h>

#include "pt_number.h"

#define SLASH_DATE "date %Y/%m/%d"
#define NUMBER_MAX 128u // bytes of a number with thousands marks or a decimal comma

static const char *const kind_names[] = {"string", "i64", "f64", "bool", "date", "time"};

const char *csv_type_name(enum csv_kind kind)
{
    return kind_names[kind];
}

const char *csv_type_fault(enum csv_kind kind, bool is_inferred)
{
    static const char *const faults[][2] = {
        {"not text", "not text"},
        {"not a whole number", "not a whole number, as the first records have it"},
        {"not a number", "not a number, as the first records have it"},
        {"neither true nor false", "neither true nor false, as the first records have it"},
        {"not a date", "not a date, as the first records have it"},
        {"not a time", "not a time, as the first records have it"},
    };
    return faults[kind][is_inferred];
}

static bool set_pattern(const char *text, struct csv_type *out, const char **why)
{
    char bad = 0;
    if (out->kind != CSV_DATE && out->kind != CSV_TIME) {
        *why = "only date and time take a pattern";
        return false;
    }
    if (strlen(text) >= sizeof out->pattern_text ||
        !pt_time_pattern_parse(&out->pattern, text, strlen(text), &bad) || !out->pattern.has_date) {
        *why = "the pattern is too long, holds an unknown conversion, or gives no date";
        return false;
    }
    out->has_pattern = true;
    snprintf(out->pattern_text, sizeof out->pattern_text, "%s", text);
    for (uint32_t i = 0; i < out->pattern.n; i++) {
        uint8_t code = out->pattern.code[i];
        out->is_zoned = out->is_zoned || code == 'z' || code == 'Z' || code == 's';
    }
    return true;
}

bool csv_type_parse(const char *text, struct csv_type *out, const char **why)
{
    const char *space = strchr(text, ' ');
    size_t n = space == NULL ? strlen(text) : (size_t)(space - text);
    memset(out, 0, sizeof *out);
    for (int kind = CSV_STRING; kind <= CSV_TIME; kind++) {
        if (strlen(kind_names[kind]) == n && strncmp(text, kind_names[kind], n) == 0) {
            out->kind = (enum csv_kind)kind;
            return space == NULL || set_pattern(space + 1, out, why);
        }
    }
    *why = "a type is string, i64, f64, bool, date or time";
    return false;
}

struct pt_field csv_type_field(const struct csv_type *type, const char *name)
{
    static const enum pt_cell cells[] = {PT_CELL_UTF8, PT_CELL_I64,    PT_CELL_F64,
                                         PT_CELL_BOOL, PT_CELL_DATE32, PT_CELL_TS_US};

    return (struct pt_field){name, cells[type->kind],
                             type->kind == CSV_TIME && type->is_zoned ? "UTC" : NULL};
}

static bool is_word(const uint8_t *p, uint64_t n, const char *lower)
{
    if (strlen(lower) != n) {
        return false;
    }
    for (uint64_t i = 0; i < n; i++) {
        if ((p[i] | 0x20) != (uint8_t)lower[i]) {
            return false;
        }
    }
    return true;
}

static bool read_bool(const uint8_t *p, uint64_t n, bool *out)
{
    bool is_one = n == 1 && p[0] == '1';
    bool is_zero = n == 1 && p[0] == '0';
    *out = is_one || is_word(p, n, "true") || is_word(p, n, "yes") || is_word(p, n, "t") ||
           is_word(p, n, "y");
    return *out || is_zero || is_word(p, n, "false") || is_word(p, n, "no") || is_word(p, n, "f") ||
           is_word(p, n, "n");
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

// Digits from i on, at most `most`.
static uint64_t count_digits(const uint8_t *p, uint64_t n, uint64_t i, uint64_t most)
{
    uint64_t size = 0;
    while (size < most && i + size < n && is_digit(p[i + size])) {
        size++;
    }
    return size;
}

// Writes a number without thousands marks and with a point. Returns its size; 0 when it is too long
// or its marks stand wrong: the first group has one to three digits, the others three.
static uint64_t plain_number(const struct csv_numbers *numbers, const uint8_t *p, uint64_t n,
                             uint8_t out[NUMBER_MAX])
{
    uint64_t size = 0;
    uint64_t i = n > 0 && (p[0] == '-' || p[0] == '+');
    if (n > NUMBER_MAX) {
        return 0;
    }
    memcpy(out, p, i);
    size = i;
    uint64_t group = count_digits(p, n, i, n);
    bool is_grouped =
        numbers->thousands != 0 && i + group < n && p[i + group] == numbers->thousands;
    if (is_grouped && (group == 0 || group > 3)) {
        return 0;
    }
    memcpy(out + size, p + i, group);
    for (i += group, size += group; is_grouped && i < n && p[i] == numbers->thousands; i += 4) {
        if (count_digits(p, n, i + 1, 4) != 3) {
            return 0;
        }
        memcpy(out + size, p + i + 1, 3);
        size += 3;
    }
    for (; i < n; i++) {
        bool is_wrong = p[i] == numbers->thousands || (p[i] == '.' && numbers->decimal != '.');
        if (is_wrong) {
            return 0;
        }
        out[size++] = p[i] == numbers->decimal ? '.' : p[i];
    }
    return size;
}

static bool read_number(const struct csv_numbers *numbers, enum csv_kind kind, const uint8_t *p,
                        uint64_t n, struct pt_column *column)
{
    uint8_t plain[NUMBER_MAX];
    int64_t whole = 0;
    double number = 0;
    if (numbers->decimal != '.' || numbers->thousands != 0) {
        n = plain_number(numbers, p, n, plain);
        p = plain;
    }
    if (kind == CSV_I64) {
        if (!pt_number_i64(p, n, &whole)) {
            return false;
        }
        if (column != NULL) {
            pt_column_i64(column, whole);
        }
        return true;
    }
    if (!pt_number_f64(p, n, &number)) {
        return false;
    }
    if (column != NULL) {
        pt_column_f64(column, number);
    }
    return true;
}

// Does the text end in a zone: Z, or +hh, +hhmm, +hh:mm behind the time?
static bool has_zone(const uint8_t *p, uint64_t n)
{
    if (n > 0 && (p[n - 1] == 'Z' || p[n - 1] == 'z')) {
        return true;
    }
    for (uint64_t i = 11; i < n; i++) {
        if (p[i] == '+' || p[i] == '-') {
            return true;
        }
    }
    return false;
}

static bool read_time(const struct csv_type *type, const uint8_t *p, uint64_t n, int64_t *us)
{
    if (type->has_pattern) {
        return pt_time_pattern_match(&type->pattern, p, n, 0, us);
    }
    return has_zone(p, n) == type->is_zoned && pt_time_iso(p, n, 0, us);
}

// YYYY-MM-DD
static bool read_plain_date(const uint8_t *p, uint64_t n, int64_t *days)
{
    static const uint8_t places[] = {0, 1, 2, 3, 5, 6, 8, 9};
    uint32_t v[8];
    if (n != 10 || p[4] != '-' || p[7] != '-') {
        return false;
    }
    for (uint32_t i = 0; i < 8; i++) {
        v[i] = (uint32_t)p[places[i]] - '0';
        if (v[i] > 9) {
            return false;
        }
    }
    int32_t year = (int32_t)(v[0] * 1000 + v[1] * 100 + v[2] * 10 + v[3]);
    uint32_t month = v[4] * 10 + v[5];
    uint32_t day = v[6] * 10 + v[7];
    if (!pt_time_is_date(year, month, day)) {
        return false;
    }
    *days = pt_time_days(year, month, day);
    return true;
}

static bool read_date(const struct csv_type *type, const uint8_t *p, uint64_t n, int64_t *days)
{
    int64_t us = 0;
    if (!type->has_pattern) {
        return read_plain_date(p, n, days);
    }
    bool is_date = pt_time_pattern_match(&type->pattern, p, n, 0, &us);
    *days = us / PT_TIME_US_PER_DAY - (us % PT_TIME_US_PER_DAY < 0);
    return is_date;
}

bool csv_type_append(const struct csv_type *type, const struct csv_numbers *numbers,
                     const uint8_t *p, uint64_t n, struct pt_column *column)
{
    bool truth = false;
    int64_t value = 0;
    switch (type->kind) {
    case CSV_STRING:
        pt_column_text(column, p, n);
        return true;
    case CSV_I64:
    case CSV_F64:
        return read_number(numbers, type->kind, p, n, column);
    case CSV_BOOL:
        if (!read_bool(p, n, &truth)) {
            return false;
        }
        pt_column_bool(column, truth);
        return true;
    case CSV_DATE:
        if (!read_date(type, p, n, &value)) {
            return false;
        }
        pt_column_i32(column, (int32_t)value);
        return true;
    case CSV_TIME:
        if (!read_time(type, p, n, &value)) {
            return false;
        }
        pt_column_i64(column, value);
        return true;
    }
    return false;
}

// Digits that are a name rather than a quantity: 007, +49..., more than 18 of them.
static bool is_code(const uint8_t *p, uint64_t n)
{
    uint64_t i = n > 0 && p[0] == '-';
    bool has_leading_zero = i + 1 < n && p[i] == '0' && is_digit(p[i + 1]);
    return has_leading_zero || (n > 0 && p[0] == '+') || count_digits(p, n, i, n) > 18;
}

static bool looks_like_date(const uint8_t *p, uint64_t n)
{
    return n >= 10 && p[4] == '-' && p[7] == '-';
}

// 2016/11/5: the year in front makes it the only reading.
static bool is_slash_date(const uint8_t *p, uint64_t n)
{
    struct csv_type date;
    const char *why = NULL;
    int64_t days = 0;
    return n >= 8 && n <= 10 && p[4] == '/' && csv_type_parse(SLASH_DATE, &date, &why) &&
           read_date(&date, p, n, &days);
}

void csv_guess_add(struct csv_guess *g, const struct csv_numbers *numbers, const uint8_t *p,
                   uint64_t n)
{
    int64_t value = 0;
    g->n++;
    if (!g->can_i64 && !g->can_f64 && !g->can_bool && !g->can_date && !g->can_slash_date &&
        !g->can_time) {
        return;
    }
    struct csv_type date = {.kind = CSV_DATE};
    bool may_be_number = !is_code(p, n);
    g->can_i64 = g->can_i64 && may_be_number && read_number(numbers, CSV_I64, p, n, NULL);
    g->can_f64 = g->can_f64 && may_be_number && read_number(numbers, CSV_F64, p, n, NULL);
    g->can_bool = g->can_bool && (is_word(p, n, "true") || is_word(p, n, "false"));
    g->can_date = g->can_date && looks_like_date(p, n) && read_date(&date, p, n, &value);
    g->can_slash_date = g->can_slash_date && is_slash_date(p, n);
    g->can_time = g->can_time && looks_like_date(p, n) && pt_time_iso(p, n, 0, &value);
    if (g->can_time) {
        bool is_zoned = has_zone(p, n);
        g->zoned += is_zoned;
        g->unzoned += !is_zoned;
    }
}

struct csv_type csv_guess_type(const struct csv_guess *g)
{
    struct csv_type type = {.kind = CSV_STRING};
    if (g->n == 0) {
        return type;
    }
    if (g->can_bool) {
        type.kind = CSV_BOOL;
    } else if (g->can_i64) {
        type.kind = CSV_I64;
    } else if (g->can_f64) {
        type.kind = CSV_F64;
    } else if (g->can_date) {
        type.kind = CSV_DATE;
    } else if (g->can_slash_date) {
        const char *why = NULL;
        csv_type_parse(SLASH_DATE, &type, &why);
    } else if (g->can_time && (g->zoned == 0 || g->unzoned == 0)) {
        type.kind = CSV_TIME;
        type.is_zoned = g->zoned > 0;
    }
    return type;
}
