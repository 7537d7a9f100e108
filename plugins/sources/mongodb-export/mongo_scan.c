// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_scan.h"

#include "pt_utf8.h"

static const char *const shell_faults[] = {"mongo shell notation: ISODate()",
                                           "mongo shell notation: ObjectId()",
                                           "mongo shell notation: NumberLong()",
                                           "mongo shell notation: NumberInt()",
                                           "mongo shell notation: NumberDecimal()",
                                           "mongo shell notation: Timestamp()",
                                           "mongo shell notation: BinData()",
                                           "mongo shell notation: UUID()",
                                           "mongo shell notation: DBRef()",
                                           "mongo shell notation: DBPointer()",
                                           "mongo shell notation: MinKey",
                                           "mongo shell notation: MaxKey",
                                           "mongo shell notation: undefined",
                                           "mongo shell notation: NaN",
                                           "mongo shell notation: Infinity",
                                           "mongo shell notation: Date()",
                                           "mongo shell notation: new",
                                           "mongo shell notation: RegExp()",
                                           "mongo shell notation: HexData()",
                                           "mongo shell notation: Long()",
                                           "mongo shell notation: Double()",
                                           "mongo shell notation: Int32()",
                                           "mongo shell notation: Decimal128()",
                                           "mongo shell notation: Binary()"};

static const char *const shell_words[] = {
    "ISODate",   "ObjectId", "NumberLong", "NumberInt", "NumberDecimal", "Timestamp",
    "BinData",   "UUID",     "DBRef",      "DBPointer", "MinKey",        "MaxKey",
    "undefined", "NaN",      "Infinity",   "Date",      "new",           "RegExp",
    "HexData",   "Long",     "Double",     "Int32",     "Decimal128",    "Binary"};

#define N_SHELL_WORDS (sizeof shell_words / sizeof shell_words[0])

static const char fault_bare_key[] = "mongo shell notation: a key without double quotes";
static const char fault_quote[] = "mongo shell notation: single quotes";
static const char fault_regex[] = "mongo shell notation: /pattern/";

const uint8_t *mongo_scan_fail(struct mongo_scan *s, const uint8_t *p, const char *fault)
{
    if (s->fault == NULL) {
        s->fault = fault;
        s->at = p;
    }
    return NULL;
}

static bool is_word_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '$';
}

// The shell's notation that begins at p, NULL = none known.
static const char *shell_fault(const struct mongo_scan *s, const uint8_t *p)
{
    uint64_t n = 0;
    while (p + n < s->end && is_word_byte(p[n])) {
        n++;
    }
    for (uint32_t i = 0; i < N_SHELL_WORDS; i++) {
        if (strlen(shell_words[i]) == n && memcmp(shell_words[i], p, n) == 0) {
            return shell_faults[i];
        }
    }
    const uint8_t *behind = mongo_scan_blanks(s, p + n);
    if (n > 0 && behind < s->end && *behind == ':') {
        return fault_bare_key;
    }
    if (*p == '-') {
        return p + 9 <= s->end && memcmp(p + 1, "Infinity", 8) == 0 ? shell_faults[14] : NULL;
    }
    return *p == '\'' ? fault_quote : *p == '/' ? fault_regex : NULL;
}

const uint8_t *mongo_scan_unexpected(struct mongo_scan *s, const uint8_t *p)
{
    if (p >= s->end) {
        return mongo_scan_fail(s, p, "ends too early");
    }
    const char *shell = shell_fault(s, p);
    return mongo_scan_fail(s, p, shell != NULL ? shell : "not JSON");
}

bool mongo_scan_is_shell(const char *fault)
{
    static const char start[] = "mongo shell notation";
    return fault != NULL && strncmp(fault, start, sizeof start - 1) == 0;
}

const uint8_t *mongo_scan_blanks(const struct mongo_scan *s, const uint8_t *p)
{
    while (p < s->end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) {
        p++;
    }
    return p;
}

// Four hexadecimal digits, -1 when they are not.
static int32_t hex_unit(const uint8_t *p)
{
    int32_t v = 0;
    for (uint32_t i = 0; i < 4; i++) {
        uint8_t low = p[i] | 0x20;
        if (p[i] >= '0' && p[i] <= '9') {
            v = v * 16 + (p[i] - '0');
        } else if (low >= 'a' && low <= 'f') {
            v = v * 16 + (low - 'a' + 10);
        } else {
            return -1;
        }
    }
    return v;
}

// p is the byte behind a backslash; returns the byte behind the escape.
static const uint8_t *scan_escape(struct mongo_scan *s, const uint8_t *p)
{
    if (*p != 'u') {
        bool is_known = *p != '\0' && strchr("\"\\/bfnrt", *p) != NULL;
        return is_known ? p + 1 : mongo_scan_fail(s, p, "not a JSON escape");
    }
    int32_t unit = hex_unit(p + 1);
    if (unit < 0) {
        return mongo_scan_fail(s, p, "not a JSON escape");
    }
    p += 5;
    if (unit < 0xd800 || unit > 0xdfff) {
        return p;
    }
    int32_t low = unit < 0xdc00 && p[0] == '\\' && p[1] == 'u' ? hex_unit(p + 2) : -1;
    return low >= 0xdc00 && low <= 0xdfff ? p + 6
                                          : mongo_scan_fail(s, p, "half of a surrogate pair");
}

const uint8_t *mongo_scan_text_slow(struct mongo_scan *s, const uint8_t *begin, const uint8_t *p,
                                    bool *is_escaped)
{
    bool is_wide = false;
    while (p < s->end && *p != '"') {
        if (*p == '\\') {
            *is_escaped = true;
            p = scan_escape(s, p + 1);
            if (p == NULL) {
                return NULL;
            }
        } else if (*p < ' ') {
            return mongo_scan_fail(s, p, "control byte in a text");
        } else {
            is_wide |= *p >= 0x80;
            p++;
        }
        uint64_t stops = mongo_scan_stops(mongo_scan_load(p));
        p += stops == 0 ? 8 : (uint32_t)__builtin_ctzll(stops) >> 3;
    }
    if (p >= s->end) {
        return mongo_scan_fail(s, s->end, "ends inside a text");
    }
    if (is_wide && !pt_utf8_is_valid(begin, (uint64_t)(p - begin))) {
        return mongo_scan_fail(s, begin, "not UTF-8");
    }
    return p;
}

static bool is_digit(uint8_t c)
{
    return (uint8_t)(c - '0') <= 9;
}

static const uint8_t *scan_number(struct mongo_scan *s, const uint8_t *p)
{
    const uint8_t *start = p;
    p += *p == '-' ? 1 : 0;
    if (!is_digit(*p)) {
        return mongo_scan_unexpected(s, start);
    }
    if (*p == '0' && is_digit(p[1])) {
        return mongo_scan_fail(s, p, "not a JSON number");
    }
    while (is_digit(*p)) {
        p++;
    }
    if (*p == '.') {
        p++;
        if (!is_digit(*p)) {
            return mongo_scan_fail(s, p, "not a JSON number");
        }
        while (is_digit(*p)) {
            p++;
        }
    }
    if ((*p | 0x20) == 'e') {
        p += p[1] == '+' || p[1] == '-' ? 2 : 1;
        if (!is_digit(*p)) {
            return mongo_scan_fail(s, p, "not a JSON number");
        }
        while (is_digit(*p)) {
            p++;
        }
    }
    return p;
}

static const uint8_t *scan_word(struct mongo_scan *s, const uint8_t *p, struct mongo_raw *out)
{
    static const struct {
        const char *text;
        uint32_t n;
        enum mongo_token token;
    } words[] = {{"true", 4, MONGO_TRUE}, {"false", 5, MONGO_FALSE}, {"null", 4, MONGO_NULL}};

    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (memcmp(p, words[i].text, words[i].n) == 0 && !is_word_byte(p[words[i].n])) {
            *out = (struct mongo_raw){.p = p, .n = words[i].n, .token = words[i].token};
            return p + words[i].n;
        }
    }
    return mongo_scan_unexpected(s, p);
}

// A text, number, true, false or null.
static const uint8_t *scan_scalar(struct mongo_scan *s, const uint8_t *p, struct mongo_raw *out)
{
    if (*p == '"') {
        bool is_escaped = false;
        const uint8_t *close = mongo_scan_text(s, p + 1, &is_escaped);
        if (close == NULL) {
            return NULL;
        }
        *out = (struct mongo_raw){p + 1, (uint64_t)(close - p) - 1, MONGO_TEXT, is_escaped};
        return close + 1;
    }
    if (*p == '-' || is_digit(*p)) {
        const uint8_t *behind = scan_number(s, p);
        if (behind != NULL) {
            *out = (struct mongo_raw){.p = p, .n = (uint64_t)(behind - p), .token = MONGO_NUMBER};
        }
        return behind;
    }
    return scan_word(s, p, out);
}

// Open containers inside the one a skip began with: bit i tells whether level i is an object.
struct nesting {
    uint64_t is_object;
    uint32_t levels;
    uint32_t outside;
};

static bool nesting_top(const struct nesting *n)
{
    return (n->is_object >> (n->levels - 1) & 1) != 0;
}

bool mongo_scan_has_nul(const uint8_t *p, uint64_t n)
{
    for (uint64_t i = 0; i + 6 <= n; i++) {
        if (p[i] != '\\') {
            continue;
        }
        if (memcmp(p + i, "\\u0000", 6) == 0) {
            return true;
        }
        i++;
    }
    return false;
}

// Key and colon; returns the value's first byte.
static const uint8_t *scan_key(struct mongo_scan *s, const uint8_t *p)
{
    bool is_escaped = false;
    if (*p != '"') {
        return mongo_scan_unexpected(s, p);
    }
    const uint8_t *key = p + 1;
    p = mongo_scan_text(s, key, &is_escaped);
    if (p == NULL) {
        return NULL;
    }
    if (is_escaped && mongo_scan_has_nul(key, (uint64_t)(p - key))) {
        return mongo_scan_fail(s, key, MONGO_FAULT_KEY);
    }
    p = mongo_scan_space(s, p + 1);
    return *p == ':' ? mongo_scan_space(s, p + 1) : mongo_scan_unexpected(s, p);
}

// p is an opening bracket; returns the first value's first byte, or the byte behind the closing
// bracket when nothing is inside.
static const uint8_t *scan_open(struct mongo_scan *s, const uint8_t *p, struct nesting *n,
                                bool *is_empty)
{
    if (n->outside + n->levels >= MONGO_DEPTH_MAX) {
        return mongo_scan_fail(s, p, "nested deeper than 64");
    }
    uint64_t bit = UINT64_C(1) << n->levels;
    bool is_object = *p == '{';
    p = mongo_scan_space(s, p + 1);
    *is_empty = *p == (is_object ? '}' : ']');
    if (*is_empty) {
        return p + 1;
    }
    n->levels++;
    n->is_object = is_object ? n->is_object | bit : n->is_object & ~bit;
    return is_object ? scan_key(s, p) : p;
}

// p is behind a value; closes what ends here and returns the next value's first byte, or the byte
// behind the outermost container when levels is 0.
static const uint8_t *scan_after(struct mongo_scan *s, const uint8_t *p, struct nesting *n)
{
    while (n->levels > 0) {
        p = mongo_scan_space(s, p);
        bool is_object = nesting_top(n);
        if (*p == ',') {
            p = mongo_scan_space(s, p + 1);
            return is_object ? scan_key(s, p) : p;
        }
        if (*p != (is_object ? '}' : ']')) {
            return mongo_scan_unexpected(s, p);
        }
        n->levels--;
        p++;
    }
    return p;
}

static const uint8_t *scan_container(struct mongo_scan *s, const uint8_t *p, uint32_t depth)
{
    struct nesting n = {.outside = depth};
    struct mongo_raw raw;
    do {
        bool is_open = false;
        if (*p == '{' || *p == '[') {
            bool is_empty = false;
            p = scan_open(s, p, &n, &is_empty);
            is_open = !is_empty;
        } else {
            p = scan_scalar(s, p, &raw);
        }
        if (p != NULL && !is_open) {
            p = scan_after(s, p, &n);
        }
    } while (p != NULL && n.levels > 0);
    return p;
}

const uint8_t *mongo_scan_value(struct mongo_scan *s, const uint8_t *p, uint32_t depth,
                                struct mongo_raw *out)
{
    if (*p != '{' && *p != '[') {
        return scan_scalar(s, p, out);
    }
    const uint8_t *behind = scan_container(s, p, depth);
    if (behind != NULL) {
        *out = (struct mongo_raw){
            .p = p, .n = (uint64_t)(behind - p), .token = *p == '{' ? MONGO_OBJECT : MONGO_ARRAY};
    }
    return behind;
}
