// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Tokens of an expression. A name may be dotted and its parts quoted; the parts come joined.
#ifndef PORTRAIT_EXPR_LEXER_H
#define PORTRAIT_EXPR_LEXER_H

#include "arena.h"
#include "error.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,   // text: the name, unquoted
    TOKEN_INT,    // text: digits
    TOKEN_REAL,   // text: digits with a point or exponent
    TOKEN_TEXT,   // text: the value, quotes undone
    TOKEN_SYMBOL, // text: the symbol
};

struct token {
    enum token_kind kind;
    uint32_t at;     // byte offset in the source
    uint32_t length; // bytes of the source
    struct text text;
    bool is_quoted; // a name with quotes or a dot: never a keyword or a function
};

struct lexer {
    struct arena *arena;
    struct text source;
    uint32_t at;
};

// Reads the next token. PT_E_CONFIG with position when there is none.
pt_status lexer_next(struct lexer *l, struct token *out, struct pt_error *err);
// Fills a PT_E_CONFIG error with a position; returns PT_E_CONFIG. `hint` may be "".
pt_status lexer_fail(struct pt_error *err, const struct token *at, const char *hint,
                     const char *format, ...) PT_PRINTF(4, 5);
// True for a name without quotes that spells `word` (lower case) in any case.
bool token_is_word(const struct token *t, const char *word);
bool token_is_symbol(const struct token *t, const char *symbol);
// True when the name can stand without quotes: letters, digits, _, dots between, no keyword.
bool lexer_is_plain_name(struct text name);

#endif
