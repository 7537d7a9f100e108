// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fields and records of a CSV file (RFC 4180), written through a buffer of fixed size, with the
// guard against cells that a spreadsheet would run as formulas (CWE-1236).
#ifndef CAMPAIGN_CSV_H
#define CAMPAIGN_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum campaign_csv_guard { CAMPAIGN_CSV_ESCAPE, CAMPAIGN_CSV_REJECT, CAMPAIGN_CSV_RAW };

enum campaign_csv_quote { CAMPAIGN_CSV_MINIMAL, CAMPAIGN_CSV_ALL };

struct campaign_csv_style {
    char delimiter;
    bool has_crlf;
    enum campaign_csv_guard guard;
    enum campaign_csv_quote quote;
    const char *null_text;
    int32_t decimals; // -1 = as many as needed
};

// Takes a full buffer; 0 = go on.
typedef int32_t (*campaign_csv_flush)(void *ctx, const char *data, size_t n);

struct campaign_csv {
    struct campaign_csv_style style;
    char *buffer; // the caller's
    size_t capacity;
    size_t n;
    campaign_csv_flush flush;
    void *ctx;
    int32_t failed;    // what flush said; writing goes on into nothing then
    uint32_t n_fields; // of the record in hand
    uint64_t guarded;  // cells that got an apostrophe
};

void campaign_csv_null(struct campaign_csv *c, bool is_only_field);
// False only when guard is `reject` and the text would run as a formula; nothing is written then.
bool campaign_csv_text(struct campaign_csv *c, const uint8_t *text, size_t n, bool is_phones);
bool campaign_csv_is_phone(const uint8_t *text, size_t n);
// Text that needs no guard: dates, times, truth values.
void campaign_csv_plain(struct campaign_csv *c, const char *text, size_t n);
void campaign_csv_i64(struct campaign_csv *c, int64_t value);
void campaign_csv_f64(struct campaign_csv *c, double value); // no finite number: as NULL
void campaign_csv_end(struct campaign_csv *c);               // of the record
void campaign_csv_bytes(struct campaign_csv *c, const char *data, size_t n); // as they are
int32_t campaign_csv_finish(struct campaign_csv *c); // flushes; 0 or what flush said

// Would a spreadsheet run it? It starts with = + - @ TAB CR.
bool campaign_csv_is_formula(const uint8_t *text, size_t n);

#endif
