// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Plugins written from the headers alone, driven as a run drives them: a source into batches, a
// model through fit, save and load, sinks of both shapes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <portrait/model.h>
#include <portrait/sink.h>
#include <portrait/source.h>

#include "batch.h"
#include "config.h"
#include "host.h"
#include "mem.h"
#include "plugin_fixture.h"

static struct registry *registry;

static const struct component_info *find(pt_kind kind, const char *name)
{
    const struct component_info *c = registry_find(registry, kind, name, NULL);
    assert_non_null(c);
    return c;
}

// Bytes written and read back.
struct bytes {
    char data[256];
    size_t n;
    size_t at;
    bool is_full;
};

static pt_status write_bytes(pt_writer *writer, const void *data, uint64_t size, pt_error *err)
{
    struct bytes *b = (struct bytes *)(void *)writer;
    if (b->is_full || size > sizeof b->data - b->n) {
        FAIL(err, PT_E_IO, "full");
    }
    memcpy(b->data + b->n, data, (size_t)size);
    b->n += (size_t)size;
    return PT_OK;
}

static pt_status read_bytes(pt_reader *reader, void *buffer, uint64_t size, pt_error *err)
{
    struct bytes *b = (struct bytes *)(void *)reader;
    if (size > b->n - b->at) {
        FAIL(err, PT_E_DATA, "cut");
    }
    memcpy(buffer, b->data + b->at, (size_t)size);
    b->at += (size_t)size;
    return PT_OK;
}

static void init_host(pt_host *host)
{
    static const pt_writer_api writer = {.struct_size = sizeof writer, .write = write_bytes};
    static const pt_reader_api reader = {.struct_size = sizeof reader, .read = read_bytes};
    host_table_init(host, NULL);
    host->writer = &writer;
    host->reader = &reader;
}

// What a run keeps of a source.
struct seen {
    struct schema schema;
    char state[64];
    size_t n_state;
    char time[32];
    char note[64];
    int64_t splits[8][2];
    size_t n_splits;
    size_t n_rejected;
    uint64_t n_records;
};

static pt_status on_schema(void *ctx, struct ArrowSchema *schema, pt_error *err)
{
    struct seen *s = ctx;
    pt_status status = schema_import(schema, &s->schema, err);
    schema->release(schema);
    return status;
}

static pt_status on_time(void *ctx, const char *name, pt_error *err)
{
    struct seen *s = ctx;
    (void)err;
    snprintf(s->time, sizeof s->time, "%s", name);
    return PT_OK;
}

static pt_status on_state(void *ctx, pt_bytes state, pt_error *err)
{
    struct seen *s = ctx;
    (void)err;
    assert_true(state.size <= sizeof s->state);
    memcpy(s->state, state.data, state.size);
    s->n_state = state.size;
    return PT_OK;
}

static void on_note(void *ctx, const char *text)
{
    struct seen *s = ctx;
    snprintf(s->note, sizeof s->note, "%s", text);
}

static pt_status on_split(void *ctx, const pt_split *split, pt_error *err)
{
    struct seen *s = ctx;
    (void)err;
    assert_int_equal(split->data.size, sizeof s->splits[0]);
    memcpy(s->splits[s->n_splits++], split->data.data, sizeof s->splits[0]);
    return PT_OK;
}

static pt_status on_reject(void *ctx, const pt_reject *reject, pt_error *err)
{
    struct seen *s = ctx;
    (void)err;
    assert_string_equal(reject->reason, "every tenth");
    s->n_rejected++;
    return PT_OK;
}

static pt_status on_counted(void *ctx, uint64_t records, uint64_t lines, pt_error *err)
{
    struct seen *s = ctx;
    (void)err;
    assert_int_equal(records, lines);
    s->n_records += records;
    return PT_OK;
}

static pt_status discover_and_bind(const pt_source_vtable *v, void *self, struct seen *seen,
                                   const pt_column_list *columns)
{
    pt_discovery discovery = {.struct_size = sizeof discovery,
                              .ctx = seen,
                              .schema = on_schema,
                              .time_column = on_time,
                              .state = on_state,
                              .note = on_note};
    pt_plan_request request = {
        .struct_size = sizeof request, .n_hint = 2, .ctx = seen, .emit = on_split};
    TRY(v->discover(self, &discovery, NULL));
    TRY(v->bind(self, (pt_bytes){(const uint8_t *)seen->state, seen->n_state}, columns, NULL));
    return v->plan(self, &request, NULL);
}

// Reads one split to its end; returns the sum of column `id` and the number of rows.
static int64_t read_split(const pt_source_vtable *v, void *self, struct seen *seen, size_t split,
                          size_t *n_rows)
{
    pt_split piece = {.struct_size = sizeof piece,
                      .data = {(const uint8_t *)seen->splits[split], sizeof seen->splits[0]}};
    pt_split_run run = {.struct_size = sizeof run,
                        .batch_rows = 64,
                        .ctx = seen,
                        .reject = on_reject,
                        .counted = on_counted};
    struct ArrowArrayStream stream;
    struct ArrowSchema raw;
    struct schema schema = {0};
    struct batch batch = {0};
    int64_t sum = 0;
    assert_int_equal(v->open(self, &piece, &run, &stream, NULL), PT_OK);
    assert_int_equal(stream.get_schema(&stream, &raw), 0);
    assert_int_equal(schema_import(&raw, &schema, NULL), PT_OK);
    raw.release(&raw);
    for (;;) {
        struct ArrowArray array;
        struct pt_error err = ERROR_INIT;
        assert_int_equal(stream.get_next(&stream, &array), 0);
        if (array.release == NULL) {
            break;
        }
        if (batch_import(&batch, &schema, &array, true, &err) != PT_OK) {
            fail_msg("%s", err.message);
        }
        ptrdiff_t id = schema_find(&schema, "id");
        ptrdiff_t city = schema_find(&schema, "city");
        for (size_t i = 0; i < batch.n_rows; i++) {
            int64_t value = batch.columns[id].i[i];
            assert_true(text_is(vec_text(&batch.columns[city], i), value % 2 ? "Oslo" : "Rome"));
            sum += value;
        }
        *n_rows += batch.n_rows;
    }
    stream.release(&stream);
    batch_release(&batch);
    schema_release(&schema);
    return sum;
}

static void test_plugin_abi__a_source_fills_batches(void **state)
{
    (void)state;
    static const char *const names[] = {"city", "id"};
    const struct component_info *c = find(PT_KIND_SOURCE, "abi-source");
    const pt_source_vtable *v = c->vtable;
    pt_column_list columns = {.struct_size = sizeof columns, .n = 2, .names = names};
    struct seen seen = {0};
    struct diags diags = {0};
    struct arena arena = {0};
    struct config *config = NULL;
    pt_host host;
    void *self = NULL;
    struct node *key = node_scalar(&arena, "rows");
    struct node *value = node_scalar(&arena, "1000");
    host_table_init(&host, NULL);
    struct config_request request = {
        .component = c, .with = node_map(&arena, 1, &key, &value), .owner = "it", .host = &host};
    assert_int_equal(config_fill(&request, &diags, &config), PT_OK);
    assert_int_equal(v->create(&host, config_struct(config), &self, NULL), PT_OK);
    assert_int_equal(discover_and_bind(v, self, &seen, &columns), PT_OK);
    assert_int_equal(seen.schema.n, 3);
    assert_string_equal(seen.time, "at");
    assert_string_equal(seen.note, "counts from 0");
    assert_int_equal(seen.n_splits, 2);
    size_t n_rows = 0;
    int64_t sum = read_split(v, self, &seen, 1, &n_rows);
    sum += read_split(v, self, &seen, 0, &n_rows);
    assert_int_equal(n_rows, 900);
    assert_int_equal(seen.n_rejected, 100);
    assert_int_equal(seen.n_records, 1000);
    assert_int_equal(sum, 999 * 1000 / 2 - (9 * 100 + 10 * 99 * 100 / 2));
    v->destroy(self);
    v->destroy(NULL);
    config_free(config);
    schema_release(&seen.schema);
    arena_release(&arena);
    diags_release(&diags);
}

static pt_status give_block(void *ctx, uint32_t index, pt_block *out, pt_error *err)
{
    static const double labels[2][3] = {{1, 2, 3}, {4, 5, 0}};
    (void)ctx;
    (void)err;
    out->rows = index == 0 ? 3 : 2;
    out->label = labels[index];
    return PT_OK;
}

static void test_plugin_abi__a_model_learns_saves_and_loads(void **state)
{
    (void)state;
    const pt_model_vtable *v = find(PT_KIND_MODEL, "abi-model")->vtable;
    assert_null(v->renumber);
    pt_host host;
    struct bytes saved = {0};
    struct bytes text = {0};
    void *self = NULL;
    void *other = NULL;
    double out[2] = {0};
    pt_model_needs needs = {.struct_size = sizeof needs};
    pt_data data = {.struct_size = sizeof data, .n_blocks = 2, .n_rows = 5, .block = give_block};
    pt_block block = {.struct_size = sizeof block, .rows = 2};
    pt_schema schema = {.struct_size = sizeof schema};
    init_host(&host);
    assert_int_equal(v->create(&host, NULL, &self, NULL), PT_OK);
    assert_int_equal(v->describe(self, &needs, NULL), PT_OK);
    assert_int_equal(needs.task, PT_TASK_REGRESS);
    assert_int_equal(v->fit(self, &data, NULL, NULL), PT_OK);
    assert_int_equal(v->save(self, (pt_writer *)(void *)&saved, NULL), PT_OK);
    assert_int_equal(v->create(&host, NULL, &other, NULL), PT_OK);
    assert_int_equal(v->load(other, &schema, (pt_reader *)(void *)&saved, NULL), PT_OK);
    assert_int_equal(v->predict(other, &block, out, NULL), PT_OK);
    assert_true(out[0] == 3 && out[1] == 3);
    assert_int_equal(v->explain(other, (pt_writer *)(void *)&text, NULL), PT_OK);
    assert_memory_equal(text.data, "{\"mean\": 3}", 11);
    assert_int_equal(v->load(other, &schema, (pt_reader *)(void *)&saved, NULL), PT_E_DATA);
    v->destroy(self);
    v->destroy(other);
}

static void test_plugin_abi__a_file_sink_writes(void **state)
{
    (void)state;
    const pt_sink_vtable *v = find(PT_KIND_SINK, "abi-file")->vtable;
    pt_host host;
    struct bytes out = {0};
    struct pt_error err = ERROR_INIT;
    void *self = NULL;
    pt_sink_job job = {.struct_size = sizeof job, .shape = PT_SINK_FILE, .n_rows = 3};
    struct ArrowArray batch = {.length = 3};
    init_host(&host);
    assert_int_equal(v->create(&host, NULL, &self, NULL), PT_OK);
    assert_int_equal(v->begin(self, &job, NULL), PT_OK);
    assert_int_equal(v->render_file(self, &batch, (pt_writer *)(void *)&out, NULL), PT_OK);
    assert_int_equal(v->finish(self, (pt_writer *)(void *)&out, NULL), PT_OK);
    assert_memory_equal(out.data, "...\n", 4);
    out.is_full = true;
    assert_int_equal(v->render_file(self, &batch, (pt_writer *)(void *)&out, &err), PT_E_IO);
    assert_string_equal(err.message, "full");
    job.n_rows = 2000000;
    assert_int_equal(v->begin(self, &job, &err), PT_E_LIMIT);
    assert_string_equal(err.message, "too many rows");
    v->destroy(self);
}

static pt_status take_body(void *ctx, pt_bytes body, const char *content_type, uint64_t first_row,
                           uint64_t n_rows, pt_error *err)
{
    struct bytes *b = ctx;
    assert_string_equal(content_type, "text/plain");
    assert_int_equal(n_rows, 1);
    assert_int_equal(first_row, b->n / 3);
    return write_bytes((pt_writer *)(void *)b, body.data, body.size, err);
}

static const char *give_id(void *ctx, uint64_t row)
{
    (void)ctx;
    return row == 0 ? "id0" : "id1";
}

static pt_status take_target(void *ctx, const char *method, const char *url, pt_error *err)
{
    struct bytes *b = ctx;
    (void)err;
    b->n += (size_t)snprintf(b->data + b->n, sizeof b->data - b->n, "%s %s\n", method, url);
    return PT_OK;
}

static pt_status take_header(void *ctx, const char *name, const char *value, pt_error *err)
{
    struct bytes *b = ctx;
    (void)err;
    b->n += (size_t)snprintf(b->data + b->n, sizeof b->data - b->n, "%s: %s\n", name, value);
    return PT_OK;
}

static void test_plugin_abi__a_delivery_sink_renders_and_judges(void **state)
{
    (void)state;
    const pt_sink_vtable *v = find(PT_KIND_SINK, "abi-delivery")->vtable;
    pt_host host;
    struct bytes bodies = {0};
    struct bytes sent = {0};
    void *self = NULL;
    uint64_t wait_ms = 9;
    pt_sink_job job = {.struct_size = sizeof job, .shape = PT_SINK_DELIVERY, .n_rows = 2};
    pt_body_out out = {
        .struct_size = sizeof out, .ctx = &bodies, .body = take_body, .delivery_id = give_id};
    pt_request_out request = {
        .struct_size = sizeof request, .ctx = &sent, .target = take_target, .header = take_header};
    pt_frozen_body frozen = {.struct_size = sizeof frozen, .id = "abc"};
    host_table_init(&host, NULL);
    assert_int_equal(v->create(&host, NULL, &self, NULL), PT_OK);
    assert_int_equal(v->begin(self, &job, NULL), PT_OK);
    assert_int_equal(v->render_bodies(self, &(struct ArrowArray){.length = 2}, &out, NULL), PT_OK);
    assert_int_equal(v->finish(self, NULL, NULL), PT_OK);
    assert_memory_equal(bodies.data, "id0id1", 6);
    assert_int_equal(v->request(self, &frozen, &request, NULL), PT_OK);
    assert_string_equal(sent.data, "POST https://example.org/\nwebhook-id: abc\n");

    static const struct {
        int32_t status;
        pt_verdict verdict;
    } cases[] = {{204, PT_VERDICT_ACCEPTED}, {404, PT_VERDICT_REJECTED}, {0, PT_VERDICT_RETRY}};

    for (size_t i = 0; i < 3; i++) {
        pt_http_response answer = {.struct_size = sizeof answer, .status = cases[i].status};
        assert_int_equal(v->verdict(self, &answer, 0, &wait_ms), cases[i].verdict);
        assert_int_equal(wait_ms, 0);
    }
    v->destroy(self);
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
        cmocka_unit_test(test_plugin_abi__a_source_fills_batches),
        cmocka_unit_test(test_plugin_abi__a_model_learns_saves_and_loads),
        cmocka_unit_test(test_plugin_abi__a_file_sink_writes),
        cmocka_unit_test(test_plugin_abi__a_delivery_sink_renders_and_judges),
    };
    return cmocka_run_group_tests(tests, open_registry, close_registry);
}
