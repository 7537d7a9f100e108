// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_text.h"

#include <iconv.h>
#include <string.h>

#include "csv_utf16.h"
#include "pt_utf8.h"

static const char *const usual_nulls[] = {"", "NULL", "null", "\\N", "N/A", "n/a", "NA", "#N/A"};

struct csv_nulls csv_nulls_of(const pt_list *option)
{
    struct csv_nulls nulls = {usual_nulls, sizeof usual_nulls / sizeof usual_nulls[0], 0, {0}};
    if (option->n > 0) {
        nulls.texts = option->items;
        nulls.n = option->n;
    }
    for (uint32_t i = 0; i < nulls.n; i++) {
        size_t size = strlen(nulls.texts[i]);
        uint8_t first = (uint8_t)nulls.texts[i][0];
        nulls.sizes |= UINT64_C(1) << (size < 63 ? size : 63);
        nulls.first[first / 64] |= UINT64_C(1) << (first % 64);
    }
    return nulls;
}

bool csv_nulls_find(const struct csv_nulls *nulls, const uint8_t *p, uint64_t n)
{
    for (uint32_t i = 0; i < nulls->n; i++) {
        if (strlen(nulls->texts[i]) == n && memcmp(nulls->texts[i], p, n) == 0) {
            return true;
        }
    }
    return false;
}

pt_status csv_text_init(struct csv_text *t, const pt_host *host, const struct csv_dialect *dialect,
                        const struct csv_nulls *nulls, pt_error *err)
{
    *t = (struct csv_text){
        .host = host, .dialect = dialect, .nulls = nulls, .is_trimmed = dialect->allows_blanks};
    if (!dialect->is_gb18030) {
        return PT_OK;
    }
    iconv_t converter = iconv_open("UTF-8", "GB18030");
    // iconv_open says "none" with the pointer -1.
    if ((intptr_t)converter == -1) {
        return pt_fail(host, err, PT_E_UNSUPPORTED, "encoding",
                       "the C library cannot convert GB18030 here");
    }
    t->converter = converter;
    return PT_OK;
}

void csv_text_release(struct csv_text *t)
{
    if (t->host != NULL) {
        pt_mem_free(t->host, t->scratch);
    }
    if (t->converter != NULL) {
        iconv_close(t->converter);
    }
    *t = (struct csv_text){0};
}

static bool is_ascii(const uint8_t *p, uint64_t n)
{
    uint8_t all = 0;
    for (uint64_t i = 0; i < n; i++) {
        all |= p[i];
    }
    return all < 0x80;
}

// Room for a cell of n bytes, converted (GB18030 grows by half at most) and unescaped.
static bool reserve(struct csv_text *t, uint64_t n)
{
    return pt_mem_reserve(t->host, &t->scratch, &t->capacity, n * 2 + 64, 1);
}

static enum csv_text_step convert(struct csv_text *t, struct csv_cell *cell)
{
    if (is_ascii(cell->p, cell->n)) {
        return CSV_TEXT_OK;
    }
    if (!reserve(t, cell->n)) {
        return CSV_TEXT_NO_MEMORY;
    }
    char *in = (char *)(uintptr_t)cell->p;
    size_t in_left = cell->n;
    char *out = (char *)t->scratch;
    size_t out_left = t->capacity;
    iconv(t->converter, NULL, NULL, NULL, NULL);
    if (iconv(t->converter, &in, &in_left, &out, &out_left) == (size_t)-1 || in_left > 0) {
        return CSV_TEXT_BAD;
    }
    cell->p = t->scratch;
    cell->n = t->capacity - out_left;
    return CSV_TEXT_OK;
}

static enum csv_text_step unescape(struct csv_text *t, struct csv_cell *cell)
{
    if (cell->p != t->scratch) {
        if (!reserve(t, cell->n)) {
            return CSV_TEXT_NO_MEMORY;
        }
    }
    // Onto itself is fine: what is written never passes what is read.
    cell->n = csv_field_unescape(t->dialect, cell->p, cell->n, t->scratch);
    cell->p = t->scratch;
    return CSV_TEXT_OK;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

enum csv_text_step csv_text_cell(struct csv_text *t, const uint8_t *record,
                                 const struct csv_field *f, struct csv_cell *out)
{
    const uint8_t *p = record + f->at;
    uint64_t n = f->size;
    *out = (struct csv_cell){.is_quoted = f->is_quoted};
    if (!f->is_quoted) {
        while (t->is_trimmed && n > 0 && is_blank(*p)) {
            p++;
            n--;
        }
        while (t->is_trimmed && n > 0 && is_blank(p[n - 1])) {
            n--;
        }
    }
    out->p = p;
    out->n = n;
    enum csv_text_step step = t->converter == NULL ? CSV_TEXT_OK : convert(t, out);
    if (step == CSV_TEXT_OK && f->has_escapes) {
        step = unescape(t, out);
    }
    out->is_null = !f->is_quoted && csv_nulls_has(t->nulls, out->p, out->n);
    return step;
}

static const char *check_gb18030(const uint8_t *p, uint64_t n)
{
    for (uint64_t i = 0; i < n;) {
        uint32_t length = p[i] < 0x80 ? 1 : csv_gb18030_length(p + i, n - i);
        if (p[i] == 0) {
            return "NUL byte";
        }
        if (p[i] >= 0x80 && length == 1) {
            return "not GB18030";
        }
        i += length;
    }
    return NULL;
}

const char *csv_text_check(const struct csv_dialect *dialect, const uint8_t *p, uint64_t n)
{
    if (dialect->is_gb18030) {
        return check_gb18030(p, n);
    }
    switch (pt_utf8_check(p, n)) {
    case PT_UTF8_NUL:
        return "NUL byte";
    case PT_UTF8_BAD:
        return dialect->utf16 == CSV_UTF16_NONE ? "not UTF-8" : "not UTF-16";
    default:
        return NULL;
    }
}
