// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "functions.h"

#include <strings.h>

#include "suggest.h"

#define ANY 255

static const struct function functions[] = {
    {"coalesce", FUNCTION_COALESCE, 2, ANY, false, "coalesce(a, b, ...)", "type of a, b",
     "the first value that is not NULL"},
    {"nullif", FUNCTION_NULLIF, 2, 2, false, "nullif(a, b)", "type of a",
     "NULL when a = b, else a"},
    {"least", FUNCTION_LEAST, 2, ANY, false, "least(a, b, ...)", "type of a, b",
     "the smallest value; NULL when any is NULL"},
    {"greatest", FUNCTION_GREATEST, 2, ANY, false, "greatest(a, b, ...)", "type of a, b",
     "the largest value; NULL when any is NULL"},
    {"abs", FUNCTION_ABS, 1, 1, false, "abs(x)", "as x", "the absolute value"},
    {"round", FUNCTION_ROUND, 1, 2, false, "round(x [, digits])", "as x",
     "x to 0..22 decimal digits, halves away from zero"},
    {"floor", FUNCTION_FLOOR, 1, 1, false, "floor(x)", "as x", "the largest whole number <= x"},
    {"ceil", FUNCTION_CEIL, 1, 1, false, "ceil(x)", "as x", "the smallest whole number >= x"},
    {"ln", FUNCTION_LN, 1, 1, false, "ln(x)", "f64", "natural logarithm; NULL unless x > 0"},
    {"log1p", FUNCTION_LOG1P, 1, 1, false, "log1p(x)", "f64", "ln(1 + x); NULL unless x > -1"},
    {"exp", FUNCTION_EXP, 1, 1, false, "exp(x)", "f64", "e to the power of x"},
    {"sqrt", FUNCTION_SQRT, 1, 1, false, "sqrt(x)", "f64", "square root; NULL when x < 0"},
    {"lower", FUNCTION_LOWER, 1, 1, false, "lower(s)", "str", "A..Z to a..z, the rest as it is"},
    {"upper", FUNCTION_UPPER, 1, 1, false, "upper(s)", "str", "a..z to A..Z, the rest as it is"},
    {"length", FUNCTION_LENGTH, 1, 1, false, "length(s)", "i64", "number of characters"},
    {"substr", FUNCTION_SUBSTR, 2, 3, false, "substr(s, start [, n])", "str",
     "characters from start (1 = first, -1 = last); with n < 0 the ones before start"},
    {"instr", FUNCTION_INSTR, 2, 2, false, "instr(s, part)", "i64",
     "place of the first character of part in s, from 1; 0 when absent"},
    {"trim", FUNCTION_TRIM, 1, 2, false, "trim(s [, set])", "str",
     "s without spaces, or the characters of set, at both ends"},
    {"digits", FUNCTION_DIGITS, 1, 1, false, "digits(s)", "str", "only the characters 0..9 of s"},
    {"hour", FUNCTION_HOUR, 1, 2, false, "hour(t [, zone])", "i64", "hour of the day, 0..23"},
    {"weekday", FUNCTION_WEEKDAY, 1, 2, false, "weekday(t [, zone])", "i64",
     "day of the week, 0 = Sunday .. 6 = Saturday"},
    {"date", FUNCTION_DATE, 1, 2, false, "date(t [, zone])", "date", "calendar day of a time"},
    {"days_between", FUNCTION_DAYS_BETWEEN, 2, 2, false, "days_between(a, b)", "i64",
     "whole days from a to b, floored; a date is its midnight UTC"},
    {"years_between", FUNCTION_YEARS_BETWEEN, 2, 2, false, "years_between(a, b)", "i64",
     "completed calendar years from a to b, floored; a date is its midnight UTC"},
    {"crc32", FUNCTION_CRC32, 1, 1, false, "crc32(s)", "i64",
     "CRC-32 of the bytes of s, as zlib's"},
    {"bucket", FUNCTION_BUCKET, 2, 2, true, "bucket(n, x)", "i64",
     "quantile group of x in its column, 1..n"},
    {"percent_rank", FUNCTION_PERCENT_RANK, 1, 1, true, "percent_rank(x)", "f64",
     "share of the column's other values that are smaller than x, 0..1"},
};

#define N_FUNCTIONS (sizeof functions / sizeof functions[0])

size_t function_count(void)
{
    return N_FUNCTIONS;
}

const struct function *function_at(size_t i)
{
    return i < N_FUNCTIONS ? &functions[i] : NULL;
}

const struct function *function_find(struct text name)
{
    for (size_t i = 0; i < N_FUNCTIONS; i++) {
        if (strlen(functions[i].name) == name.n &&
            strncasecmp(functions[i].name, name.p, name.n) == 0) {
            return &functions[i];
        }
    }
    return NULL;
}

// Names other dialects use for what stands here under another name.
static const char *const foreign[][2] = {
    {"ceiling", "ceil"},      {"log", "ln"},
    {"ifnull", "coalesce"},   {"nvl", "coalesce"},
    {"min", "least"},         {"max", "greatest"},
    {"len", "length"},        {"char_length", "length"},
    {"substring", "substr"},  {"position", "instr"},
    {"strpos", "instr"},      {"ntile", "bucket"},
    {"qcut", "bucket"},       {"datediff", "days_between"},
    {"age", "years_between"}, {"dayofweek", "weekday"},
    {"dow", "weekday"},       {"lcase", "lower"},
    {"ucase", "upper"},
};

const char *function_suggest(const char *wrong)
{
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        if (strcasecmp(foreign[i][0], wrong) == 0) {
            return foreign[i][1];
        }
    }
    const char *names[N_FUNCTIONS];
    for (size_t i = 0; i < N_FUNCTIONS; i++) {
        names[i] = functions[i].name;
    }
    return suggest(wrong, names, N_FUNCTIONS);
}
