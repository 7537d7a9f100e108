// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// UTF-8 characters: decoding, and what may be shown to a person. Control characters, bidi controls
// and bytes that are no UTF-8 could fake a terminal line, so they are shown escaped.
#ifndef PORTRAIT_BASE_UTF8_H
#define PORTRAIT_BASE_UTF8_H

#include "text.h"

#define UTF8_SHOWN_BYTES 12

struct utf8_char {
    uint32_t code; // the byte itself when it is not well-formed
    uint32_t size; // bytes taken, 1 when not well-formed
    bool is_valid;
};

// First character of a view that is not empty.
struct utf8_char utf8_next(struct text in);
// Characters of a view; each byte that is no UTF-8 counts as one.
size_t utf8_count(struct text in);
// Writes 1 to 4 bytes and returns their number; 0 for surrogates and above U+10FFFF.
size_t utf8_put(uint32_t code, char out[4]);
// C0, C1, DEL, bidi controls, line separators, tags and other invisible format controls.
bool utf8_is_unsafe(uint32_t code);
// Columns on a terminal: 0 for combining marks, 2 for East Asian wide characters, else 1.
uint32_t utf8_width(uint32_t code);
// What stands for `c` on a screen: itself or an escape (\n \x1b \u202e). Returns its bytes;
// *columns may be NULL.
size_t utf8_show(struct utf8_char c, char out[UTF8_SHOWN_BYTES], uint32_t *columns);
// Appends `in` as shown.
bool utf8_add_shown(struct str *out, struct text in);

#endif
