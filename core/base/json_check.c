// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "json_check.h"

#include "utf8.h"

// One bit a level: set in an object. What is expected next is told by `state`.
enum expect { EXPECT_VALUE, EXPECT_FIRST_ITEM, EXPECT_KEY, EXPECT_FIRST_KEY, EXPECT_AFTER };

struct check {
    struct text in;
    size_t at;
    uint64_t is_object; // bit of each open level
    uint32_t depth;
    enum expect state;
    pt_status status; // of the first fault
    struct pt_error *err;
};

static pt_status refuse(struct check *c, pt_status code, const char *what)
{
    uint32_t line = 1;
    size_t start = 0;
    c->status = code;
    for (size_t i = 0; i < c->at && i < c->in.n; i++) {
        if (c->in.p[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    uint32_t column = (uint32_t)utf8_count(text_n(c->in.p + start, c->at - start)) + 1;
    error_set(c->err, code, "JSON line %u column %u: %s", line, column, what);
    if (c->err != NULL) {
        c->err->line = line;
        c->err->column = column;
    }
    return code;
}

// The byte at hand, or NUL at the end.
static char peek(const struct check *c)
{
    return c->at < c->in.n ? c->in.p[c->at] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_blanks(struct check *c)
{
    while (peek(c) == ' ' || peek(c) == '\t' || peek(c) == '\r' || peek(c) == '\n') {
        c->at++;
    }
}

static size_t skip_digits(struct check *c)
{
    size_t start = c->at;
    while (is_digit(peek(c))) {
        c->at++;
    }
    return c->at - start;
}

static pt_status check_number(struct check *c)
{
    size_t start = c->at;
    double value = 0;
    c->at += peek(c) == '-';
    bool zero = peek(c) == '0';
    size_t digits = skip_digits(c);
    if (digits == 0 || (zero && digits > 1)) {
        return refuse(c, PT_E_DATA, digits == 0 ? "digit expected" : "number begins with 0");
    }
    if (peek(c) == '.') {
        c->at++;
        if (skip_digits(c) == 0) {
            return refuse(c, PT_E_DATA, "digit expected after the point");
        }
    }
    if (peek(c) == 'e' || peek(c) == 'E') {
        c->at++;
        c->at += peek(c) == '+' || peek(c) == '-';
        if (skip_digits(c) == 0) {
            return refuse(c, PT_E_DATA, "digit expected in the exponent");
        }
    }
    struct text number = text_n(c->in.p + start, c->at - start);
    if (number.n > JSON_NUMBER_BYTES) {
        return refuse(c, PT_E_LIMIT, "number of more than 63 characters");
    }
    return text_to_f64(number, &value) ? PT_OK : refuse(c, PT_E_DATA, "number out of range");
}

static bool read_hex4(struct check *c, uint32_t *out)
{
    uint32_t code = 0;
    if (c->in.n - c->at < 4) {
        return false;
    }
    for (size_t i = 0; i < 4; i++) {
        char x = c->in.p[c->at + i];
        uint32_t lower = (uint32_t)(x | 0x20);
        if (is_digit(x)) {
            code = code << 4 | (uint32_t)(x - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            code = code << 4 | (lower - 'a' + 10);
        } else {
            return false;
        }
    }
    c->at += 4;
    *out = code;
    return true;
}

// After "\u".
static pt_status check_unicode(struct check *c)
{
    uint32_t code = 0;
    uint32_t low = 0;
    if (!read_hex4(c, &code)) {
        return refuse(c, PT_E_DATA, "four hex digits expected after \\u");
    }
    if (code == 0) {
        return refuse(c, PT_E_DATA, "\\u0000 is not accepted in text");
    }
    if (code < 0xD800 || code > 0xDFFF) {
        return PT_OK;
    }
    bool has_low = code < 0xDC00 && text_starts(text_n(c->in.p + c->at, c->in.n - c->at), "\\u");
    c->at += has_low ? 2 : 0;
    if (!has_low || !read_hex4(c, &low) || low < 0xDC00 || low > 0xDFFF) {
        return refuse(c, PT_E_DATA, "half of a surrogate pair");
    }
    return PT_OK;
}

// After the backslash.
static pt_status check_escape(struct check *c)
{
    char name = peek(c);
    if (name == '\0' || strchr("\"\\/bfnrtu", name) == NULL) {
        return refuse(c, PT_E_DATA, "unknown escape in text");
    }
    c->at++;
    return name == 'u' ? check_unicode(c) : PT_OK;
}

// At the opening quote.
static pt_status check_string(struct check *c)
{
    c->at++;
    while (c->at < c->in.n) {
        unsigned char byte = (unsigned char)c->in.p[c->at];
        if (byte < 0x20) {
            return refuse(c, PT_E_DATA, "control character in text");
        }
        c->at++;
        if (byte == '"') {
            return PT_OK;
        }
        if (byte == '\\' && check_escape(c) != PT_OK) {
            return c->status;
        }
    }
    return refuse(c, PT_E_DATA, "text without closing quote");
}

static pt_status check_word(struct check *c)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (text_starts(text_n(c->in.p + c->at, c->in.n - c->at), words[i])) {
            c->at += strlen(words[i]);
            return PT_OK;
        }
    }
    return refuse(c, PT_E_DATA, c->at < c->in.n ? "value expected" : "the document ends too early");
}

static pt_status open_level(struct check *c, bool is_object)
{
    if (c->depth == JSON_DEPTH) {
        return refuse(c, PT_E_LIMIT, "nested deeper than 64 levels");
    }
    c->at++;
    c->is_object = c->is_object << 1 | is_object;
    c->depth++;
    c->state = is_object ? EXPECT_FIRST_KEY : EXPECT_FIRST_ITEM;
    return PT_OK;
}

static void close_level(struct check *c)
{
    c->at++;
    c->depth--;
    c->is_object >>= 1;
    c->state = EXPECT_AFTER;
}

static pt_status check_value(struct check *c)
{
    char first = peek(c);
    if (first == ']' && c->state == EXPECT_FIRST_ITEM) {
        close_level(c);
        return PT_OK;
    }
    c->state = EXPECT_AFTER;
    if (first == '{' || first == '[') {
        return open_level(c, first == '{');
    }
    if (first == '"') {
        return check_string(c);
    }
    return first == '-' || is_digit(first) ? check_number(c) : check_word(c);
}

static pt_status check_key(struct check *c)
{
    if (peek(c) == '}' && c->state == EXPECT_FIRST_KEY) {
        close_level(c);
        return PT_OK;
    }
    if (peek(c) != '"') {
        return refuse(c, PT_E_DATA, "key in quotes expected");
    }
    TRY(check_string(c));
    skip_blanks(c);
    if (peek(c) != ':') {
        return refuse(c, PT_E_DATA, "':' expected");
    }
    c->at++;
    c->state = EXPECT_VALUE;
    return PT_OK;
}

static pt_status check_after(struct check *c)
{
    bool in_object = (c->is_object & 1) != 0;
    char close = in_object ? '}' : ']';
    if (peek(c) == close) {
        close_level(c);
        return PT_OK;
    }
    if (peek(c) != ',') {
        return refuse(c, PT_E_DATA, in_object ? "',' or '}' expected" : "',' or ']' expected");
    }
    c->at++;
    c->state = in_object ? EXPECT_KEY : EXPECT_VALUE;
    return PT_OK;
}

static pt_status check_next(struct check *c)
{
    switch (c->state) {
    case EXPECT_AFTER:
        return check_after(c);
    case EXPECT_KEY:
    case EXPECT_FIRST_KEY:
        return check_key(c);
    case EXPECT_VALUE:
    case EXPECT_FIRST_ITEM:
        return check_value(c);
    }
    return refuse(c, PT_E_INTERNAL, "unknown state");
}

pt_status json_check(struct text in, struct pt_error *err)
{
    struct check c = {.in = in.n == 0 ? text_of("") : in, .err = err};
    if (!text_is_utf8(in, &c.at)) {
        return refuse(&c, PT_E_DATA, "bytes that are not UTF-8");
    }
    skip_blanks(&c);
    while (c.status == PT_OK && (c.depth > 0 || c.state != EXPECT_AFTER)) {
        if (check_next(&c) == PT_OK) {
            skip_blanks(&c);
        }
    }
    if (c.status == PT_OK && c.at < in.n) {
        return refuse(&c, PT_E_DATA, "text after the end of the document");
    }
    return c.status;
}
