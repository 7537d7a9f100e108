// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// How literals and mixed types meet.
#include <stdarg.h>
#include <stdio.h>

#include "lexer.h"
#include "typing.h"

static const char *const type_words[] = {"a condition", "an integer", "a real number",
                                         "text",        "a date",     "a time"};

pt_status typing_fail_memory(struct pt_error *err)
{
    FAIL(err, PT_E_NO_MEMORY, "out of memory");
}

pt_status typing_fail(const struct tree_node *node, struct pt_error *err, const char *hint,
                      const char *format, ...)
{
    char message[ERROR_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct token at = {.at = node->at, .length = node->length};
    return lexer_fail(err, &at, hint, "%s", message);
}

enum vec_type typing_type(const struct typing *t, const struct operand *o)
{
    return t->steps[o->step].type;
}

static bool is_literal_text(const struct typing *t, const struct operand *o)
{
    const struct step *s = &t->steps[o->step];
    return s->op == OP_LITERAL && s->type == VEC_STR && !s->is_null;
}

// A number in quotes.
static bool is_quoted_number(const struct typing *t, const struct operand *o)
{
    double value = 0;
    return is_literal_text(t, o) && text_to_f64(t->steps[o->step].literal.s[0], &value);
}

static bool is_literal_bit(const struct typing *t, const struct operand *o)
{
    const struct step *s = &t->steps[o->step];
    return s->op == OP_LITERAL && s->type == VEC_I64 && !s->is_null &&
           (s->literal.i[0] == 0 || s->literal.i[0] == 1);
}

static bool is_untyped(const struct typing *t, const struct operand *o)
{
    return t->steps[o->step].is_untyped;
}

bool typing_all_untyped(const struct typing *t, const struct operand *operands, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_untyped(t, &operands[i])) {
            return false;
        }
    }
    return true;
}

pt_status typing_emit_untyped(struct typing *t, uint32_t *out, struct pt_error *err)
{
    TRY(typing_emit_null(t, VEC_I64, out, err));
    t->steps[*out].is_untyped = true;
    return PT_OK;
}

// Replaces the value of a literal step.
static pt_status set_literal(struct typing *t, const struct operand *o, enum vec_type type,
                             const void *value, struct pt_error *err)
{
    struct step *s = &t->steps[o->step];
    size_t size = type == VEC_BOOL ? 1 : 8;
    void *copy = arena_alloc(t->out, size);
    if (copy == NULL) {
        return typing_fail_memory(err);
    }
    memcpy(copy, value, size);
    s->type = type;
    s->literal = (struct vec){.type = type, .n = 1, .is_const = true};
    s->literal.b = type == VEC_BOOL ? copy : NULL;
    s->literal.f = type == VEC_F64 ? copy : NULL;
    s->literal.i = type != VEC_BOOL && type != VEC_F64 ? copy : NULL;
    return PT_OK;
}

// A literal NULL becomes one of `type`.
static pt_status set_null(struct typing *t, const struct operand *o, enum vec_type type,
                          struct pt_error *err)
{
    uint32_t made = 0;
    TRY(typing_emit_null(t, type, &made, err));
    t->steps[o->step] = t->steps[made];
    return PT_OK;
}

static pt_status cast_to_f64(struct typing *t, struct operand *o, struct pt_error *err)
{
    const struct step *s = &t->steps[o->step];
    if (s->op == OP_LITERAL && !s->is_null) {
        double value = (double)s->literal.i[0];
        return set_literal(t, o, VEC_F64, &value, err);
    }
    return typing_emit_op(t, OP_TO_F64, VEC_F64, (uint32_t[3]){o->step}, &o->step, err);
}

pt_status typing_cast(struct typing *t, struct operand *o, enum vec_type type, struct pt_error *err)
{
    enum vec_type have = typing_type(t, o);
    if (is_untyped(t, o)) {
        return set_null(t, o, type, err);
    }
    if (have == VEC_I64 && type == VEC_F64) {
        return cast_to_f64(t, o, err);
    }
    if (have == VEC_DATE && type == VEC_TIME) {
        return typing_emit_op(t, OP_TO_TIME, VEC_TIME, (uint32_t[3]){o->step}, &o->step, err);
    }
    return PT_OK;
}

// Reads a text literal as a date, or else as a time.
static pt_status read_day(struct typing *t, struct operand *o, bool date_first,
                          struct pt_error *err)
{
    struct text text = t->steps[o->step].literal.s[0];
    int64_t value = 0;
    if (date_first && date_parse(text, &value)) {
        return set_literal(t, o, VEC_DATE, &value, err);
    }
    if (time_parse(text, t->scope->zone, &value)) {
        return set_literal(t, o, VEC_TIME, &value, err);
    }
    return typing_fail(o->node, err, "write '2025-06-01' or '2025-06-01T12:00:00Z'",
                       "the text is not a date or a time");
}

static const char *hint_for(enum vec_type have, enum vec_type want, bool is_quoted)
{
    if (have == VEC_STR && want != VEC_BOOL && want < VEC_STR && is_quoted) {
        return "numbers stand without quotes";
    }
    if (have == VEC_BOOL && want < VEC_STR) {
        return "write CASE WHEN ... THEN 1 ELSE 0 END";
    }
    if ((have == VEC_DATE || have == VEC_TIME) && want < VEC_STR && want != VEC_BOOL) {
        return "days_between(a, b) gives the days from a to b";
    }
    if (want == VEC_BOOL) {
        return have == VEC_I64 || have == VEC_F64 ? "compare it: x <> 0" : "compare it: x = '...'";
    }
    return want == VEC_STR ? "a text stands in single quotes" : "";
}

static pt_status fail_type(const struct typing *t, const struct operand *o, const char *what,
                           enum vec_type want, struct pt_error *err)
{
    enum vec_type have = typing_type(t, o);
    const char *word = want == VEC_F64 ? "a number" : type_words[want];
    return typing_fail(o->node, err, hint_for(have, want, is_quoted_number(t, o)),
                       "%s wants %s, this is %s", what, word, type_words[have]);
}

pt_status typing_want(struct typing *t, struct operand *o, enum vec_type type, const char *what,
                      struct pt_error *err)
{
    if (is_untyped(t, o)) {
        return set_null(t, o, type, err);
    }
    if (type == VEC_TIME && is_literal_text(t, o)) {
        return read_day(t, o, false, err);
    }
    if (typing_type(t, o) != type) {
        return fail_type(t, o, what, type, err);
    }
    return PT_OK;
}

pt_status typing_want_number(struct typing *t, struct operand *o, const char *what,
                             struct pt_error *err)
{
    if (is_untyped(t, o)) {
        return set_null(t, o, VEC_I64, err);
    }
    if (typing_type(t, o) != VEC_I64 && typing_type(t, o) != VEC_F64) {
        return fail_type(t, o, what, VEC_F64, err);
    }
    return PT_OK;
}

pt_status typing_want_day(struct typing *t, struct operand *o, const char *what,
                          struct pt_error *err)
{
    if (is_untyped(t, o)) {
        return set_null(t, o, VEC_DATE, err);
    }
    if (is_literal_text(t, o)) {
        return read_day(t, o, true, err);
    }
    if (typing_type(t, o) != VEC_DATE && typing_type(t, o) != VEC_TIME) {
        return typing_fail(o->node, err, "", "%s wants a date or a time, this is %s", what,
                           type_words[typing_type(t, o)]);
    }
    return PT_OK;
}

// The type two meet in; false when they do not.
static bool meet(enum vec_type a, enum vec_type b, enum vec_type *out)
{
    bool numbers = (a == VEC_I64 || a == VEC_F64) && (b == VEC_I64 || b == VEC_F64);
    bool days = (a == VEC_DATE || a == VEC_TIME) && (b == VEC_DATE || b == VEC_TIME);
    if (a != b && !numbers && !days) {
        return false;
    }
    *out = a == b ? a : (numbers ? VEC_F64 : VEC_TIME);
    return true;
}

static bool is_weak(const struct typing *t, const struct operand *o)
{
    return is_literal_text(t, o) || is_literal_bit(t, o);
}

// A weak literal beside values of `base`.
static pt_status adapt_weak(struct typing *t, struct operand *o, enum vec_type base,
                            struct pt_error *err)
{
    if (is_literal_text(t, o) && (base == VEC_DATE || base == VEC_TIME)) {
        return read_day(t, o, base == VEC_DATE, err);
    }
    if (is_literal_bit(t, o) && base == VEC_BOOL) {
        uint8_t bit = (uint8_t)t->steps[o->step].literal.i[0];
        return set_literal(t, o, VEC_BOOL, &bit, err);
    }
    return PT_OK;
}

// The first typed operand that is no weak literal, or else the first typed one; NULL without any.
static const struct operand *find_base(const struct typing *t, const struct operand *operands,
                                       size_t n)
{
    const struct operand *base = NULL;
    for (size_t i = 0; i < n; i++) {
        if (is_untyped(t, &operands[i])) {
            continue;
        }
        if (!is_weak(t, &operands[i])) {
            return &operands[i];
        }
        base = base == NULL ? &operands[i] : base;
    }
    return base;
}

static pt_status meet_all(struct typing *t, struct operand *operands, size_t n, const char *what,
                          enum vec_type *type, struct pt_error *err)
{
    enum vec_type first = *type;
    for (size_t i = 0; i < n; i++) {
        struct operand *o = &operands[i];
        if (is_untyped(t, o)) {
            continue;
        }
        TRY(adapt_weak(t, o, first, err));
        enum vec_type have = typing_type(t, o);
        if (!meet(*type, have, type)) {
            return typing_fail(o->node, err, hint_for(have, first, is_quoted_number(t, o)),
                               "%s does not mix %s and %s", what, type_words[first],
                               type_words[have]);
        }
    }
    return PT_OK;
}

pt_status typing_unify(struct typing *t, struct operand *operands, size_t n, const char *what,
                       enum vec_type *out, struct pt_error *err)
{
    const struct operand *base = find_base(t, operands, n);
    enum vec_type type = base == NULL ? VEC_I64 : typing_type(t, base);
    TRY(meet_all(t, operands, n, what, &type, err));
    for (size_t i = 0; i < n; i++) {
        TRY(typing_cast(t, &operands[i], type, err));
    }
    *out = type;
    return PT_OK;
}
