// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The starter sink over rows that the host exports: every type, nulls, characters to escape.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <portrait/sink.h>

#include "batch.h"
#include "config.h"
#include "host.h"
#include "host_bytes.h"
#include "mem.h"
#include "plugin_fixture.h"
#include "sweep.h"
#include "tab_file.h"

static struct registry *registry;

static void test_template_sink__escapes_fields(void **state)
{
    (void)state;
    char out[TAB_FILE_MOST(8)];
    uint64_t n = tab_file_escape((const uint8_t *)"a\tb\n\\\rz=", 8, out);
    assert_int_equal(n, 12);
    assert_memory_equal(out, "a\\tb\\n\\\\\\rz=", 12);
    assert_int_equal(tab_file_escape(NULL, 0, out), 0);
}

static pt_status keep(void *ctx, const void *data, uint64_t size, struct pt_error *err)
{
    if (!str_add_n(ctx, data, size)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory");
    }
    return PT_OK;
}

static bool make_table(struct table *t)
{
    static const char *const names[] = {"flag", "count", "score", "name", "born", "seen"};

    static const enum vec_type types[] = {VEC_BOOL, VEC_I64, VEC_F64, VEC_STR, VEC_DATE, VEC_TIME};

    *t = (struct table){.n_rows = 2};
    for (size_t c = 0; c < 6; c++) {
        struct column *column = table_add(t, names[c], types[c], true);
        if (column == NULL) {
            return false;
        }
        column->valid[0] = 1;
    }
    t->columns[0].b[0] = 1;
    t->columns[1].i[0] = -12;
    t->columns[2].f[0] = 0.1;
    t->columns[3].s[0] = text_of("tab\there");
    t->columns[4].i[0] = 20240;
    t->columns[5].i[0] = 1748736000500000;
    return true;
}

struct opened {
    struct config *config;
    pt_host host;
    const pt_sink_vtable *vtable;
    void *self;
};

static pt_status open_sink(struct opened *o, const char *header)
{
    const struct component_info *c = registry_find(registry, PT_KIND_SINK, "tab-file", NULL);
    struct diags diags = {0};
    struct arena arena = {0};
    *o = (struct opened){.vtable = c->vtable};
    host_table_init(&o->host, NULL);
    o->host.writer = host_writer_api();
    struct node *keys[] = {node_scalar(&arena, "path"), node_scalar(&arena, "header")};
    struct node *values[] = {node_scalar(&arena, "out/x.tsv"), node_scalar(&arena, header)};
    bool has_nodes = keys[0] != NULL && keys[1] != NULL && values[0] != NULL && values[1] != NULL;
    struct config_request request = {.component = c,
                                     .with = has_nodes ? node_map(&arena, 2, keys, values) : NULL,
                                     .owner = "it",
                                     .host = &o->host};
    pt_status status =
        request.with == NULL ? PT_E_NO_MEMORY : config_fill(&request, &diags, &o->config);
    if (status == PT_OK) {
        status = o->vtable->create(&o->host, config_struct(o->config), &o->self, NULL);
    }
    diags_release(&diags);
    arena_release(&arena);
    return status;
}

static void close_sink(struct opened *o)
{
    o->vtable->destroy(o->self);
    config_free(o->config);
}

static const struct export_column all_columns[] = {{0, NULL, false}, {1, NULL, false},
                                                   {2, NULL, false}, {3, NULL, false},
                                                   {4, NULL, false}, {5, NULL, false}};

// Renders the table in two batches of one row, or none of it.
static pt_status render(const struct opened *o, const struct table *t, bool has_rows,
                        struct str *out)
{
    pt_writer writer = {out, keep};
    struct ArrowSchema schema = {0};
    struct ArrowArray array = {0};
    struct export_request request = {.table = t, .columns = all_columns, .n_columns = 6};
    TRY(schema_export(&request, &schema, NULL));
    pt_sink_job job = {
        .struct_size = sizeof job, .shape = PT_SINK_FILE, .n_rows = 2, .schema = &schema};
    pt_status status = o->vtable->begin(o->self, &job, NULL);
    for (size_t row = 0; status == PT_OK && has_rows && row < 2; row++) {
        request.row_index = &row;
        request.n_rows = 1;
        status = batch_export(&request, NULL, &array, NULL);
        if (status == PT_OK) {
            status = o->vtable->render_file(o->self, &array, &writer, NULL);
            array.release(&array);
        }
    }
    if (status == PT_OK) {
        status = o->vtable->finish(o->self, &writer, NULL);
    }
    schema.release(&schema);
    return status;
}

static void expect_text(const char *header, bool has_rows, const char *expected)
{
    struct opened o;
    struct table t;
    struct str out = {0};
    assert_true(make_table(&t));
    assert_int_equal(open_sink(&o, header), PT_OK);
    assert_int_equal(render(&o, &t, has_rows, &out), PT_OK);
    assert_string_equal(str_get(&out), expected);
    assert_string_equal(o.vtable->path(o.self), "out/x.tsv");
    close_sink(&o);
    table_release(&t);
    str_release(&out);
}

#define HEADER "flag\tcount\tscore\tname\tborn\tseen\n"
#define ROWS "1\t-12\t0.1\ttab\\there\t2025-06-01\t2025-06-01T00:00:00.500Z\n\t\t\t\t\t\n"

static void test_template_sink__writes_every_type(void **state)
{
    (void)state;
    expect_text("true", true, HEADER ROWS);
    expect_text("false", true, ROWS);
    expect_text("true", false, HEADER);
    expect_text("false", false, "");
}

static bool write_all(void)
{
    struct opened o = {0};
    struct table t;
    struct str out = {0};
    pt_status status = make_table(&t) ? open_sink(&o, "true") : PT_E_NO_MEMORY;
    if (status == PT_OK) {
        status = render(&o, &t, true, &out);
    }
    if (o.vtable != NULL) {
        close_sink(&o);
    }
    table_release(&t);
    str_release(&out);
    assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
    return status == PT_OK;
}

static void test_template_sink__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(write_all) > 30);
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
        cmocka_unit_test(test_template_sink__escapes_fields),
        cmocka_unit_test(test_template_sink__writes_every_type),
        cmocka_unit_test(test_template_sink__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, open_registry, close_registry);
}
