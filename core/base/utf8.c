// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "utf8.h"

#include <stdio.h>

struct range {
    uint32_t first;
    uint32_t last;
};

static bool in_ranges(uint32_t code, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n && code >= ranges[i].first; i++) {
        if (code <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

// Lead bytes and the range of the second byte (RFC 3629, section 4).
static uint32_t sequence_size(const unsigned char *p, size_t n)
{
    if (p[0] < 0xC2 || p[0] > 0xF4) {
        return 0;
    }
    uint32_t need = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (n < need) {
        return 0;
    }
    for (uint32_t i = 1; i < need; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
        (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F)) {
        return 0;
    }
    return need;
}

struct utf8_char utf8_next(struct text in)
{
    const unsigned char *p = (const unsigned char *)in.p;
    if (p[0] < 0x80) {
        return (struct utf8_char){p[0], 1, true};
    }
    uint32_t size = sequence_size(p, in.n);
    if (size == 0) {
        return (struct utf8_char){p[0], 1, false};
    }
    uint32_t code = p[0] & (0xFFu >> (size + 1));
    for (uint32_t i = 1; i < size; i++) {
        code = code << 6 | (p[i] & 0x3Fu);
    }
    return (struct utf8_char){code, size, true};
}

size_t utf8_count(struct text in)
{
    size_t n = 0;
    for (size_t i = 0; i < in.n; n++) {
        i += utf8_next(text_n(in.p + i, in.n - i)).size;
    }
    return n;
}

size_t utf8_put(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        return 0;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    out[0] = (char)((0xF00u >> size & 0xFF) | code);
    return size;
}

bool utf8_is_unsafe(uint32_t code)
{
    static const struct range unsafe[] = {
        {0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C}, {0x200E, 0x200F},   {0x2028, 0x202E},
        {0x2066, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
    };
    return in_ranges(code, unsafe, sizeof unsafe / sizeof unsafe[0]);
}

uint32_t utf8_width(uint32_t code)
{
    static const struct range joined[] = {
        {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F},
        {0x200B, 0x200D}, {0x20D0, 0x20F0}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    };
    static const struct range wide[] = {
        {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},
        {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
        {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
        {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
    };
    if (in_ranges(code, joined, sizeof joined / sizeof joined[0])) {
        return 0;
    }
    return in_ranges(code, wide, sizeof wide / sizeof wide[0]) ? 2 : 1;
}

static size_t show_escaped(struct utf8_char c, char out[UTF8_SHOWN_BYTES])
{
    if (c.code == '\n' || c.code == '\r' || c.code == '\t') {
        out[0] = '\\';
        out[1] = c.code == '\n' ? 'n' : c.code == '\r' ? 'r' : 't';
        return 2;
    }
    if (c.code > 0xFFFF) {
        return (size_t)snprintf(out, UTF8_SHOWN_BYTES, "\\U%08x", c.code);
    }
    if (c.code > 0xFF) {
        return (size_t)snprintf(out, UTF8_SHOWN_BYTES, "\\u%04x", c.code);
    }
    return (size_t)snprintf(out, UTF8_SHOWN_BYTES, "\\x%02x", c.code);
}

size_t utf8_show(struct utf8_char c, char out[UTF8_SHOWN_BYTES], uint32_t *columns)
{
    bool escaped = !c.is_valid || utf8_is_unsafe(c.code);
    size_t n = escaped ? show_escaped(c, out) : utf8_put(c.code, out);
    if (columns != NULL) {
        *columns = escaped ? (uint32_t)n : utf8_width(c.code);
    }
    return n;
}

bool utf8_add_shown(struct str *out, struct text in)
{
    char shown[UTF8_SHOWN_BYTES];
    size_t i = 0;
    bool done = str_add_n(out, NULL, 0);
    while (done && i < in.n) {
        struct utf8_char c = utf8_next(text_n(in.p + i, in.n - i));
        size_t n = utf8_show(c, shown, NULL);
        done = str_add_n(out, shown, n);
        i += c.size;
    }
    return done;
}
