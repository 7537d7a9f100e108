// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The starter model: learn, score, save, load, explain, and refuse bytes it did not write.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <portrait/model.h>

#include "base_rate.h"
#include "config.h"
#include "host.h"
#include "host_bytes.h"
#include "mem.h"
#include "plugin_fixture.h"

static struct registry *registry;

static void test_template_model__weighs_training_rows(void **state)
{
    (void)state;
    static const double label[] = {1, 0, 1, 1};
    static const double weight[] = {2, 1, 1, 5};
    static const uint8_t fold[] = {0, 0, 0, 1};
    struct base_rate a = {0};
    struct base_rate b = {0};
    base_rate_add(&a, label, weight, fold, 4);
    assert_true(base_rate_p(&a, 0) == 0.75);
    base_rate_add(&b, label, NULL, NULL, 4);
    base_rate_combine(&a, &b);
    assert_true(a.sum_weight == 8 && a.sum_label == 6);
    assert_true(base_rate_p(&a, 1) == 0.7);
    assert_true(base_rate_p(&(struct base_rate){0}, 0) == 0.5);
}

static pt_status give_block(void *ctx, uint32_t index, pt_block *out, pt_error *err)
{
    static const double labels[] = {1, 0, 0, 0, 1, 0};
    (void)ctx;
    (void)err;
    out->rows = 2;
    out->label = labels + (size_t)2 * index;
    return PT_OK;
}

// Two partitions, combined in order.
static pt_status map_reduce(const pt_run *run, uint64_t n, uint64_t state_size, pt_map_fn map,
                            pt_combine_fn combine, const void *arg, void *out, pt_error *err)
{
    double parts[2][8] = {{0}};
    (void)run;
    assert_true(state_size <= sizeof parts[0]);
    TRY(map(arg, 0, n / 2, parts[0], err));
    TRY(map(arg, n / 2, n, parts[1], err));
    memset(out, 0, state_size);
    combine(arg, out, parts[0]);
    combine(arg, out, parts[1]);
    return PT_OK;
}

// Bytes written, to be read again.
struct saved {
    uint8_t data[1024];
    uint64_t n;
};

static pt_status keep(void *ctx, const void *data, uint64_t size, struct pt_error *err)
{
    struct saved *s = ctx;
    if (size > sizeof s->data - s->n) {
        FAIL(err, PT_E_LIMIT, "too much");
    }
    memcpy(s->data + s->n, data, size);
    s->n += size;
    return PT_OK;
}

struct opened {
    struct config *config;
    pt_host host;
    const pt_model_vtable *vtable;
    void *self;
};

static void open_model(struct opened *o)
{
    const struct component_info *c = registry_find(registry, PT_KIND_MODEL, "base-rate", NULL);
    struct diags diags = {0};
    *o = (struct opened){.vtable = c->vtable};
    host_table_init(&o->host, NULL);
    o->host.writer = host_writer_api();
    o->host.reader = host_reader_api();
    struct config_request request = {.component = c, .owner = "it", .host = &o->host};
    assert_int_equal(config_fill(&request, &diags, &o->config), PT_OK);
    assert_int_equal(o->vtable->create(&o->host, config_struct(o->config), &o->self, NULL), PT_OK);
    diags_release(&diags);
}

static void close_model(struct opened *o)
{
    o->vtable->destroy(o->self);
    config_free(o->config);
}

static double predict_one(const struct opened *o)
{
    pt_block block = {.struct_size = sizeof block, .rows = 3};
    double out[3] = {-1, -1, -1};
    assert_int_equal(o->vtable->predict(o->self, &block, out, NULL), PT_OK);
    assert_true(out[0] == out[2]);
    return out[0];
}

static void test_template_model__learns_saves_and_loads(void **state)
{
    (void)state;
    struct opened o;
    struct opened other;
    struct saved bytes = {0};
    struct saved text = {0};
    pt_writer writer = {&bytes, keep};
    pt_writer text_writer = {&text, keep};
    pt_schema schema = {.struct_size = sizeof schema};
    pt_data data = {.struct_size = sizeof data, .n_blocks = 3, .n_rows = 6, .block = give_block};
    pt_run run = {.struct_size = sizeof run, .map_reduce = map_reduce};
    pt_model_needs needs = {.struct_size = sizeof needs};
    open_model(&o);
    open_model(&other);
    assert_int_equal(o.vtable->describe(o.self, &needs, NULL), PT_OK);
    assert_int_equal(needs.task, PT_TASK_BINARY);
    assert_int_equal(o.vtable->fit(o.self, &data, &run, NULL), PT_OK);
    assert_true(predict_one(&o) == 3.0 / 8);
    assert_int_equal(o.vtable->save(o.self, &writer, NULL), PT_OK);
    assert_memory_equal(bytes.data, "\0\0\0\0\0\0\xd8\x3f", 8);
    pt_reader reader = {bytes.data, bytes.n, 0};
    assert_int_equal(other.vtable->load(other.self, &schema, &reader, NULL), PT_OK);
    assert_true(predict_one(&other) == 3.0 / 8);
    assert_int_equal(other.vtable->explain(other.self, &text_writer, NULL), PT_OK);
    assert_memory_equal(text.data, "{\"p\": 0.375}", 12);
    close_model(&o);
    close_model(&other);
}

static void test_template_model__tells_reasons_and_exports(void **state)
{
    (void)state;
    static const char *const classes[] = {"no", "yes & more"};
    struct opened o;
    struct saved text = {0};
    pt_writer writer = {&text, keep};
    pt_schema schema = {.struct_size = sizeof schema, .n_classes = 2, .classes = classes};
    uint8_t quarter[8] = {0, 0, 0, 0, 0, 0, 0xd0, 0x3f};
    pt_reader reader = {quarter, 8, 0};
    pt_model_needs needs = {.struct_size = sizeof needs};
    open_model(&o);
    assert_int_equal(o.vtable->describe(o.self, &needs, NULL), PT_OK);
    assert_int_equal(needs.contributes, PT_CONTRIBUTES_LOG_ODDS);
    assert_int_equal(o.vtable->load(o.self, &schema, &reader, NULL), PT_OK);
    pt_block block = {.struct_size = sizeof block, .rows = 2, .cols = 1};
    double out[4] = {9, 9, 9, 9};
    assert_int_equal(o.vtable->contribute(o.self, &block, out, NULL), PT_OK);
    assert_true(out[0] == 0 && out[1] == 0 && out[2] == log(0.25 / 0.75) && out[3] == out[2]);
    assert_int_equal(o.vtable->export_as(o.self, PT_EXPORT_XGBOOST, &writer, NULL),
                     PT_E_UNSUPPORTED);
    assert_int_equal(o.vtable->export_as(o.self, PT_EXPORT_PMML, &writer, NULL), PT_OK);
    assert_string_equal(
        (const char *)text.data,
        "<RegressionModel functionName=\"classification\" normalizationMethod=\"logit\">\n"
        "<MiningSchema/>\n"
        "<RegressionTable intercept=\"-1.0986122886681098\" targetCategory=\"yes &amp; more\"/>\n"
        "<RegressionTable intercept=\"0\" targetCategory=\"no\"/></RegressionModel>");
    close_model(&o);
}

static void test_template_model__refuses_foreign_bytes(void **state)
{
    (void)state;
    static const double wrong[] = {-0.5, 1.5, 0, 1, NAN, INFINITY};
    struct opened o;
    pt_schema schema = {.struct_size = sizeof schema};
    open_model(&o);
    for (size_t i = 0; i < 6; i++) {
        uint8_t bytes[9] = {0};
        memcpy(bytes, &wrong[i], 8);
        pt_reader reader = {bytes, 8, 0};
        assert_int_equal(o.vtable->load(o.self, &schema, &reader, NULL), PT_E_DATA);
    }
    uint8_t half[9] = {0, 0, 0, 0, 0, 0, 0xe0, 0x3f, 0};
    pt_reader cut = {half, 7, 0};
    pt_reader long_one = {half, 9, 0};
    assert_int_equal(o.vtable->load(o.self, &schema, &cut, NULL), PT_E_DATA);
    assert_int_equal(o.vtable->load(o.self, &schema, &long_one, NULL), PT_E_DATA);
    assert_true(predict_one(&o) == 0.5);
    close_model(&o);
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
        cmocka_unit_test(test_template_model__weighs_training_rows),
        cmocka_unit_test(test_template_model__learns_saves_and_loads),
        cmocka_unit_test(test_template_model__tells_reasons_and_exports),
        cmocka_unit_test(test_template_model__refuses_foreign_bytes),
    };
    return cmocka_run_group_tests(tests, open_registry, close_registry);
}
