// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Decisions: a number, bool, size or duration in quotes is a text, hence wrong, and the hint says
// so; yes, no, on and off are no bools; a time may be quoted, for it has a single reading.
#include "option_value.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "option_row.h"
#include "suggest.h"
#include "utf8.h"

#define SHOWN_BYTES 60
#define SECRET_OPEN "${secret:"

// A value as a message shows it: cut at a character, on one line.
static const char *shown(struct text text, char out[SHOWN_BYTES + 8])
{
    size_t n = 0;
    while (n < text.n) {
        struct utf8_char c = utf8_next(text_n(text.p + n, text.n - n));
        if (n + c.size > SHOWN_BYTES) {
            break;
        }
        n += c.size;
    }
    snprintf(out, SHOWN_BYTES + 8, "%.*s%s", (int)n, n == 0 ? "" : text.p, n < text.n ? "..." : "");
    return out;
}

static const char *kind_phrase(enum node_kind kind)
{
    switch (kind) {
    case NODE_LIST:
        return "a list";
    case NODE_MAP:
        return "a map";
    case NODE_NULL:
        return "nothing";
    case NODE_SCALAR:
        break;
    }
    return "a text";
}

static bool parse_bool(struct text text, uint8_t *out)
{
    *out = text_is(text, "true");
    return *out || text_is(text, "false");
}

static bool parse_duration_ms(struct text text, int64_t *ms)
{
    int64_t us = 0;
    if (!duration_parse(text, &us) || us % US_PER_MS != 0) {
        return false;
    }
    *ms = us / US_PER_MS;
    return true;
}

// The typed reading alone, whatever the quotes.
static bool parse_plain(pt_option_type type, struct text text, union option_value *out)
{
    switch (type) {
    case PT_OPT_BOOL:
        return parse_bool(text, &out->b);
    case PT_OPT_I64:
        return text_to_i64(text, &out->i);
    case PT_OPT_F64:
        return text_to_f64(text, &out->f);
    case PT_OPT_SIZE:
        return size_parse(text, &out->i);
    case PT_OPT_DURATION:
        return parse_duration_ms(text, &out->i);
    case PT_OPT_TIME:
        return time_parse(text, NULL, &out->i);
    default:
        return false;
    }
}

static bool may_be_quoted(pt_option_type type)
{
    return type != PT_OPT_BOOL && type != PT_OPT_I64 && type != PT_OPT_F64 && type != PT_OPT_SIZE &&
           type != PT_OPT_DURATION;
}

static void set_hint(struct pt_error *err, const char *hint)
{
    snprintf(err->hint, sizeof err->hint, "%s", hint);
}

static bool is_yes_or_no(struct text text)
{
    static const char *const words[] = {"yes",  "no",    "on",   "off",   "Yes", "No", "On", "Off",
                                        "True", "False", "TRUE", "FALSE", "y",   "n",  "1",  "0"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (text_is(text, words[i])) {
            return true;
        }
    }
    return false;
}

void option_value_wrong(const struct option_row *row, const struct node *node, struct pt_error *err)
{
    const char *takes = option_takes(row->type);
    char value[SHOWN_BYTES + 8];
    union option_value unused;
    if (node->kind != NODE_SCALAR) {
        error_set(err, PT_E_CONFIG, "must be %s, not %s", takes, kind_phrase(node->kind));
        return;
    }
    error_set(err, PT_E_CONFIG, "must be %s, not `%s`", takes, shown(node->text, value));
    if (node->is_quoted && !may_be_quoted(row->type) &&
        parse_plain(row->type, node->text, &unused)) {
        error_set(err, PT_E_CONFIG, "must be %s, not the text \"%s\"", takes,
                  shown(node->text, value));
        set_hint(err, "remove the quotes");
    } else if (row->type == PT_OPT_BOOL && is_yes_or_no(node->text)) {
        set_hint(err, "write true or false");
    }
}

static bool has_range(const struct option_row *row)
{
    return row->i_min != 0 || row->i_max != 0;
}

static void show_i64(pt_option_type type, int64_t value, char out[48])
{
    char text[32];
    if (type == PT_OPT_DURATION && value > INT64_MIN / US_PER_MS && value < INT64_MAX / US_PER_MS) {
        duration_format(value * US_PER_MS, text);
        snprintf(out, 48, "%s", text);
        return;
    }
    snprintf(out, 48, "%lld%s", (long long)value, type == PT_OPT_SIZE ? " bytes" : "");
}

static const char *check_i64_range(const struct option_row *row, int64_t value,
                                   struct pt_error *err)
{
    if (!has_range(row) || (value >= row->i_min && value <= row->i_max)) {
        return NULL;
    }
    char given[48];
    char least[48];
    char most[48];
    show_i64(row->type, value, given);
    show_i64(row->type, row->i_min, least);
    show_i64(row->type, row->i_max, most);
    if (value > row->i_max) {
        error_set(err, PT_E_CONFIG, "must be at most %s, not %s", most, given);
    } else {
        error_set(err, PT_E_CONFIG, "must be at least %s, not %s", least, given);
    }
    return "P0106";
}

static const char *check_f64_range(const struct option_row *row, double value, struct pt_error *err)
{
    if ((row->f_min == 0 && row->f_max == 0) || (value >= row->f_min && value <= row->f_max)) {
        return NULL;
    }
    if (value > row->f_max) {
        error_set(err, PT_E_CONFIG, "must be at most %.15g, not %.15g", row->f_max, value);
    } else {
        error_set(err, PT_E_CONFIG, "must be at least %.15g, not %.15g", row->f_min, value);
    }
    return "P0106";
}

static const char *parse_choice(const struct option_row *row, const struct node *scalar,
                                union option_value *out, struct pt_error *err)
{
    for (uint32_t i = 0; i < row->n_choices; i++) {
        if (text_is(scalar->text, row->choices[i])) {
            out->choice = (int32_t)i;
            return NULL;
        }
    }
    char value[SHOWN_BYTES + 8];
    error_set(err, PT_E_CONFIG, "`%s` is not one of its choices", shown(scalar->text, value));
    suggest_choice(value, row->choices, row->n_choices, err->hint, sizeof err->hint);
    return "P0107";
}

static const char *check_pattern(const struct option_row *row, const struct node *scalar,
                                 struct pt_error *err)
{
    regex_t regex;
    regmatch_t match = {0};
    if (regcomp(&regex, row->pattern, REG_EXTENDED) != 0) {
        error_set(err, PT_E_NO_MEMORY, "no memory for a pattern");
        return "P0108";
    }
    // POSIX matches leftmost-longest, so a whole match, if there is one from the start, is found.
    bool is_whole = regexec(&regex, scalar->text.p, 1, &match, 0) == 0 && match.rm_so == 0 &&
                    (size_t)match.rm_eo == scalar->text.n;
    regfree(&regex);
    if (is_whole) {
        return NULL;
    }
    char value[SHOWN_BYTES + 8];
    error_set(err, PT_E_CONFIG, "`%s` does not match the pattern %s", shown(scalar->text, value),
              row->pattern);
    if (row->example != NULL) {
        snprintf(err->hint, sizeof err->hint, "for instance %s", row->example);
    }
    return "P0108";
}

static const char *check_text(const struct option_row *row, const struct node *scalar,
                              struct pt_error *err)
{
    if (memchr(scalar->text.p, '\0', scalar->text.n) != NULL) {
        error_set(err, PT_E_CONFIG, "the text holds a NUL byte");
        return "P0104";
    }
    if (!text_is_utf8(scalar->text, NULL)) {
        error_set(err, PT_E_CONFIG, "the text is not UTF-8");
        return "P0104";
    }
    if (row->pattern != NULL) {
        return check_pattern(row, scalar, err);
    }
    if (row->type != PT_OPT_STRING && scalar->text.n == 0) {
        error_set(err, PT_E_CONFIG, "must be %s, not an empty text", option_takes(row->type));
        return "P0104";
    }
    return NULL;
}

static bool is_text_type(pt_option_type type)
{
    return type == PT_OPT_STRING || type == PT_OPT_COLUMN || type == PT_OPT_EXPR ||
           type == PT_OPT_INPUT;
}

const char *option_value_parse(const struct option_row *row, const struct node *scalar,
                               union option_value *out, struct pt_error *err)
{
    if (scalar->kind != NODE_SCALAR) {
        option_value_wrong(row, scalar, err);
        return "P0104";
    }
    if (is_text_type(row->type)) {
        return check_text(row, scalar, err);
    }
    if (row->type == PT_OPT_ENUM) {
        return parse_choice(row, scalar, out, err);
    }
    if ((scalar->is_quoted && !may_be_quoted(row->type)) ||
        !parse_plain(row->type, scalar->text, out)) {
        option_value_wrong(row, scalar, err);
        return "P0104";
    }
    if (row->type == PT_OPT_F64) {
        return check_f64_range(row, out->f, err);
    }
    bool is_ranged = row->type != PT_OPT_BOOL && row->type != PT_OPT_TIME;
    return is_ranged ? check_i64_range(row, out->i, err) : NULL;
}

bool option_has_secret(struct text text)
{
    return text.n > 0 && memmem(text.p, text.n, SECRET_OPEN, strlen(SECRET_OPEN)) != NULL;
}

bool option_is_secret(struct text text, struct text *name)
{
    size_t open = strlen(SECRET_OPEN);
    if (!text_starts(text, SECRET_OPEN) || text.n < open + 2 || text.p[text.n - 1] != '}') {
        return false;
    }
    *name = text_n(text.p + open, text.n - open - 1);
    return memchr(name->p, '}', name->n) == NULL;
}
