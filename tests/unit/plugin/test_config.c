// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// YAML texts against the option rows of a real plugin, whose struct is read as the plugin would.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config_filled.h"
#include "host.h"
#include "mem.h"
#include "sweep.h"

static void test_config__fills_defaults(void **state)
{
    (void)state;
    struct filled f;
    expect_fine(&f, "rows: 5");
    assert_int_equal(f.c->rows, 5);
    assert_int_equal(f.c->flag, 1);
    assert_true(f.c->share == 0.25);
    assert_string_equal(f.c->label, "\"");
    assert_int_equal(f.c->mode, 1);
    assert_int_equal(f.c->buffer, 65536);
    assert_int_equal(f.c->window, 5400000);
    assert_true(f.c->since == 1748736000000000);
    assert_null(f.c->column);
    assert_null(f.c->where);
    assert_int_equal(f.c->key, 0);
    assert_null(f.c->password);
    assert_null(f.c->path);
    assert_int_equal(f.c->names.n, 3);
    assert_string_equal(text_in(f.c->names, 0), "ape");
    assert_string_equal(text_in(f.c->names, 1), "b, c");
    assert_string_equal(text_in(f.c->names, 2), "it's");
    assert_int_equal(f.c->inputs.n, 0);
    assert_int_equal(f.c->fields.n, 2);
    assert_string_equal(f.c->fields.keys[0], "ts");
    assert_string_equal(f.c->fields.keys[1], "who");
    assert_string_equal(((const char *const *)f.c->fields.values)[1], "a: b");
    assert_int_equal(f.c->limits.low, -5);
    assert_int_equal(f.c->limits.high, 0);
    assert_int_equal(f.c->ranges.n, 0);
    release(&f);
    assert_true(mem_live_blocks() > 0); // the registry
}

static void test_config__fills_every_type(void **state)
{
    (void)state;
    struct filled f;
    expect_fine(&f, "rows: 1000000\n"
                    "flag: false\n"
                    "share: 1e-1\n"
                    "label: abc\n"
                    "mode: up\n"
                    "buffer: 1MB\n"
                    "window: 500ms\n"
                    "since: \"2025-06-01 02:00:00.5+02:00\"\n"
                    "column: city\n"
                    "where: \"age > 3\"\n"
                    "key: ${secret:hook_key}\n"
                    "password: \"${secret:hook_key}\"\n"
                    "path: one.csv\n"
                    "names: [\"1\", 2, true]\n"
                    "inputs: [one.csv, two.csv]\n"
                    "fields: {z: last, a: first}\n"
                    "limits: {high: 9}\n"
                    "ranges: [{high: 1}, {low: 7, high: 8}]\n");
    assert_int_equal(f.c->rows, 1000000);
    assert_int_equal(f.c->flag, 0);
    assert_true(f.c->share == 0.1);
    assert_string_equal(f.c->label, "abc");
    assert_int_equal(f.c->mode, 0);
    assert_int_equal(f.c->buffer, 1000000);
    assert_int_equal(f.c->window, 500);
    assert_true(f.c->since == 1748736000500000);
    assert_string_equal(f.c->column, "city");
    assert_string_equal(f.c->where, "age > 3");
    assert_int_equal(f.c->key, 7);
    assert_string_equal(f.c->password, "hunter2");
    assert_ptr_equal(f.c->path, &one_input);
    assert_string_equal(text_in(f.c->names, 1), "2");
    assert_string_equal(text_in(f.c->names, 2), "true");
    assert_int_equal(f.c->inputs.n, 2);
    assert_ptr_equal(((pt_input *const *)f.c->inputs.items)[1], &another_input);
    assert_string_equal(f.c->fields.keys[0], "z");
    assert_string_equal(f.c->fields.keys[1], "a");
    assert_string_equal(((const char *const *)f.c->fields.values)[0], "last");
    assert_int_equal(f.c->limits.low, -5);
    assert_int_equal(f.c->limits.high, 9);
    const struct abi_source_limits *ranges = f.c->ranges.items;
    assert_int_equal(f.c->ranges.n, 2);
    assert_int_equal(f.c->ranges.elem_size, sizeof *ranges);
    assert_int_equal(ranges[0].low, -5);
    assert_int_equal(ranges[1].low, 7);
    assert_int_equal(ranges[1].high, 8);
    release(&f);
}

static void test_config__outlives_the_nodes(void **state)
{
    (void)state;
    struct filled f;
    expect_fine(&f, "{rows: 1, label: abc, names: [x], fields: {k: v}}");
    arena_release(&f.arena);
    assert_string_equal(f.c->label, "abc");
    assert_string_equal(text_in(f.c->names, 0), "x");
    assert_string_equal(f.c->fields.keys[0], "k");
    release(&f);
}

static void test_config__finds_all_faults_at_once(void **state)
{
    (void)state;
    static const struct expected faults[] = {
        {"P0103", 1, 1, "unknown key `lable` in " OWNER, "did you mean `label`?"},
        {"P0106", 2, 7, "option `rows` of " OWNER ": must be at least 1, not 0", NULL},
        {"P0104", 3, 7, "option `flag` of " OWNER ": must be true or false, not `yes`",
         "write true or false"},
        {"P0107", 4, 7, "option `mode` of " OWNER ": `dawn` is not one of its choices",
         "did you mean `down`?"},
        {"P0108", 5, 8, "option `label` of " OWNER ": `ABC` does not match the pattern [a-z]+|\"",
         "for instance abc"},
        {"P0112", 6, 7, "option `path` of " OWNER ": no file matches missing.csv", NULL},
        {"P0104", 7, 27, "option `ranges[1].low` of " OWNER ": must be a whole number, not `x`",
         NULL},
        {"P0114", 8, 9, "option `column` of " OWNER ": no column is named `citi`",
         "did you mean `city`?"},
        {"P0115", 9, 13, "option `where` of " OWNER ": unexpected `!!`", NULL},
        {"P0103", 10, 19, "unknown key `hihg` in option `limits` of " OWNER,
         "did you mean `high`?"},
        {"P0111", 11, 6, "option `key` of " OWNER ": a secret cannot stand in the pipeline", NULL},
        {"P0104", 12, 8, "option `share` of " OWNER ": must be a number, not a list", NULL},
    };
    expect_faults("lable: x\n"
                  "rows: 0\n"
                  "flag: yes\n"
                  "mode: dawn\n"
                  "label: ABC\n"
                  "path: missing.csv\n"
                  "ranges: [{high: 1}, {low: x, high: 2}]\n"
                  "column: citi\n"
                  "where: \"a = !! b\"\n"
                  "limits: {high: 1, hihg: 2}\n"
                  "key: hunter2\n"
                  "share: [1]\n",
                  faults, sizeof faults / sizeof faults[0]);
}

static void test_config__reports_unknown_keys(void **state)
{
    (void)state;
    expect_fault("{rows: 1, xyzzy: 1}",
                 (struct expected){"P0103", 1, 11, NULL,
                                   "known: rows, flag, share, label, mode, buffer, window, since, "
                                   "column, where, key, password, path, names, inputs, fields, "
                                   "limits, ranges"});
    // A deprecated name is never suggested.
    expect_fault("{rows: 1, amuont: 1}", (struct expected){"P0103", 1, 11, NULL, NULL});
}

static void test_config__reports_what_is_missing(void **state)
{
    (void)state;
    static const struct expected at_owner = {"P0105", 99, 3, OWNER " needs option `rows`",
                                             "for instance `rows: 100`"};
    expect_fault("{}", at_owner);
    expect_fault("", at_owner);
    expect_fault("rows:", at_owner);
    expect_fault("{rows: 1, limits: {low: 3}}",
                 (struct expected){"P0105", 1, 19, OWNER " needs option `limits.high`",
                                   "it takes a whole number"});
    expect_fault("{rows: 1, ranges: [{high: 1}, {}]}",
                 (struct expected){"P0105", 1, 31, OWNER " needs option `ranges[1].high`", NULL});
}

static void test_config__never_takes_quoted_text_for_a_number(void **state)
{
    (void)state;

    static const struct {
        const char *yaml;
        uint32_t column;
    } cases[] = {{"rows: \"5\"", 7},
                 {"{rows: 1, flag: 'true'}", 17},
                 {"{rows: 1, share: \"0.5\"}", 18},
                 {"{rows: 1, buffer: \"64KiB\"}", 19},
                 {"{rows: 1, window: '7h'}", 19}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_fault(cases[i].yaml,
                     (struct expected){"P0104", 1, cases[i].column, NULL, "remove the quotes"});
    }
    expect_fault("rows: \"five\"",
                 (struct expected){"P0104", 1, 7,
                                   "option `rows` of " OWNER ": must be a whole number, not `five`",
                                   NULL});
}

static void test_config__reads_numbers_strictly(void **state)
{
    (void)state;
    static const char *const wrong[] = {"rows: 5x",
                                        "rows: 1.0",
                                        "rows: 1e3",
                                        "rows: 0x10",
                                        "rows: 1_000",
                                        "rows: 99999999999999999999",
                                        "{rows: 1, share: nan}",
                                        "{rows: 1, share: .inf}",
                                        "rows: 1\nshare: 0,5",
                                        "{rows: 1, flag: TRUE}",
                                        "{rows: 1, flag: 1}",
                                        "{rows: 1, buffer: 1 parsec}",
                                        "{rows: 1, window: 5}",
                                        "{rows: 1, window: 500us}",
                                        "{rows: 1, since: yesterday}",
                                        "{rows: 1, since: 2025-02-30}",
                                        "{rows: 1, mode: 1}",
                                        "{rows: 1, names: {a: b}}",
                                        "{rows: 1, fields: [a]}",
                                        "{rows: 1, fields: a}",
                                        "{rows: 1, limits: 3}",
                                        "{rows: 1, inputs: one.csv}",
                                        "{rows: 1, ranges: {high: 1}}",
                                        "{rows: 1, names: [[a]]}",
                                        "{rows: 1, names: [~]}",
                                        "{rows: 1, path: \"\"}",
                                        "{rows: 1, column: \"\"}",
                                        "{rows: 1, label: {a: b}}",
                                        "[rows, 1]",
                                        "rows"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct filled f;
        fill(&f, wrong[i]);
        if (f.status != PT_E_CONFIG || f.diags.n_errors == 0 ||
            (strcmp(f.diags.items[0].code, "P0104") != 0 &&
             strcmp(f.diags.items[0].code, "P0107") != 0)) {
            show(&f);
            fail_msg("for %s", wrong[i]);
        }
        release(&f);
    }
}

static void test_config__keeps_to_ranges(void **state)
{
    (void)state;
    struct filled f;
    expect_fault("rows: 1000001", (struct expected){"P0106", 1, 7,
                                                    "option `rows` of " OWNER
                                                    ": must be at most 1000000, not 1000001",
                                                    NULL});
    expect_fault("{rows: 1, share: 1.5}",
                 (struct expected){"P0106", 1, 18,
                                   "option `share` of " OWNER ": must be at most 1, not 1.5",
                                   NULL});
    expect_fault("{rows: 1, share: -1e-9}", (struct expected){"P0106", 1, 18, NULL, NULL});
    expect_fault("{rows: 1, buffer: 1023}",
                 (struct expected){"P0106", 1, 19,
                                   "option `buffer` of " OWNER
                                   ": must be at least 1024 bytes, not 1023 bytes",
                                   NULL});
    expect_fault("{rows: 1, window: 25h}",
                 (struct expected){"P0106", 1, 19,
                                   "option `window` of " OWNER ": must be at most 1d, not 1d1h",
                                   NULL});
    expect_fine(&f, "{rows: 1, buffer: 8GiB, share: 1, window: 24h}");
    assert_true(f.c->buffer == (int64_t)8 << 30);
    release(&f);
}

static void test_config__takes_one_text_for_a_list_of_texts(void **state)
{
    (void)state;
    struct filled f;
    expect_fine(&f, "{rows: 1, names: solo}");
    assert_int_equal(f.c->names.n, 1);
    assert_string_equal(text_in(f.c->names, 0), "solo");
    release(&f);
    expect_fine(&f, "{rows: 1, names: []}");
    assert_int_equal(f.c->names.n, 0);
    release(&f);
    expect_fault("{rows: 1, inputs: one.csv}",
                 (struct expected){"P0104", 1, 19,
                                   "option `inputs` of " OWNER ": must be a list, not `one.csv`",
                                   NULL});
}

static void test_config__fills_secrets_from_references_only(void **state)
{
    (void)state;
    static const char *const texts[] = {"hunter2", "\"x${secret:hook_key}\"", "${secret:}",
                                        "\"${secret:a} ${secret:b}\"", "${secret:hook_key"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (int turn = 0; turn < 2; turn++) {
            char yaml[128];
            snprintf(yaml, sizeof yaml, "rows: 1\n%s: %s", turn == 0 ? "key" : "password",
                     texts[i]);
            expect_fault(yaml, (struct expected){"P0111", 2, turn == 0 ? 6 : 11, NULL, NULL});
        }
    }
    expect_fault("{rows: 1, key: [a]}", (struct expected){"P0104", 1, 16, NULL, NULL});
    expect_fault("{rows: 1, key: \"${secret:none}\"}",
                 (struct expected){"P0111", 1, 16,
                                   "option `key` of " OWNER ": no secret is named none", NULL});
    expect_fault("{rows: 1, password: \"${secret:binary}\"}",
                 (struct expected){"P0111", 1, 21,
                                   "option `password` of " OWNER ": the secret is no text", NULL});
}

static void test_config__does_not_repeat_a_secret_written_out(void **state)
{
    (void)state;
    struct filled f;
    char *text = NULL;
    size_t n = 0;
    fill(&f, "rows: 0\nkey: hunter2\nnames: {a: b}\n");
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    diags_print(&f.diags, out, false);
    assert_int_equal(fclose(out), 0);
    assert_null(strstr(text, "hunter2"));
    assert_non_null(strstr(text, "p.yaml:2:6: error[P0111]"));
    assert_non_null(strstr(text, "1 | rows: 0"));
    assert_non_null(strstr(text, "3 | names: {a: b}"));
    free(text);
    release(&f);
}

static void test_config__puts_no_secret_into_other_options(void **state)
{
    (void)state;

    static const struct {
        const char *yaml;
        uint32_t column;
    } cases[] = {{"{rows: 1, label: \"${secret:hook_key}\"}", 18},
                 {"{rows: 1, path: \"a/${secret:hook_key}\"}", 17},
                 {"{rows: 1, names: [x, \"${secret:hook_key}\"]}", 22},
                 {"{rows: 1, fields: {a: \"${secret:hook_key}\"}}", 23},
                 {"rows: ${secret:hook_key}", 7}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_fault(cases[i].yaml, (struct expected){"P0111", 1, cases[i].column, NULL, NULL});
    }
}

static void test_config__warns_of_deprecated_options(void **state)
{
    (void)state;
    struct filled f;
    fill(&f, "{rows: 1, amount: 3}");
    assert_int_equal(f.status, PT_OK);
    assert_int_equal(f.c->amount, 3);
    assert_int_equal(f.diags.n, 1);
    assert_int_equal(f.diags.items[0].level, DIAG_WARNING);
    assert_string_equal(f.diags.items[0].code, "P0110");
    assert_string_equal(f.diags.items[0].hint, "use `rows` instead");
    assert_int_equal(f.diags.items[0].at.column, 11);
    release(&f);
}

static void test_config__asks_the_component_last(void **state)
{
    (void)state;
    struct filled f;
    expect_fault(
        "rows: 1\nlabel: abc\nmode: sideways",
        (struct expected){"P0113", 2, 8,
                          "option `label` of " OWNER ": must be crab when mode is sideways", NULL});
    expect_fault("rows: 1\nmode: sideways", (struct expected){"P0113", 99, 3, NULL, NULL});
    expect_fault("rows: 0\nmode: sideways", (struct expected){"P0106", 1, 7, NULL, NULL});
    expect_fine(&f, "rows: 1\nlabel: crab\nmode: sideways");
    release(&f);
    fill_with(&f, "rows: 1\nmode: sideways", &services, false);
    assert_int_equal(f.status, PT_OK);
    release(&f);
}

static void test_config__skips_services_that_are_not_there(void **state)
{
    (void)state;
    static const struct config_services none;
    const struct config_services *const all[] = {NULL, &none};
    for (size_t i = 0; i < 2; i++) {
        struct filled f;
        fill_with(&f,
                  "{rows: 1, path: missing.csv, column: x, where: '!!', "
                  "key: '${secret:none}', password: '${secret:none}'}",
                  all[i], true);
        assert_int_equal(f.status, PT_OK);
        assert_null(f.c->path);
        assert_int_equal(f.c->key, 0);
        assert_null(f.c->password);
        assert_string_equal(f.c->column, "x");
        release(&f);
    }
}

// YAML cannot hold a key twice, --with on a command line can.
static void test_config__reports_keys_given_twice(void **state)
{
    (void)state;
    struct filled f = {0};
    struct node *keys[] = {node_scalar(&f.arena, "rows"), node_scalar(&f.arena, "flag"),
                           node_scalar(&f.arena, "rows")};
    struct node *values[] = {node_scalar(&f.arena, "1"), node_scalar(&f.arena, "true"),
                             node_scalar(&f.arena, "2")};
    struct config_request request = {
        .component = registry_find(registry, PT_KIND_SOURCE, "abi-source", NULL),
        .with = node_map(&f.arena, 3, keys, values),
        .owner = OWNER,
    };
    assert_int_equal(config_fill(&request, &f.diags, &f.config), PT_E_CONFIG);
    assert_int_equal(f.diags.n, 1);
    assert_string_equal(f.diags.items[0].code, "P0109");
    assert_string_equal(f.diags.items[0].message, "key `rows` occurs twice in " OWNER);
    release(&f);
}

static bool fill_and_fail(void)
{
    static const char good[] =
        "{rows: 1, names: [a, b], fields: {a: b}, ranges: [{high: 1}], limits: {high: 2}, "
        "password: \"${secret:hook_key}\", key: \"${secret:hook_key}\", label: abc}";
    static const char bad[] = "{rwos: 1, mode: x, amount: 1, label: ABC}";
    struct filled f;
    fill(&f, good);
    bool is_done = f.status == PT_OK;
    assert_true(is_done || f.status == PT_E_NO_MEMORY || f.diags.out_of_memory);
    release(&f);
    fill(&f, bad);
    assert_true(f.status != PT_OK);
    is_done = is_done && f.status == PT_E_CONFIG && !f.diags.out_of_memory && f.diags.n == 5;
    release(&f);
    return is_done;
}

static void test_config__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(fill_and_fail) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config__fills_defaults),
        cmocka_unit_test(test_config__fills_every_type),
        cmocka_unit_test(test_config__outlives_the_nodes),
        cmocka_unit_test(test_config__finds_all_faults_at_once),
        cmocka_unit_test(test_config__reports_unknown_keys),
        cmocka_unit_test(test_config__reports_what_is_missing),
        cmocka_unit_test(test_config__never_takes_quoted_text_for_a_number),
        cmocka_unit_test(test_config__reads_numbers_strictly),
        cmocka_unit_test(test_config__keeps_to_ranges),
        cmocka_unit_test(test_config__takes_one_text_for_a_list_of_texts),
        cmocka_unit_test(test_config__fills_secrets_from_references_only),
        cmocka_unit_test(test_config__does_not_repeat_a_secret_written_out),
        cmocka_unit_test(test_config__puts_no_secret_into_other_options),
        cmocka_unit_test(test_config__warns_of_deprecated_options),
        cmocka_unit_test(test_config__asks_the_component_last),
        cmocka_unit_test(test_config__skips_services_that_are_not_there),
        cmocka_unit_test(test_config__reports_keys_given_twice),
        cmocka_unit_test(test_config__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, open_registry, close_registry);
}
