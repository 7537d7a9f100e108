// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The starter source: its format alone, then the plugin over files in memory, cut at every size.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <portrait/source.h>

#include "batch.h"
#include "config.h"
#include "host.h"
#include "key_value.h"
#include "mem.h"
#include "plugin_fixture.h"

static struct registry *registry;

static void test_template_source__parses_lines(void **state)
{
    (void)state;

    static const struct {
        const char *line;
        const char *reason; // NULL = fine
        const char *key;
        bool has_value;
        double value;
    } cases[] = {
        {"a=1", NULL, "a", true, 1},
        {"long key=-2.5e1", NULL, "long key", true, -25},
        {"a=", NULL, "a", false, 0},
        {"", "no separator", NULL, false, 0},
        {"a", "no separator", NULL, false, 0},
        {"=1", "no key", NULL, false, 0},
        {"a=b", "not a number", NULL, false, 0},
        {"\xff=1", "not UTF-8", NULL, false, 0},
        {"a=1=2", "not a number", NULL, false, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct key_value out = {0};
        const char *reason =
            key_value_parse((const uint8_t *)cases[i].line, strlen(cases[i].line), '=', &out);
        if (cases[i].reason != NULL) {
            assert_string_equal(reason, cases[i].reason);
            continue;
        }
        assert_null(reason);
        assert_true(text_is(text_n((const char *)out.key, out.key_size), cases[i].key));
        assert_int_equal(out.has_value, cases[i].has_value);
        assert_true(out.value == cases[i].value);
    }
}

static const char file_text[] = "apples=1\npears=2.5\nno number here\n=7\nplums=\nfigs=-4\n"
                                "apples=8\nlast=16";

// One file in memory as the host's input; a stream is a position in it.
static uint32_t one_file(const pt_input *input)
{
    (void)input;
    return 1;
}

static pt_status describe_file(const pt_input *input, uint32_t index, pt_file_info *out,
                               pt_error *err)
{
    (void)input;
    (void)index;
    (void)err;
    out->path = "file.txt";
    out->stored_bytes = sizeof file_text - 1;
    out->can_split = 1;
    return PT_OK;
}

static pt_status open_file(const pt_input *input, uint32_t index, uint64_t begin, pt_stream **out,
                           pt_error *err)
{
    (void)input;
    (void)index;
    uint64_t *at = mem_alloc(sizeof *at);
    if (at == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a stream");
    }
    *at = begin;
    *out = (pt_stream *)(void *)at;
    return PT_OK;
}

static pt_status read_file(pt_stream *stream, void *buffer, uint64_t capacity, uint64_t *size,
                           pt_error *err)
{
    uint64_t *at = (uint64_t *)(void *)stream;
    uint64_t left = sizeof file_text - 1 - *at;
    (void)err;
    *size = left < capacity ? left : capacity;
    memcpy(buffer, file_text + *at, *size);
    *at += *size;
    return PT_OK;
}

// Gives the first bytes, then no more.
static pt_status read_badly(pt_stream *stream, void *buffer, uint64_t capacity, uint64_t *size,
                            pt_error *err)
{
    if (*(uint64_t *)(void *)stream == 0) {
        return read_file(stream, buffer, capacity < 12 ? capacity : 12, size, err);
    }
    *size = 0;
    FAIL(err, PT_E_IO, "the disk is gone");
}

static void close_file(pt_stream *stream)
{
    mem_free(stream);
}

static pt_status give_input(void *ctx, const char *pattern, pt_input **out, struct pt_error *err)
{
    static int any;
    (void)ctx;
    (void)pattern;
    (void)err;
    *out = (pt_input *)(void *)&any;
    return PT_OK;
}

// What a run keeps.
struct seen {
    struct schema schema;
    uint8_t splits[64][32];
    uint64_t split_sizes[64];
    size_t n_splits;
    size_t n_rejected;
    uint64_t n_records;
    uint64_t n_lines;
    char keys[256]; // one after another, with commas
    double sum;
    size_t n_null;
};

static pt_status on_schema(void *ctx, struct ArrowSchema *schema, pt_error *err)
{
    struct seen *s = ctx;
    pt_status status = schema_import(schema, &s->schema, err);
    schema->release(schema);
    return status;
}

static pt_status on_split(void *ctx, const pt_split *split, pt_error *err)
{
    struct seen *s = ctx;
    (void)err;
    assert_true(split->data.size <= sizeof s->splits[0] && s->n_splits < 64);
    memcpy(s->splits[s->n_splits], split->data.data, split->data.size);
    s->split_sizes[s->n_splits++] = split->data.size;
    return PT_OK;
}

static pt_status on_reject(void *ctx, const pt_reject *reject, pt_error *err)
{
    struct seen *s = ctx;
    (void)err;
    bool is_expected =
        strcmp(reject->reason, "no separator") == 0 || strcmp(reject->reason, "no key") == 0;
    assert_true(is_expected);
    assert_memory_equal(reject->excerpt.data, file_text + reject->offset, reject->excerpt.size);
    s->n_rejected++;
    return PT_OK;
}

static pt_status on_counted(void *ctx, uint64_t records, uint64_t lines, pt_error *err)
{
    struct seen *s = ctx;
    (void)err;
    s->n_records += records;
    s->n_lines += lines;
    return PT_OK;
}

static void take_batch(struct seen *s, const struct schema *schema, const struct batch *batch)
{
    const struct vec *key = &batch->columns[schema_find(schema, "key")];
    const struct vec *value = &batch->columns[schema_find(schema, "value")];
    for (size_t i = 0; i < batch->n_rows; i++) {
        struct text text = vec_text(key, i);
        size_t n = strlen(s->keys);
        snprintf(s->keys + n, sizeof s->keys - n, "%.*s,", (int)text.n, text.p);
        s->n_null += !vec_is_valid(value, i);
        s->sum += vec_is_valid(value, i) ? value->f[i] : 0;
    }
}

static int read_split(const pt_source_vtable *v, void *self, struct seen *seen, size_t i,
                      struct pt_error *err)
{
    pt_split split = {.struct_size = sizeof split, .data = {seen->splits[i], seen->split_sizes[i]}};
    pt_split_run run = {.struct_size = sizeof run,
                        .batch_rows = 2,
                        .max_record = 1000,
                        .ctx = seen,
                        .reject = on_reject,
                        .counted = on_counted,
                        .err = err};
    struct ArrowArrayStream stream;
    struct ArrowSchema raw;
    struct ArrowArray array;
    struct schema schema = {0};
    struct batch batch = {0};
    assert_int_equal(v->open(self, &split, &run, &stream, NULL), PT_OK);
    assert_int_equal(stream.get_schema(&stream, &raw), 0);
    assert_int_equal(schema_import(&raw, &schema, NULL), PT_OK);
    raw.release(&raw);
    int status = stream.get_next(&stream, &array);
    while (status == 0 && array.release != NULL) {
        assert_int_equal(batch_import(&batch, &schema, &array, true, NULL), PT_OK);
        take_batch(seen, &schema, &batch);
        status = stream.get_next(&stream, &array);
    }
    stream.release(&stream);
    batch_release(&batch);
    schema_release(&schema);
    return status;
}

// An instance of the plugin over the file in memory.
struct opened {
    struct arena arena;
    struct diags diags;
    struct config *config;
    pt_host host;
    pt_input_api input;
    const pt_source_vtable *vtable;
    void *self;
};

static void open_source(struct opened *o)
{
    static const struct config_services services = {.input = give_input};
    const struct component_info *c = registry_find(registry, PT_KIND_SOURCE, "key-value", NULL);
    *o = (struct opened){.vtable = c->vtable};
    o->input = (pt_input_api){.struct_size = sizeof o->input,
                              .count = one_file,
                              .describe = describe_file,
                              .open = open_file,
                              .read = read_file,
                              .close = close_file};
    host_table_init(&o->host, NULL);
    o->host.input = &o->input;
    struct node *key = node_scalar(&o->arena, "path");
    struct node *value = node_scalar(&o->arena, "file.txt");
    struct config_request request = {.component = c,
                                     .with = node_map(&o->arena, 1, &key, &value),
                                     .owner = "it",
                                     .services = &services,
                                     .host = &o->host};
    assert_int_equal(config_fill(&request, &o->diags, &o->config), PT_OK);
    assert_int_equal(o->vtable->create(&o->host, config_struct(o->config), &o->self, NULL), PT_OK);
}

static void close_source(struct opened *o)
{
    o->vtable->destroy(o->self);
    config_free(o->config);
    diags_release(&o->diags);
    arena_release(&o->arena);
}

static void plan_splits(const struct opened *o, struct seen *seen, uint64_t target)
{
    static const char *const names[] = {"value", "key"};
    pt_column_list columns = {.struct_size = sizeof columns, .n = 2, .names = names};
    pt_discovery discovery = {.struct_size = sizeof discovery, .ctx = seen, .schema = on_schema};
    pt_plan_request request = {.struct_size = sizeof request,
                               .n_hint = 2,
                               .target_bytes = target,
                               .ctx = seen,
                               .emit = on_split};
    assert_int_equal(o->vtable->discover(o->self, &discovery, NULL), PT_OK);
    assert_int_equal(seen->schema.n, 2);
    assert_int_equal(o->vtable->bind(o->self, (pt_bytes){0}, &columns, NULL), PT_OK);
    assert_int_equal(o->vtable->plan(o->self, &request, NULL), PT_OK);
}

static void test_template_source__reads_the_same_rows_however_it_is_cut(void **state)
{
    (void)state;
    for (uint64_t target = 3; target < 80; target += 4) {
        struct opened o;
        struct seen seen = {0};
        open_source(&o);
        plan_splits(&o, &seen, target);
        assert_true(target > 76 ? seen.n_splits == 1 : seen.n_splits >= 1);
        for (size_t i = 0; i < seen.n_splits; i++) {
            assert_int_equal(read_split(o.vtable, o.self, &seen, i, NULL), 0);
        }
        assert_string_equal(seen.keys, "apples,pears,plums,figs,apples,last,");
        assert_true(seen.sum == 1 + 2.5 - 4 + 8 + 16);
        assert_int_equal(seen.n_null, 1);
        assert_int_equal(seen.n_rejected, 2);
        assert_int_equal(seen.n_records, 8);
        assert_int_equal(seen.n_lines, 8);
        schema_release(&seen.schema);
        close_source(&o);
    }
}

static void test_template_source__passes_on_why_reading_failed(void **state)
{
    (void)state;
    struct opened o;
    struct seen seen = {0};
    struct pt_error err = ERROR_INIT;
    open_source(&o);
    plan_splits(&o, &seen, 1000);
    o.input.read = read_badly;
    assert_int_equal(read_split(o.vtable, o.self, &seen, 0, &err), PT_E_IO);
    assert_non_null(strstr(err.message, "the disk is gone"));
    schema_release(&seen.schema);
    close_source(&o);
}

static void test_template_source__refuses_columns_it_does_not_have(void **state)
{
    (void)state;
    static const char *const names[] = {"colour"};
    pt_column_list columns = {.struct_size = sizeof columns, .n = 1, .names = names};
    struct opened o;
    struct pt_error err = ERROR_INIT;
    open_source(&o);
    assert_int_equal(o.vtable->bind(o.self, (pt_bytes){0}, &columns, &err), PT_E_NOT_FOUND);
    assert_string_equal(err.message, "no column is named `colour`");
    close_source(&o);
}

static int open_registry(void **state)
{
    (void)state;
    struct registry_folder folder = {.path = fixture_folder("template-plugins")};
    return registry_open(&folder, 1, &registry, NULL);
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
        cmocka_unit_test(test_template_source__parses_lines),
        cmocka_unit_test(test_template_source__reads_the_same_rows_however_it_is_cut),
        cmocka_unit_test(test_template_source__passes_on_why_reading_failed),
        cmocka_unit_test(test_template_source__refuses_columns_it_does_not_have),
    };
    return cmocka_run_group_tests(tests, open_registry, close_registry);
}
