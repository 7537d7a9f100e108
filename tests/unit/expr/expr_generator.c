// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "expr_generator.h"

#include <stdio.h>

enum want { WANT_BOOL, WANT_INT, WANT_REAL, WANT_TEXT, WANT_DATE, WANT_TIME };

static uint32_t next(struct generator *g)
{
    g->state = g->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(g->state >> 33);
}

static uint32_t below(struct generator *g, uint32_t n)
{
    return next(g) % n;
}

static void both(struct generator *g, const char *text)
{
    str_add(&g->ours, text);
    str_add(&g->theirs, text);
}

static void each(struct generator *g, const char *ours, const char *theirs)
{
    str_add(&g->ours, ours);
    str_add(&g->theirs, theirs);
}

static void open_group(struct generator *g)
{
    both(g, g->is_plain ? "" : "(");
}

static void close_group(struct generator *g)
{
    both(g, g->is_plain ? "" : ")");
}

static void generate(struct generator *g, enum want want, uint32_t depth);
static void operation(struct generator *g, enum want want, uint32_t depth);

static const char *const texts[] = {"",
                                    "a",
                                    "ab",
                                    "Ab",
                                    "abc",
                                    "ABC",
                                    "b_c",
                                    "100%",
                                    "a*b",
                                    "[x]",
                                    "it''s",
                                    "\u00e9t\u00e9",
                                    "\u65e5\u672c",
                                    " x ",
                                    "xxabxx",
                                    "a-b",
                                    "\u00c9T\u00c9",
                                    "aab"};
static const char *const patterns[] = {"a%", "%b",  "%a%",   "_b%",      "a_c",  "%", "",   "a",
                                       "A%", "%_%", "b\\_c", "%\u00e9%", "a%b%", "_", "%%b"};
static const char *const globs[] = {"a*",    "*b",    "*a*",   "?b*",   "[a-c]*", "*",       "",
                                    "[^a]*", "a[b]c", "*[*]*", "[]x]*", "A*",     "\u00e9*", "[x"};
static const char *const reals[] = {"0.5", "1.25", "0.0", "10.0", "2.75", "100.5", "0.125", "3e2"};

static void leaf(struct generator *g, enum want want)
{
    static const char *const columns[][3] = {
        [WANT_BOOL] = {"b1", "b2", "TRUE"}, [WANT_INT] = {"i1", "i2", "i3"},
        [WANT_REAL] = {"f1", "f2", "f1"},   [WANT_TEXT] = {"s1", "s2", "s3"},
        [WANT_DATE] = {"d1", "d2", "d1"},   [WANT_TIME] = {"t1", "t2", "t1"}};
    char shown[32];
    if (below(g, 3) != 0 || want == WANT_BOOL || want >= WANT_DATE) {
        both(g, columns[want][below(g, 3)]);
    } else if (want == WANT_INT) {
        snprintf(shown, sizeof shown, "%d", (int)below(g, 41) - 20);
        both(g, shown);
    } else if (want == WANT_REAL) {
        both(g, reals[below(g, 8)]);
    } else {
        both(g, "'");
        both(g, texts[below(g, sizeof texts / sizeof texts[0])]);
        both(g, "'");
    }
}

static void call(struct generator *g, const char *ours, const char *theirs, const enum want *args,
                 uint32_t n, uint32_t depth)
{
    bool was_plain = g->is_plain;
    each(g, ours, theirs);
    both(g, "(");
    for (uint32_t i = 0; i < n; i++) {
        both(g, i == 0 ? "" : ", ");
        generate(g, args[i], depth - 1);
    }
    both(g, ")");
    g->is_plain = was_plain;
}

static void infix(struct generator *g, enum want left, const char *symbol, enum want right,
                  uint32_t depth)
{
    open_group(g);
    generate(g, left, depth - 1);
    both(g, " ");
    both(g, symbol);
    both(g, " ");
    generate(g, right, depth - 1);
    close_group(g);
}

// Without parentheses a real would meet the % of an integer, where the two differ.
static enum want number(struct generator *g)
{
    return !g->is_plain && below(g, 2) == 0 ? WANT_INT : WANT_REAL;
}

static void day_literal(struct generator *g, enum want want)
{
    static const char *const days[] = {"2024-02-29", "2025-06-01", "1969-12-31", "2000-01-01"};
    static const char *const seconds[] = {"1709164800", "1748736000", "-86400", "946684800"};
    uint32_t k = below(g, 4);
    if (want == WANT_DATE) {
        both(g, "'");
        both(g, days[k]);
        both(g, "'");
        return;
    }
    str_addf(&g->ours, below(g, 2) == 0 ? "'%sT00:00:00Z'" : "TIMESTAMP '%s 00:00:00Z'", days[k]);
    str_add(&g->theirs, seconds[k]);
}

static void comparison(struct generator *g, uint32_t depth)
{
    static const char *const symbols[] = {"=", "==", "<>", "!=", "<", "<=", ">", ">="};

    static const enum want wants[] = {WANT_INT, WANT_REAL, WANT_TEXT, WANT_DATE, WANT_TIME};
    enum want left = wants[below(g, 5)];
    enum want right = left <= WANT_REAL ? number(g) : left;
    const char *symbol = symbols[below(g, 8)];
    if (left >= WANT_DATE && below(g, 2) == 0) {
        open_group(g);
        generate(g, left, depth - 1);
        both(g, symbol);
        day_literal(g, left);
        close_group(g);
        return;
    }
    infix(g, left, symbol, right, depth);
}

static void in_list(struct generator *g, uint32_t depth)
{
    enum want want = (enum want)below(g, 5);
    bool is_constant = below(g, 3) != 0;
    uint32_t n = 1 + below(g, is_constant ? 14 : 4);
    open_group(g);
    generate(g, want, depth - 1);
    both(g, below(g, 3) == 0 ? " NOT IN (" : " IN (");
    for (uint32_t i = 0; i < n; i++) {
        both(g, i == 0 ? "" : ", ");
        if (below(g, 12) == 0) {
            both(g, "NULL");
        } else if (is_constant && want == WANT_DATE) {
            day_literal(g, want);
        } else {
            generate(g, want, is_constant ? 0 : depth - 1);
        }
    }
    both(g, ")");
    close_group(g);
}

static void between(struct generator *g, uint32_t depth)
{
    enum want want = (enum want)(1 + below(g, 4));
    open_group(g);
    generate(g, want, depth - 1);
    both(g, below(g, 3) == 0 ? " NOT BETWEEN " : " BETWEEN ");
    generate(g, want, depth - 1);
    both(g, " AND ");
    generate(g, want, depth - 1);
    close_group(g);
}

static void match(struct generator *g, uint32_t depth)
{
    bool is_like = below(g, 2) == 0;
    open_group(g);
    generate(g, WANT_TEXT, depth - 1);
    both(g, below(g, 4) == 0 ? " NOT" : "");
    both(g, is_like ? " LIKE " : " GLOB ");
    if (below(g, 4) == 0) {
        generate(g, WANT_TEXT, depth - 1);
    } else {
        both(g, "'");
        both(g, is_like ? patterns[below(g, sizeof patterns / sizeof patterns[0])]
                        : globs[below(g, sizeof globs / sizeof globs[0])]);
        both(g, "'");
    }
    if (is_like && below(g, 3) == 0) {
        static const char *const escapes[] = {" ESCAPE '\\'", " ESCAPE '_'", " ESCAPE '%'",
                                              " ESCAPE 'a'", " ESCAPE '\u00e9'"};
        both(g, escapes[below(g, 5)]);
    }
    close_group(g);
}

static void test_value(struct generator *g, uint32_t depth)
{
    static const char *const tests[] = {" IS TRUE", " IS NOT TRUE", " IS FALSE", " IS NOT FALSE"};
    bool is_null = below(g, 2) == 0;
    open_group(g);
    generate(g, is_null ? (enum want)below(g, 6) : WANT_BOOL, depth - 1);
    if (is_null) {
        both(g, below(g, 2) == 0 ? " IS NULL" : " IS NOT NULL");
    } else {
        both(g, tests[below(g, 4)]);
    }
    close_group(g);
}

static void condition(struct generator *g, uint32_t depth)
{
    switch (below(g, 9)) {
    case 0:
        infix(g, WANT_BOOL, "AND", WANT_BOOL, depth);
        break;
    case 1:
        infix(g, WANT_BOOL, "OR", WANT_BOOL, depth);
        break;
    case 2:
        open_group(g);
        both(g, "NOT ");
        generate(g, WANT_BOOL, depth - 1);
        close_group(g);
        break;
    case 3:
        in_list(g, depth);
        break;
    case 4:
        between(g, depth);
        break;
    case 5:
        match(g, depth);
        break;
    case 6:
        test_value(g, depth);
        break;
    default:
        comparison(g, depth);
        break;
    }
}

// Products are kept small: SQLite turns an overflow into a real, here it is NULL.
static void small_product(struct generator *g, uint32_t depth)
{
    open_group(g);
    generate(g, WANT_INT, depth - 1);
    both(g, " % 100 * ");
    open_group(g);
    generate(g, WANT_INT, depth - 1);
    both(g, " % 100");
    close_group(g);
    close_group(g);
}

static void day_span(struct generator *g, uint32_t depth)
{
    if (g->is_plain) {
        leaf(g, WANT_INT);
        return;
    }
    bool is_date = below(g, 2) == 0;
    enum want want = is_date ? WANT_DATE : WANT_TIME;
    each(g, "days_between(", is_date ? "CAST(-julianday(" : "CAST(floor((-(");
    generate(g, want, depth - 1);
    each(g, ", ", is_date ? ") + julianday(" : ") + (");
    generate(g, want, depth - 1);
    each(g, ")", is_date ? ") AS INTEGER)" : ")) / 86400.0) AS INTEGER)");
}

static void integer(struct generator *g, uint32_t depth)
{
    switch (below(g, 10)) {
    case 0:
        infix(g, WANT_INT, "+", WANT_INT, depth);
        break;
    case 1:
        infix(g, WANT_INT, "-", WANT_INT, depth);
        break;
    case 2:
        small_product(g, depth);
        break;
    case 3:
        infix(g, WANT_INT, "%", WANT_INT, depth);
        break;
    case 4:
        call(g, "length", "length", (enum want[]){WANT_TEXT}, 1, depth);
        break;
    case 5:
        call(g, "instr", "instr", (enum want[]){WANT_TEXT, WANT_TEXT}, 2, depth);
        break;
    case 6:
        call(g, "abs", "abs", (enum want[]){WANT_INT}, 1, depth);
        break;
    case 7:
        open_group(g);
        both(g, "- ");
        generate(g, WANT_INT, depth - 1);
        close_group(g);
        break;
    case 8:
        day_span(g, depth);
        break;
    default:
        each(g, below(g, 2) == 0 ? "hour(" : "HOUR(", "CAST(strftime('%H', ");
        generate(g, WANT_TIME, depth - 1);
        each(g, ")", ", 'unixepoch') AS INTEGER)");
        break;
    }
}

static void division(struct generator *g, uint32_t depth)
{
    if (g->is_plain) {
        infix(g, WANT_REAL, "*", WANT_REAL, depth);
        return;
    }
    each(g, "(", "(CAST(");
    generate(g, number(g), depth - 1);
    each(g, " / ", " AS REAL) / ");
    generate(g, number(g), depth - 1);
    both(g, ")");
}

static void real(struct generator *g, uint32_t depth)
{
    switch (below(g, 9)) {
    case 0:
        infix(g, WANT_REAL, "+", number(g), depth);
        break;
    case 1:
        infix(g, number(g), "-", WANT_REAL, depth);
        break;
    case 2:
        infix(g, WANT_REAL, "*", WANT_REAL, depth);
        break;
    case 3:
        division(g, depth);
        break;
    case 4:
        call(g, "floor", "floor", (enum want[]){WANT_REAL}, 1, depth);
        break;
    case 5:
        call(g, "ceil", "ceil", (enum want[]){WANT_REAL}, 1, depth);
        break;
    case 6: {
        const char *name = below(g, 2) == 0 ? "ln" : "sqrt";
        call(g, name, name, (enum want[]){number(g)}, 1, depth);
        break;
    }
    case 7:
        both(g, "round(");
        generate(g, WANT_REAL, depth - 1);
        both(g, below(g, 2) == 0 ? ")" : ", 2)");
        break;
    default:
        each(g, "exp(least(", "exp(min(");
        generate(g, WANT_REAL, depth - 1);
        both(g, ", 5.0))");
        break;
    }
}

static void text(struct generator *g, uint32_t depth)
{
    switch (below(g, 7)) {
    case 0:
        infix(g, WANT_TEXT, "||", WANT_TEXT, depth);
        break;
    case 1:
        call(g, "lower", "lower", (enum want[]){WANT_TEXT}, 1, depth);
        break;
    case 2:
        call(g, "upper", "upper", (enum want[]){WANT_TEXT}, 1, depth);
        break;
    case 3:
        call(g, "substr", "substr", (enum want[]){WANT_TEXT, WANT_INT}, 2, depth);
        break;
    case 4:
        call(g, "substr", "substr", (enum want[]){WANT_TEXT, WANT_INT, WANT_INT}, 3, depth);
        break;
    case 5:
        call(g, "trim", "trim", (enum want[]){WANT_TEXT}, 1, depth);
        break;
    default:
        call(g, "trim", "trim", (enum want[]){WANT_TEXT, WANT_TEXT}, 2, depth);
        break;
    }
}

static void choice(struct generator *g, enum want want, uint32_t depth)
{
    bool has_base = below(g, 2) == 0;
    enum want base = (enum want)(1 + below(g, 3));
    both(g, "CASE ");
    if (has_base) {
        generate(g, base, depth - 1);
    }
    for (uint32_t n = 1 + below(g, 3); n > 0; n--) {
        both(g, " WHEN ");
        generate(g, has_base ? base : WANT_BOOL, depth - 1);
        both(g, " THEN ");
        if (below(g, 6) == 0) {
            both(g, "NULL");
        } else {
            generate(g, want, depth - 1);
        }
    }
    if (below(g, 3) != 0) {
        both(g, " ELSE ");
        generate(g, want, depth - 1);
    }
    both(g, " END");
}

static void general(struct generator *g, enum want want, uint32_t depth)
{
    const enum want pair[] = {want, want, want};

    bool is_bool = want == WANT_BOOL;
    switch (below(g, is_bool ? 3 : 5)) {
    case 0:
        call(g, "coalesce", "coalesce", pair, 2 + below(g, 2), depth);
        break;
    case 1:
        call(g, "nullif", "NULLIF", pair, 2, depth);
        break;
    case 2:
        choice(g, want, depth);
        break;
    case 3:
        call(g, "least", "min", pair, 2 + below(g, 2), depth);
        break;
    default:
        call(g, "greatest", "max", pair, 2 + below(g, 2), depth);
        break;
    }
}

static void generate(struct generator *g, enum want want, uint32_t depth)
{
    if (depth == 0 || below(g, 6) == 0) {
        leaf(g, want);
        return;
    }
    operation(g, want, depth);
}

static void operation(struct generator *g, enum want want, uint32_t depth)
{
    if (below(g, 5) == 0) {
        general(g, want, depth);
        return;
    }
    switch (want) {
    case WANT_BOOL:
        condition(g, depth);
        break;
    case WANT_INT:
        integer(g, depth);
        break;
    case WANT_REAL:
        real(g, depth);
        break;
    case WANT_TEXT:
        text(g, depth);
        break;
    case WANT_DATE:
        each(g, "date(", "date(");
        generate(g, WANT_TIME, depth - 1);
        each(g, ")", ", 'unixepoch')");
        break;
    default:
        leaf(g, want);
        break;
    }
}

void generator_next(struct generator *g)
{
    str_reset(&g->ours);
    str_reset(&g->theirs);
    g->is_plain = below(g, 3) == 0;
    bool is_condition = below(g, 2) == 0;
    operation(g, is_condition ? WANT_BOOL : (enum want)below(g, 5), 1 + below(g, 5));
}

void generator_release(struct generator *g)
{
    str_release(&g->ours);
    str_release(&g->theirs);
}

static const struct {
    const char *name;
    enum vec_type type;
} columns[] = {{"b1", VEC_BOOL}, {"b2", VEC_BOOL}, {"i1", VEC_I64},  {"i2", VEC_I64},
               {"i3", VEC_I64},  {"f1", VEC_F64},  {"f2", VEC_F64},  {"s1", VEC_STR},
               {"s2", VEC_STR},  {"s3", VEC_STR},  {"d1", VEC_DATE}, {"d2", VEC_DATE},
               {"t1", VEC_TIME}, {"t2", VEC_TIME}};

#define N_COLUMNS (sizeof columns / sizeof columns[0])

static void set_value(struct generator *g, struct sheet *s, size_t column, size_t row)
{
    static const char *const values[] = {"",
                                         "a",
                                         "ab",
                                         "Ab",
                                         "abc",
                                         "ABC",
                                         "b_c",
                                         "100%",
                                         "a*b",
                                         "[x]",
                                         "it's",
                                         "\u00e9t\u00e9",
                                         "\u65e5\u672c",
                                         " x ",
                                         "xxabxx",
                                         "a-b",
                                         "aab",
                                         "%",
                                         "a%"};
    if (below(g, 5) == 0) {
        sheet_set_null(s, column, row);
        return;
    }
    switch (columns[column].type) {
    case VEC_BOOL:
        sheet_set_int(s, column, row, below(g, 2));
        break;
    case VEC_I64:
        sheet_set_int(s, column, row, (int64_t)below(g, below(g, 3) == 0 ? 2001 : 21) - 10);
        break;
    case VEC_F64:
        sheet_set_real(s, column, row, ((double)below(g, 801) - 400) / 8);
        break;
    case VEC_STR:
        sheet_set_text(s, column, row, values[below(g, sizeof values / sizeof values[0])]);
        break;
    case VEC_DATE:
        sheet_set_int(s, column, row, (int64_t)below(g, 40000) - 10000);
        break;
    default:
        sheet_set_int(s, column, row, ((int64_t)below(g, 2000000000) - 100000000) * US_PER_SECOND);
        break;
    }
}

void generator_fill(struct generator *g, size_t n_rows, struct sheet *out)
{
    *out = (struct sheet){.n_rows = n_rows};
    for (size_t k = 0; k < N_COLUMNS; k++) {
        sheet_add(out, columns[k].name, columns[k].type);
        for (size_t i = 0; i < n_rows; i++) {
            set_value(g, out, k, i);
        }
    }
}
