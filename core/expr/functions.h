// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The functions of the language: one row each, for the parser, the types, the help and the docs.
#ifndef PORTRAIT_EXPR_FUNCTIONS_H
#define PORTRAIT_EXPR_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

enum function_id {
    FUNCTION_COALESCE,
    FUNCTION_NULLIF,
    FUNCTION_LEAST,
    FUNCTION_GREATEST,
    FUNCTION_ABS,
    FUNCTION_ROUND,
    FUNCTION_FLOOR,
    FUNCTION_CEIL,
    FUNCTION_LN,
    FUNCTION_LOG1P,
    FUNCTION_EXP,
    FUNCTION_SQRT,
    FUNCTION_LOWER,
    FUNCTION_UPPER,
    FUNCTION_LENGTH,
    FUNCTION_SUBSTR,
    FUNCTION_INSTR,
    FUNCTION_TRIM,
    FUNCTION_DIGITS,
    FUNCTION_HOUR,
    FUNCTION_WEEKDAY,
    FUNCTION_DATE,
    FUNCTION_DAYS_BETWEEN,
    FUNCTION_YEARS_BETWEEN,
    FUNCTION_CRC32,
    FUNCTION_BUCKET,
    FUNCTION_PERCENT_RANK,
};

struct function {
    const char *name;
    enum function_id id;
    uint8_t least;      // arguments
    uint8_t most;       // 255 = any number
    bool is_column;     // learns from a whole column
    const char *usage;  // "round(x [, digits])"
    const char *result; // type of the result, in words
    const char *help;   // one line
};

size_t function_count(void);
const struct function *function_at(size_t i);
// The function of that name in any case, or NULL.
const struct function *function_find(struct text name);
// The nearest known name, or NULL.
const char *function_suggest(const char *wrong);

#endif
