// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Saved form: a mark, eight bytes of dialect and header, the number of columns, then for each kind,
// flags, pattern and name with their lengths. Numbers are little-endian.
#include "csv_layout.h"

#include <string.h>

#include "csv_utf16.h"

#define MARK "crmcsv1"
#define FLAG_INFERRED 1u
#define FLAG_DICTIONARY 2u
#define FLAG_ZONED 4u
#define SUGGEST_MAX 63u

void csv_layout_release(struct csv_layout *layout)
{
    for (uint32_t i = 0; i < layout->n; i++) {
        pt_mem_free(layout->host, layout->columns[i].name);
    }
    if (layout->host != NULL) {
        pt_mem_free(layout->host, layout->columns);
    }
    *layout = (struct csv_layout){0};
}

bool csv_layout_reserve(struct csv_layout *layout, const pt_host *host, uint32_t n)
{
    layout->host = host;
    layout->columns = pt_mem_zero(host, n, sizeof *layout->columns);
    layout->n = layout->columns == NULL ? 0 : n;
    return layout->columns != NULL;
}

int32_t csv_layout_find(const struct csv_layout *layout, const char *name)
{
    for (uint32_t i = 0; i < layout->n; i++) {
        if (strcmp(layout->columns[i].name, name) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

// Edits from one text to the other, upper and lower case alike.
static uint32_t distance(const char *a, const char *b)
{
    uint32_t row[SUGGEST_MAX + 1];
    uint32_t n = (uint32_t)strlen(b);
    for (uint32_t k = 0; k <= n; k++) {
        row[k] = k;
    }
    for (uint32_t i = 0; a[i] != '\0'; i++) {
        uint32_t diagonal = row[0];
        row[0] = i + 1;
        for (uint32_t k = 1; k <= n; k++) {
            uint32_t best = diagonal + (lower(a[i]) != lower(b[k - 1]));
            best = row[k] + 1 < best ? row[k] + 1 : best;
            best = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
            diagonal = row[k];
            row[k] = best;
        }
    }
    return row[n];
}

const char *csv_layout_suggest(const struct csv_layout *layout, const char *wrong)
{
    const char *found = NULL;
    uint32_t best = (uint32_t)strlen(wrong) / 3 + 1;
    for (uint32_t i = 0; strlen(wrong) <= SUGGEST_MAX && i < layout->n; i++) {
        const char *name = layout->columns[i].name;
        uint32_t edits = strlen(name) > SUGGEST_MAX ? UINT32_MAX : distance(wrong, name);
        if (edits < best || (edits == best && found == NULL)) {
            best = edits;
            found = name;
        }
    }
    return found;
}

struct pt_field csv_layout_field(const struct csv_column *column)
{
    struct pt_field field = csv_type_field(&column->type, column->name);
    if (column->is_dictionary && field.cell == PT_CELL_UTF8) {
        field.cell = PT_CELL_DICT;
    }
    return field;
}

static void put_32(uint8_t **p, uint32_t v)
{
    for (uint32_t i = 0; i < 4; i++) {
        *(*p)++ = (uint8_t)(v >> (8 * i));
    }
}

static void put_text(uint8_t **p, const char *text)
{
    size_t n = strlen(text);
    put_32(p, (uint32_t)n);
    memcpy(*p, text, n);
    *p += n;
}

uint8_t *csv_layout_save(const struct csv_layout *layout, uint64_t *n)
{
    const struct csv_dialect *d = &layout->dialect;
    uint64_t size = sizeof MARK + 8 + 4;
    for (uint32_t i = 0; i < layout->n; i++) {
        size +=
            2 + 8 + strlen(layout->columns[i].name) + strlen(layout->columns[i].type.pattern_text);
    }
    uint8_t *bytes = pt_mem_array(layout->host, size, 1);
    if (bytes == NULL) {
        return NULL;
    }
    uint8_t *p = bytes;
    uint8_t head[8] = {d->delimiter,     d->quote,
                       d->escape,        d->comment,
                       d->is_cr_only,    (uint8_t)(d->is_gb18030 | d->utf16 << 1),
                       d->allows_blanks, layout->has_header};
    memcpy(p, MARK, sizeof MARK);
    memcpy(p + sizeof MARK, head, sizeof head);
    p += sizeof MARK + sizeof head;
    put_32(&p, layout->n);
    for (uint32_t i = 0; i < layout->n; i++) {
        const struct csv_column *c = &layout->columns[i];
        *p++ = (uint8_t)c->type.kind;
        *p++ = (uint8_t)((c->is_inferred ? FLAG_INFERRED : 0) |
                         (c->is_dictionary ? FLAG_DICTIONARY : 0) |
                         (c->type.is_zoned ? FLAG_ZONED : 0));
        put_text(&p, c->type.pattern_text);
        put_text(&p, c->name);
    }
    *n = size;
    return bytes;
}

struct reader {
    const uint8_t *p;
    uint64_t left;
};

static bool get_32(struct reader *r, uint32_t *out)
{
    if (r->left < 4) {
        return false;
    }
    *out = (uint32_t)r->p[0] | (uint32_t)r->p[1] << 8 | (uint32_t)r->p[2] << 16 |
           (uint32_t)r->p[3] << 24;
    r->p += 4;
    r->left -= 4;
    return true;
}

static bool get_bytes(struct reader *r, pt_bytes *out)
{
    uint32_t n = 0;
    if (!get_32(r, &n) || n > r->left) {
        return false;
    }
    *out = (pt_bytes){r->p, n};
    r->p += n;
    r->left -= n;
    return true;
}

static bool get_type(uint8_t kind, pt_bytes pattern, struct csv_type *out)
{
    char text[sizeof out->pattern_text + 8];
    const char *why = NULL;
    if (kind > CSV_TIME || pattern.size >= sizeof out->pattern_text) {
        return false;
    }
    const char *name = csv_type_name((enum csv_kind)kind);
    size_t n = strlen(name);
    memcpy(text, name, n);
    if (pattern.size > 0) {
        text[n++] = ' ';
        memcpy(text + n, pattern.data, pattern.size);
    }
    text[n + pattern.size] = '\0';
    return csv_type_parse(text, out, &why);
}

static pt_status get_column(struct reader *r, struct csv_layout *layout, struct csv_column *c)
{
    pt_bytes pattern;
    pt_bytes name;
    if (r->left < 2) {
        return PT_E_INVALID;
    }
    uint8_t kind = r->p[0];
    uint8_t flags = r->p[1];
    r->p += 2;
    r->left -= 2;
    if (!get_bytes(r, &pattern) || !get_bytes(r, &name) || !get_type(kind, pattern, &c->type)) {
        return PT_E_INVALID;
    }
    c->is_inferred = (flags & FLAG_INFERRED) != 0;
    c->is_dictionary = (flags & FLAG_DICTIONARY) != 0;
    c->type.is_zoned = (flags & FLAG_ZONED) != 0;
    c->name = pt_mem_text(layout->host, name.data, name.size);
    return c->name == NULL ? PT_E_NO_MEMORY : PT_OK;
}

static pt_status get_all(struct reader *r, struct csv_layout *layout, const pt_host *host)
{
    uint32_t n = 0;
    if (r->left < sizeof MARK + 8 || memcmp(r->p, MARK, sizeof MARK) != 0) {
        return PT_E_INVALID;
    }
    const uint8_t *d = r->p + sizeof MARK;
    layout->dialect = (struct csv_dialect){.delimiter = d[0],
                                           .quote = d[1],
                                           .escape = d[2],
                                           .comment = d[3],
                                           .is_cr_only = d[4] != 0,
                                           .is_gb18030 = (d[5] & 1) != 0,
                                           .utf16 = d[5] >> 1,
                                           .allows_blanks = d[6] != 0};
    if (layout->dialect.utf16 > CSV_UTF16_BIG) {
        return PT_E_INVALID;
    }
    layout->has_header = d[7] != 0;
    r->p += sizeof MARK + 8;
    r->left -= sizeof MARK + 8;
    if (!get_32(r, &n) || n > CSV_FIELDS_MAX) {
        return PT_E_INVALID;
    }
    if (!csv_layout_reserve(layout, host, n)) {
        return PT_E_NO_MEMORY;
    }
    for (uint32_t i = 0; i < n; i++) {
        pt_status status = get_column(r, layout, &layout->columns[i]);
        if (status != PT_OK) {
            return status;
        }
    }
    return r->left == 0 ? PT_OK : PT_E_INVALID;
}

pt_status csv_layout_load(struct csv_layout *layout, const pt_host *host, pt_bytes bytes,
                          pt_error *err)
{
    struct reader r = {bytes.data, bytes.size};
    struct csv_layout loaded = {.host = host};
    pt_status status = get_all(&r, &loaded, host);
    if (status != PT_OK) {
        csv_layout_release(&loaded);
        return pt_fail(host, err, status, NULL,
                       status == PT_E_INVALID ? "the state is not of this plugin"
                                              : "out of memory");
    }
    *layout = loaded;
    return PT_OK;
}
