// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"
#include "mem.h"
#include "plugin_fixture.h"
#include "sweep.h"

static struct registry *registry;

static const struct component_info *component(void)
{
    return registry_find(registry, PT_KIND_SOURCE, "abi-source", NULL);
}

static struct json *schema_of(const struct component_info *c)
{
    struct str text = {0};
    struct json *root = NULL;
    struct pt_error err = ERROR_INIT;
    struct json_writer w = json_writer_of(&text, true);
    config_schema(c, &w);
    assert_false(text.failed);
    if (json_parse(str_view(&text), &root, &err) != PT_OK) {
        fail_msg("%s in %s", err.message, str_get(&text));
    }
    str_release(&text);
    return root;
}

static const struct json *property(const struct json *root, const char *name)
{
    const struct json *p = json_get(json_get(root, "properties"), name);
    assert_non_null(p);
    return p;
}

static const char *text_of_key(const struct json *object, const char *key)
{
    const char *text = json_text(json_get(object, key));
    return text == NULL ? "(none)" : text;
}

static bool is_true(const struct json *object, const char *key)
{
    bool value = false;
    return json_bool(json_get(object, key), &value) && value;
}

static void test_config_schema__is_closed_and_names_what_is_required(void **state)
{
    (void)state;
    struct json *root = schema_of(component());
    bool additional = true;
    assert_string_equal(text_of_key(root, "type"), "object");
    assert_string_equal(text_of_key(root, "title"), "abi-source");
    assert_true(json_bool(json_get(root, "additionalProperties"), &additional));
    assert_false(additional);
    assert_int_equal(json_count(json_get(root, "properties")), 19);
    assert_int_equal(json_count(json_get(root, "required")), 1);
    assert_string_equal(json_text(json_at(json_get(root, "required"), 0)), "rows");
    json_free(root);
}

static void test_config_schema__writes_ranges_defaults_and_help(void **state)
{
    (void)state;
    struct json *root = schema_of(component());
    int64_t i = 0;
    double f = 0;
    const struct json *rows = property(root, "rows");
    assert_string_equal(text_of_key(rows, "type"), "integer");
    assert_string_equal(text_of_key(rows, "description"), "How many rows to count.");
    assert_string_equal(text_of_key(rows, "x-unit"), "rows");
    assert_true(json_i64(json_get(rows, "maximum"), &i) && i == 1000000);
    assert_null(json_get(rows, "default"));
    assert_string_equal(json_text(json_at(json_get(rows, "examples"), 0)), "100");
    const struct json *share = property(root, "share");
    assert_true(json_f64(json_get(share, "minimum"), &f) && f == 0);
    assert_true(json_f64(json_get(share, "maximum"), &f) && f == 1);
    assert_true(json_f64(json_get(share, "default"), &f) && f == 0.25);
    assert_true(is_true(property(root, "flag"), "default"));
    const struct json *buffer = property(root, "buffer");
    assert_true(json_i64(json_get(buffer, "minimum"), &i) && i == 1024);
    assert_null(json_get(buffer, "maximum"));
    assert_string_equal(text_of_key(buffer, "default"), "64KiB");
    assert_string_equal(text_of_key(property(root, "label"), "pattern"), "^(?:[a-z]+|\")$");
    assert_int_equal(json_count(json_get(property(root, "mode"), "enum")), 3);
    assert_string_equal(text_of_key(property(root, "where"), "x-type"), "expr");
    json_free(root);
}

static void test_config_schema__marks_secrets_and_what_is_deprecated(void **state)
{
    (void)state;
    struct json *root = schema_of(component());
    static const char *const secrets[] = {"key", "password"};
    for (size_t i = 0; i < 2; i++) {
        const struct json *p = property(root, secrets[i]);
        assert_true(is_true(p, "writeOnly"));
        assert_string_equal(text_of_key(p, "pattern"), "^\\$\\{secret:[A-Za-z0-9_.-]+\\}$");
    }
    assert_false(is_true(property(root, "label"), "writeOnly"));
    assert_true(is_true(property(root, "amount"), "deprecated"));
    json_free(root);
}

static void test_config_schema__nests_lists_maps_and_objects(void **state)
{
    (void)state;
    struct json *root = schema_of(component());
    const struct json *names = property(root, "names");
    const struct json *two = json_get(names, "anyOf");
    assert_int_equal(json_count(two), 2);
    assert_string_equal(text_of_key(json_at(two, 0), "type"), "array");
    assert_string_equal(text_of_key(json_get(json_at(two, 0), "items"), "type"), "string");
    assert_string_equal(text_of_key(json_at(two, 1), "type"), "string");
    assert_string_equal(json_text(json_at(json_get(names, "default"), 1)), "b, c");
    assert_string_equal(text_of_key(property(root, "inputs"), "type"), "array");
    const struct json *fields = property(root, "fields");
    assert_string_equal(text_of_key(json_get(fields, "additionalProperties"), "type"), "string");
    assert_string_equal(text_of_key(json_get(fields, "default"), "who"), "a: b");
    const struct json *range = json_get(property(root, "ranges"), "items");
    assert_string_equal(text_of_key(range, "type"), "object");
    assert_string_equal(json_text(json_at(json_get(range, "required"), 0)), "high");
    json_free(root);
}

static bool write_schema(void)
{
    struct str text = {0};
    struct json_writer w = json_writer_of(&text, false);
    config_schema(component(), &w);
    bool is_done = !text.failed;
    str_release(&text);
    return is_done;
}

static void test_config_schema__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(write_schema) > 5);
}

static int open_registry(void **state)
{
    (void)state;
    registry = fixture_registry();
    return 0;
}

static int close_registry(void **state)
{
    (void)state;
    registry_free(registry);
    return mem_live_blocks() == 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_schema__is_closed_and_names_what_is_required),
        cmocka_unit_test(test_config_schema__writes_ranges_defaults_and_help),
        cmocka_unit_test(test_config_schema__marks_secrets_and_what_is_deprecated),
        cmocka_unit_test(test_config_schema__nests_lists_maps_and_objects),
        cmocka_unit_test(test_config_schema__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, open_registry, close_registry);
}
