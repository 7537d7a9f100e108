// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_sniff.h"

#define BSON_MAX (UINT32_C(48) << 20) // bytes of a document, with what a server adds

static bool is_bson_type(uint8_t type)
{
    return (type >= 0x01 && type <= 0x13) || type == 0x7f || type == 0xff;
}

// A length of four bytes, a type, a name: no JSON text begins so.
static bool is_bson(const uint8_t *p, uint64_t n)
{
    if (n < 5) {
        return false;
    }
    uint32_t size = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    bool may_be_json = p[0] == '{' || p[0] == '[' || p[0] == ' ' || p[0] == '\n';
    bool is_typed = is_bson_type(p[4]) || (size == 5 && p[4] == 0);
    return size >= 5 && size <= BSON_MAX && (is_typed || !may_be_json) &&
           memchr(p + 4, 0, n - 4) != NULL;
}

// Every other byte of ASCII a zero.
static bool is_utf16(const uint8_t *p, uint64_t n)
{
    return n >= 2 && ((p[0] != 0 && p[0] < 0x80 && p[1] == 0) ||
                      (p[0] == 0 && n >= 4 && (p[1] != 0 || p[3] != 0)));
}

static bool has_utf16_mark(const uint8_t *p, uint64_t n)
{
    return n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff));
}

// What mongodump writes, AUTO = it is not that.
static enum mongo_layout dump_of(const uint8_t *p, uint64_t n)
{
    if (n >= 4 && memcmp(p, "\x6d\xe2\x99\x81", 4) == 0) {
        return MONGO_ARCHIVE;
    }
    bool is_short_mark = has_utf16_mark(p, n) && (n < 4 || p[2] != 0 || p[3] != 0);
    return !is_short_mark && is_bson(p, n) ? MONGO_BSON : MONGO_AUTO;
}

static const char *refusal_of(const uint8_t *p, uint64_t n)
{
    if (n >= 3 && memcmp(p, "\x1f\x8b\x08", 3) == 0) {
        return "gzip data in a file without .gz; name it so";
    }
    if (n >= 4 && memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0) {
        return "Zstandard data in a file without .zst; name it so";
    }
    if (dump_of(p, n) == MONGO_AUTO && (has_utf16_mark(p, n) || is_utf16(p, n))) {
        return "UTF-16 or UTF-32 text; convert it to UTF-8";
    }
    return NULL;
}

// True when the bytes up to the end of the line at p are blank.
static bool line_ends(const struct mongo_scan *s, const uint8_t *p)
{
    while (p < s->end && (*p == ' ' || *p == '\t' || *p == '\r')) {
        p++;
    }
    return p >= s->end || *p == '\n';
}

// How documents lie when the first one begins at p.
static enum mongo_layout lay_of(struct mongo_scan *s, const uint8_t *p, bool is_whole,
                                const char **refusal)
{
    struct mongo_raw raw;
    const uint8_t *behind = mongo_scan_value(s, p, 0, &raw);
    bool is_cut = behind == NULL && s->end - s->at < 32 && !is_whole;
    if (behind != NULL || is_cut) {
        uint64_t n = (uint64_t)((behind == NULL ? s->end : behind) - p);
        bool is_one_line = memchr(p, '\n', n) == NULL;
        return is_one_line && (is_cut || line_ends(s, behind)) ? MONGO_LINES : MONGO_PRETTY;
    }
    if (mongo_scan_is_shell(s->fault)) {
        *refusal = s->fault;
        return MONGO_AUTO;
    }
    return line_ends(s, p + 1) ? MONGO_PRETTY : MONGO_LINES;
}

// True when a later line begins like a document: the first one is only a bad line.
static bool has_document_line(const struct mongo_scan *s, const uint8_t *p)
{
    const uint8_t *newline = memchr(p, '\n', (size_t)(s->end - p));
    while (newline != NULL) {
        p = mongo_scan_blanks(s, newline);
        if (p < s->end && *p == '{') {
            return true;
        }
        newline = p < s->end ? memchr(p, '\n', (size_t)(s->end - p)) : NULL;
    }
    return false;
}

enum mongo_layout mongo_sniff(const uint8_t *p, uint64_t n, bool is_whole, const char **refusal)
{
    struct mongo_scan s = {.end = p + n};
    *refusal = refusal_of(p, n);
    if (*refusal != NULL) {
        return MONGO_AUTO;
    }
    if (dump_of(p, n) != MONGO_AUTO) {
        return dump_of(p, n);
    }
    if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
        p += 3;
    }
    p = mongo_scan_blanks(&s, p);
    if (p == s.end) {
        return MONGO_AUTO;
    }
    if (*p == '{') {
        return lay_of(&s, p, is_whole, refusal);
    }
    if (*p != '[') {
        *refusal = has_document_line(&s, p) ? NULL : "neither documents nor an array of them";
        return *refusal == NULL ? MONGO_LINES : MONGO_AUTO;
    }
    const uint8_t *first = mongo_scan_blanks(&s, p + 1);
    struct mongo_raw raw;
    if (*first == '{' && mongo_scan_value(&s, first, 0, &raw) == NULL &&
        mongo_scan_is_shell(s.fault) && s.end - s.at >= 32) {
        *refusal = s.fault;
        return MONGO_AUTO;
    }
    return MONGO_LIST;
}

const char *mongo_sniff_name(enum mongo_layout layout)
{
    switch (layout) {
    case MONGO_LINES:
        return "one document a line";
    case MONGO_LIST:
        return "one array of documents";
    case MONGO_PRETTY:
        return "documents over several lines";
    case MONGO_BSON:
        return "BSON documents";
    case MONGO_ARCHIVE:
        return "a mongodump archive";
    case MONGO_AUTO:
        break;
    }
    return "no documents";
}
