// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "lexer.h"

// Reads all tokens as "kind:text" with blanks between; an error as "!column+length".
static const char *tokens(struct arena *a, const char *source)
{
    struct lexer l = {.arena = a, .source = text_of(source)};
    struct token t = {0};
    struct pt_error err = ERROR_INIT;
    struct str out = {0};
    do {
        if (lexer_next(&l, &t, &err) != PT_OK) {
            str_addf(&out, "!%u+%u", err.column, err.length);
            break;
        }
        static const char *const names[] = {"end", "name", "int", "real", "text", "symbol"};
        str_addf(&out, "%s:%.*s@%u+%u ", names[t.kind], (int)t.text.n,
                 t.text.p == NULL ? "" : t.text.p, t.at, t.length);
    } while (t.kind != TOKEN_END);
    const char *shown = arena_strdup(a, str_get(&out));
    str_release(&out);
    return shown;
}

static void expect(const char *source, const char *wanted)
{
    struct arena a = {0};
    assert_string_equal(tokens(&a, source), wanted);
    arena_release(&a);
}

static void test_lexer__reads_every_kind(void **state)
{
    (void)state;
    expect("", "end:@0+1 ");
    expect("  a1_b ", "name:a1_b@2+4 end:@7+1 ");
    expect("intent.p", "name:intent.p@0+8 end:@8+1 ");
    expect("\"a b\".\"c\"\"d\"", "name:a b.c\"d@0+12 end:@12+1 ");
    expect("\u00e9t\u00e9", "name:\u00e9t\u00e9@0+5 end:@5+1 ");
    expect("12 1.5 .5 3. 1e5 1E-5 2e+3",
           "int:12@0+2 real:1.5@3+3 real:.5@7+2 real:3.@10+2 real:1e5@13+3 real:1E-5@17+4 "
           "real:2e+3@22+4 end:@26+1 ");
    expect("'it''s'''", "text:it's'@0+9 end:@9+1 ");
    expect("''", "text:@0+2 end:@2+1 ");
    expect("a<=b<>c||d", "name:a@0+1 symbol:<=@1+2 name:b@3+1 symbol:<>@4+2 name:c@6+1 "
                         "symbol:||@7+2 name:d@9+1 end:@10+1 ");
    expect("==!=>=<>", "symbol:==@0+2 symbol:!=@2+2 symbol:>=@4+2 symbol:<>@6+2 end:@8+1 ");
    expect("\t\n\r\v\f+", "symbol:+@5+1 end:@6+1 ");
}

static void test_lexer__refuses_with_a_place(void **state)
{
    (void)state;
    expect("a 'bc", "name:a@0+1 !3+1");
    expect("\"abc", "!1+1");
    expect("\"\"", "!1+2");
    expect("12ab", "!1+4");
    expect("1.2.3", "!1+5");
    expect("0x1F", "!1+4");
    expect("a -- b", "name:a@0+1 !3+2");
    expect("/* b", "!1+2");
    expect("a; b", "name:a@0+1 !2+1");
    expect("\x01", "!1+1");
    expect("a & b", "name:a@0+1 !3+1");
    expect("a | b", "name:a@0+1 !3+1");
    expect("`a`", "!1+1");
    expect("a.", "name:a@0+1 !2+1");
    expect("a.5", "name:a@0+1 real:.5@1+2 end:@3+1 ");
}

static void test_lexer__tells_plain_names(void **state)
{
    (void)state;
    assert_true(lexer_is_plain_name(text_of("a_1")));
    assert_true(lexer_is_plain_name(text_of("intent.p")));
    assert_true(lexer_is_plain_name(text_of("date")));
    assert_false(lexer_is_plain_name(text_of("Case")));
    assert_false(lexer_is_plain_name(text_of("1a")));
    assert_false(lexer_is_plain_name(text_of("a b")));
    assert_false(lexer_is_plain_name(text_of("a.")));
    assert_false(lexer_is_plain_name(text_of("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lexer__reads_every_kind),
        cmocka_unit_test(test_lexer__refuses_with_a_place),
        cmocka_unit_test(test_lexer__tells_plain_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
