// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Programs: the typed form of an expression. Steps in one array, arguments before their users; the
// last step is the result. What a step does is one kernel over vectors.
#ifndef PORTRAIT_EXPR_PROGRAM_H
#define PORTRAIT_EXPR_PROGRAM_H

#include "arena.h"
#include "clock.h"
#include "vec.h"

enum op {
    OP_LITERAL, // literal
    OP_NAME,    // name: index in the scope
    OP_TO_F64,  // i64 -> f64
    OP_TO_TIME, // date -> time, midnight UTC
    // Arithmetic; the step's type is that of its arguments.
    OP_NEGATE,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV, // f64 only
    OP_MOD,
    OP_ABS,
    OP_ROUND, // a [, digits]
    OP_FLOOR,
    OP_CEIL,
    OP_LN,
    OP_LOG1P,
    OP_EXP,
    OP_SQRT,
    // Comparison of two values of one type.
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_LEAST,
    OP_GREATEST,
    OP_MEMBER, // a in members
    // Logic.
    OP_NOT,
    OP_AND,
    OP_OR,
    OP_IS_NULL,
    OP_IS_TRUE,
    OP_IS_FALSE,
    OP_COALESCE, // a if there, else b
    OP_NULLIF,   // a unless condition b is true
    OP_SELECT,   // condition a true: b, else c
    // Text.
    OP_CONCAT,
    OP_LIKE, // a, pattern b; pattern when b is literal
    OP_GLOB,
    OP_LOWER,
    OP_UPPER,
    OP_LENGTH,
    OP_SUBSTR,
    OP_INSTR,
    OP_TRIM,
    OP_DIGITS,
    OP_CRC32,
    // Time.
    OP_HOUR, // zone
    OP_WEEKDAY,
    OP_DATE,
    OP_DAYS_BETWEEN,
    OP_YEARS_BETWEEN,
    // Column functions; fit: index, buckets.
    OP_BUCKET,
    OP_PERCENT_RANK,
    OP_COUNT,
};

#define ONLY_NONE (-1) // reads no name
#define ONLY_MANY (-2) // reads several

struct pattern;
struct members;

struct step {
    enum op op;
    enum vec_type type;
    uint8_t n_args;
    uint32_t args[3];
    int32_t only;       // the one name it reads, or ONLY_*
    bool is_null;       // OP_LITERAL
    bool is_untyped;    // OP_LITERAL NULL whose context has not given it a type yet
    struct vec literal; // OP_LITERAL: one value
    bool has_fit;       // a column function stands in it
    uint32_t name;      // OP_NAME
    uint32_t fit;       // column functions: which, in order of appearance
    int64_t buckets;    // OP_BUCKET
    uint32_t escape;    // OP_LIKE: code point, 0 = none
    const struct zone *zone;
    const struct pattern *pattern;
    const struct members *members;
};

struct expr {
    const struct step *steps;
    size_t n;
    const char *text; // canonical
    size_t n_names;
    const uint8_t *uses; // 1 for each name it reads
    size_t n_fits;
    const uint32_t *fit_steps; // step of each column function
};

static inline const struct step *program_root(const struct expr *e)
{
    return &e->steps[e->n - 1];
}

#endif
