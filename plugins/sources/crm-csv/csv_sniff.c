// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_sniff.h"

#include <string.h>

#include "csv_config.h"
#include "pt_utf8.h"

#define RECORDS_MAX 200u

static enum csv_encoding utf16_of(const uint8_t *p, uint64_t n)
{
    if (n >= 2 && p[0] + p[1] == 0xff + 0xfe && (p[0] == 0xff || p[1] == 0xff)) {
        return p[0] == 0xff ? CSV_IS_UTF16LE : CSV_IS_UTF16BE;
    }
    uint64_t zeros[2] = {0, 0};
    uint64_t seen = n < 4096 ? n : 4096;
    for (uint64_t i = 0; i < seen; i++) {
        zeros[i & 1] += p[i] == 0;
    }
    // Text of mostly Latin letters, digits and delimiters: every other byte is zero.
    bool is_even = zeros[0] > seen / 3 && zeros[1] <= seen / 16;
    bool is_odd = zeros[1] > seen / 3 && zeros[0] <= seen / 16;
    if (seen < 4 || is_even == is_odd) {
        return CSV_IS_ASCII;
    }
    return is_even ? CSV_IS_UTF16BE : CSV_IS_UTF16LE;
}

// GB18030 text of everyday characters: every pair is well-formed, and four of five lie in the rows
// of GB 2312 (symbols and the 3,755 most common characters). Latin-1 text fails one or the other.
static bool is_gb18030(const uint8_t *p, uint64_t n)
{
    uint64_t pairs = 0;
    uint64_t common = 0;
    for (uint64_t i = 0; i < n;) {
        if (p[i] < 0x80) {
            i++;
            continue;
        }
        uint32_t length = csv_gb18030_length(p + i, n - i);
        if (length == 1) {
            return n - i < 4 && pairs > 0 && common * 5 >= pairs * 4;
        }
        bool is_row = (p[i] >= 0xb0 && p[i] <= 0xd7) || (p[i] >= 0xa1 && p[i] <= 0xa3);
        common += is_row && p[i + 1] >= 0xa1;
        pairs++;
        i += length;
    }
    return pairs > 0 && common * 5 >= pairs * 4;
}

static bool is_ascii(const uint8_t *p, uint64_t n)
{
    uint8_t all = 0;
    for (uint64_t i = 0; i < n; i++) {
        all |= p[i];
    }
    return all < 0x80;
}

enum csv_encoding csv_sniff_encoding(const uint8_t *p, uint64_t n)
{
    if (utf16_of(p, n) != CSV_IS_ASCII) {
        return utf16_of(p, n);
    }
    if (is_ascii(p, n)) {
        return CSV_IS_ASCII;
    }
    uint64_t end = n; // without a character that is cut in two
    while (end > 0 && n - end < 3 && (p[end - 1] & 0xc0) == 0x80) {
        end--;
    }
    end -= end > 0 && p[end - 1] >= 0xc0;
    if (pt_utf8_is_valid(p, n) || pt_utf8_is_valid(p, end)) {
        return CSV_IS_UTF8;
    }
    return is_gb18030(p, n) ? CSV_IS_GB18030 : CSV_IS_UTF8;
}

struct score {
    uint32_t fields; // of the first good record
    uint32_t records;
    uint32_t fitting; // records of as many fields
    uint32_t bad;
};

static struct score score_of(const struct csv_dialect *d, const uint8_t *p, uint64_t n,
                             bool is_whole, struct csv_record *record)
{
    struct score s = {0};
    while (n > 0 && s.records < RECORDS_MAX) {
        enum csv_step step = csv_record_scan(d, p, n, is_whole, record);
        uint64_t size = record->size;
        if (step == CSV_MORE) {
            break;
        }
        if (step == CSV_BAD) {
            uint64_t length = csv_line_length(d, p, n);
            size = length < n ? length + 1 : n;
            s.bad++;
        }
        if (step != CSV_COMMENT) {
            s.fields = s.fields == 0 && step == CSV_RECORD ? record->n : s.fields;
            s.records++;
            s.fitting += step == CSV_RECORD && record->n == s.fields;
        }
        p += size;
        n -= size;
    }
    return s;
}

// Is a better than b? The share of fitting records counts first, then the number of fields.
static bool is_better(const struct score *a, const struct score *b)
{
    uint64_t x = (uint64_t)a->fitting * b->records;
    uint64_t y = (uint64_t)b->fitting * a->records;
    if ((a->fields >= 2) != (b->fields >= 2)) {
        return a->fields >= 2;
    }
    return x != y ? x > y : a->fields > b->fields;
}

struct csv_dialect csv_sniff_dialect(const struct csv_dialect *wish, const uint8_t *p, uint64_t n,
                                     bool is_whole, bool is_comma_decimal,
                                     struct csv_record *record)
{
    static const uint8_t delimiters[] = {',', ';', '\t', '|'};
    struct csv_dialect best = *wish;
    struct csv_dialect d = *wish;
    struct score best_score = {0};
    bool has_best = false;
    d.is_cr_only = n > 0 && memchr(p, '\n', n) == NULL && memchr(p, '\r', n) != NULL;
    uint32_t n_delimiters = wish->delimiter == CSV_CHAR_AUTO ? 4 : 1;
    uint32_t n_escapes = wish->escape == CSV_CHAR_AUTO && wish->quote != 0 ? 2 : 1;
    for (uint32_t i = 0; i < n_delimiters * n_escapes; i++) {
        uint32_t k = i % n_delimiters;
        bool is_escaping = i >= n_delimiters;
        d.delimiter = wish->delimiter == CSV_CHAR_AUTO ? delimiters[k] : wish->delimiter;
        d.escape = wish->escape != CSV_CHAR_AUTO ? wish->escape : is_escaping ? '\\' : 0;
        bool is_taken = d.delimiter == d.quote || d.delimiter == d.comment ||
                        (d.delimiter == ',' && is_comma_decimal && n_delimiters > 1);
        if (is_taken) {
            continue;
        }
        struct score s = score_of(&d, p, n, is_whole, record);
        if (!has_best || (is_better(&s, &best_score) && (!is_escaping || s.bad < best_score.bad))) {
            best = d;
            best_score = s;
            has_best = true;
        }
    }
    return best;
}
