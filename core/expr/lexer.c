// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "lexer.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

// Words that are never a name unless quoted. DATE and TIMESTAMP only before a text.
static const char *const keywords[] = {
    "and",  "or",   "not",   "in",   "between", "like", "glob", "escape", "is",
    "null", "true", "false", "case", "when",    "then", "else", "end",
};

static bool is_name_start(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_part(unsigned char c)
{
    return is_name_start(c) || is_digit(c);
}

static unsigned char peek(const struct lexer *l, uint32_t ahead)
{
    return l->at + ahead < l->source.n ? (unsigned char)l->source.p[l->at + ahead] : 0;
}

pt_status lexer_fail(struct pt_error *err, const struct token *at, const char *hint,
                     const char *format, ...)
{
    if (err == NULL) {
        return PT_E_CONFIG;
    }
    char message[ERROR_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    error_set(err, PT_E_CONFIG, "%s", message);
    err->column = at->at + 1;
    err->length = at->length;
    snprintf(err->hint, sizeof err->hint, "%s", hint);
    return PT_E_CONFIG;
}

bool token_is_word(const struct token *t, const char *word)
{
    return t->kind == TOKEN_NAME && !t->is_quoted && t->text.n == strlen(word) &&
           strncasecmp(t->text.p, word, t->text.n) == 0;
}

bool token_is_symbol(const struct token *t, const char *symbol)
{
    return t->kind == TOKEN_SYMBOL && text_is(t->text, symbol);
}

static bool is_keyword(struct text name)
{
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        if (strlen(keywords[i]) == name.n && strncasecmp(keywords[i], name.p, name.n) == 0) {
            return true;
        }
    }
    return false;
}

bool lexer_is_plain_name(struct text name)
{
    bool at_start = true;
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (at_start ? !is_name_start(c) : !is_name_part(c) && c != '.') {
            return false;
        }
        at_start = c == '.';
    }
    return !at_start && !is_keyword(name);
}

// Undoes doubled quotes of source[from + 1 .. to - 1) into the arena.
static pt_status unquote(struct lexer *l, uint32_t from, struct token *t, struct pt_error *err)
{
    char quote = l->source.p[from];
    size_t most = l->at - from;
    char *out = arena_alloc(l->arena, most);
    if (out == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    size_t n = 0;
    for (uint32_t i = from + 1; i + 1 < l->at; i++) {
        out[n++] = l->source.p[i];
        i += l->source.p[i] == quote ? 1 : 0;
    }
    t->text = text_n(out, n);
    return PT_OK;
}

// Moves behind the closing quote of the quote at l->at.
static pt_status skip_quoted(struct lexer *l, const char *what, struct pt_error *err)
{
    struct token open = {.at = l->at, .length = 1};
    unsigned char quote = peek(l, 0);
    l->at++;
    while (l->at < l->source.n) {
        if (peek(l, 0) == quote && peek(l, 1) == quote) {
            l->at += 2;
            continue;
        }
        if (peek(l, 0) == quote) {
            l->at++;
            return PT_OK;
        }
        l->at++;
    }
    return lexer_fail(err, &open, "", "the %s that begins here has no end", what);
}

static pt_status read_name_part(struct lexer *l, struct token *part, struct pt_error *err)
{
    uint32_t from = l->at;
    if (peek(l, 0) == '"') {
        TRY(skip_quoted(l, "name", err));
        TRY(unquote(l, from, part, err));
        if (part->text.n == 0) {
            struct token empty = {.at = from, .length = 2};
            return lexer_fail(err, &empty, "text is written in single quotes: ''", "empty name");
        }
        return PT_OK;
    }
    while (is_name_part(peek(l, 0))) {
        l->at++;
    }
    part->text = text_n(l->source.p + from, l->at - from);
    return PT_OK;
}

static pt_status read_name(struct lexer *l, struct token *out, struct pt_error *err)
{
    out->kind = TOKEN_NAME;
    out->is_quoted = peek(l, 0) == '"';
    TRY(read_name_part(l, out, err));
    while (peek(l, 0) == '.' && (is_name_start(peek(l, 1)) || peek(l, 1) == '"')) {
        l->at++;
        struct token part = {0};
        TRY(read_name_part(l, &part, err));
        size_t n = out->text.n + 1 + part.text.n;
        char *joined = arena_printf(l->arena, "%.*s.%.*s", (int)out->text.n, out->text.p,
                                    (int)part.text.n, part.text.p);
        if (joined == NULL) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory");
        }
        out->text = text_n(joined, n);
        out->is_quoted = true;
    }
    return PT_OK;
}

static void skip_digits(struct lexer *l)
{
    while (is_digit(peek(l, 0))) {
        l->at++;
    }
}

static pt_status read_number(struct lexer *l, struct token *out, struct pt_error *err)
{
    uint32_t from = l->at;
    out->kind = TOKEN_INT;
    skip_digits(l);
    if (peek(l, 0) == '.') {
        out->kind = TOKEN_REAL;
        l->at++;
        skip_digits(l);
    }
    uint32_t sign = peek(l, 1) == '+' || peek(l, 1) == '-' ? 1 : 0;
    if ((peek(l, 0) == 'e' || peek(l, 0) == 'E') && is_digit(peek(l, 1 + sign))) {
        out->kind = TOKEN_REAL;
        l->at += 1 + sign;
        skip_digits(l);
    }
    if (is_name_part(peek(l, 0)) || peek(l, 0) == '.') {
        while (is_name_part(peek(l, 0)) || peek(l, 0) == '.') {
            l->at++;
        }
        struct token bad = {.at = from, .length = l->at - from};
        return lexer_fail(err, &bad, "a name that begins with a digit needs double quotes",
                          "`%.*s` is neither a number nor a name",
                          bad.length > 60 ? 60 : (int)bad.length, l->source.p + from);
    }
    out->text = text_n(l->source.p + from, l->at - from);
    return PT_OK;
}

static const char *symbol_hint(unsigned char c)
{
    switch (c) {
    case '!':
        return "write <> for not equal, NOT for negation";
    case '&':
        return "write AND";
    case '|':
        return "write OR, or || to join texts";
    case '`':
    case '[':
        return "names with odd characters are written in double quotes";
    case ';':
        return "one expression only";
    default:
        return "";
    }
}

static pt_status fail_character(const struct lexer *l, struct pt_error *err)
{
    unsigned char c = peek(l, 0);
    struct token bad = {.at = l->at, .length = 1};
    if (c < 0x20 || c >= 0x7F) {
        return lexer_fail(err, &bad, symbol_hint(c), "unexpected byte 0x%02X", c);
    }
    return lexer_fail(err, &bad, symbol_hint(c), "unexpected character `%c`", c);
}

static pt_status read_symbol(struct lexer *l, struct token *out, struct pt_error *err)
{
    static const char *const symbols[] = {"<>", "<=", ">=", "==", "!=", "||", "<", ">", "=",
                                          "+",  "-",  "*",  "/",  "%",  "(",  ")", ","};
    struct text rest = text_n(l->source.p + l->at, l->source.n - l->at);
    if (text_starts(rest, "--") || text_starts(rest, "/*")) {
        struct token bad = {.at = l->at, .length = 2};
        return lexer_fail(err, &bad, rest.p[0] == '-' ? "put a space between: - -" : "",
                          "comments are not part of an expression");
    }
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        if (text_starts(rest, symbols[i])) {
            out->kind = TOKEN_SYMBOL;
            out->text = text_of(symbols[i]);
            l->at += (uint32_t)out->text.n;
            return PT_OK;
        }
    }
    return fail_character(l, err);
}

static pt_status read_token(struct lexer *l, struct token *out, struct pt_error *err)
{
    unsigned char c = peek(l, 0);
    if (is_name_start(c) || c == '"') {
        return read_name(l, out, err);
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(l, 1)))) {
        return read_number(l, out, err);
    }
    if (c == '\'') {
        uint32_t from = l->at;
        out->kind = TOKEN_TEXT;
        TRY(skip_quoted(l, "text", err));
        return unquote(l, from, out, err);
    }
    return read_symbol(l, out, err);
}

pt_status lexer_next(struct lexer *l, struct token *out, struct pt_error *err)
{
    while (peek(l, 0) == ' ' || (peek(l, 0) >= '\t' && peek(l, 0) <= '\r')) {
        l->at++;
    }
    struct token t = {.kind = TOKEN_END, .at = l->at, .length = 1};
    if (l->at < l->source.n) {
        TRY(read_token(l, &t, err));
        t.length = l->at - t.at;
    }
    *out = t;
    return PT_OK;
}
