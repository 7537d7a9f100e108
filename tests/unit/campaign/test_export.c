// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a sink is handed, in which order, and what happens to sinks that do not keep the contract.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "fault.h"
#include "host_bytes.h"
#include "people.h"
#include "scratch.h"

enum vice {
    VICE_NONE,
    VICE_FORGETS_LAST,
    VICE_REPEATS_FIRST,
    VICE_BEYOND,
    VICE_EMPTY_BODY,
    VICE_FAILS_BEGIN,
    VICE_FAILS_RENDER,
    VICE_FAILS_FINISH,
};

// A sink that notes what it sees.
struct spy {
    enum vice vice;
    struct str seen;
    size_t group; // rows a body
};

static void note_schema(struct spy *s, const pt_sink_job *job)
{
    str_addf(&s->seen, "begin %d %s/%s/%s/%s rows=%llu", job->shape, job->pipeline,
             job->audience == NULL ? "-" : job->audience, job->sink, job->wave,
             (unsigned long long)job->n_rows);
    for (int64_t i = 0; i < job->schema->n_children; i++) {
        str_addf(&s->seen, " %s:%s%s", job->schema->children[i]->name,
                 job->schema->children[i]->format,
                 job->schema->children[i]->metadata == NULL ? "" : "!");
    }
    str_add_char(&s->seen, '\n');
}

static pt_status spy_begin(void *self, const pt_sink_job *job, pt_error *err)
{
    struct spy *s = self;
    if (s->vice == VICE_FAILS_BEGIN) {
        return error_set(err, PT_E_CONFIG, "will not begin");
    }
    note_schema(s, job);
    return s->seen.failed ? error_set(err, PT_E_NO_MEMORY, "no memory for a note") : PT_OK;
}

static pt_status spy_render_file(void *self, const struct ArrowArray *batch, pt_writer *writer,
                                 pt_error *err)
{
    struct spy *s = self;
    const int64_t *offsets = batch->children[0]->buffers[1];
    const char *text = batch->children[0]->buffers[2];
    if (s->vice == VICE_FAILS_RENDER) {
        return error_set(err, PT_E_DATA, "will not render");
    }
    return host_writer_api()->write(writer, text, (uint64_t)offsets[batch->length], err);
}

static pt_status spy_render_bodies(void *self, const struct ArrowArray *batch,
                                   const pt_body_out *out, pt_error *err)
{
    struct spy *s = self;
    uint64_t n = (uint64_t)batch->length;
    uint64_t end = s->vice == VICE_FORGETS_LAST ? n - 1 : n;
    for (uint64_t row = 0; row < end; row += s->group) {
        uint64_t rows = end - row < s->group ? end - row : s->group;
        const char *name = out->profile(out->ctx, row);
        const pt_bytes body = {(const uint8_t *)name, strlen(name)};
        rows = s->vice == VICE_EMPTY_BODY ? 0 : rows;
        rows = s->vice == VICE_BEYOND ? n + 1 : rows;
        TRY(out->body(out->ctx, body, "text/plain", s->vice == VICE_REPEATS_FIRST ? 0 : row, rows,
                      err));
        str_addf(&s->seen, "body %s %s %llu\n", name, out->delivery_id(out->ctx, row),
                 (unsigned long long)rows);
    }
    assert_null(out->profile(out->ctx, n));
    assert_null(out->delivery_id(out->ctx, n));
    return s->seen.failed ? error_set(err, PT_E_NO_MEMORY, "no memory for a note") : PT_OK;
}

static pt_status spy_finish(void *self, pt_writer *writer, pt_error *err)
{
    struct spy *s = self;
    if (s->vice == VICE_FAILS_FINISH) {
        return error_set(err, PT_E_DATA, "will not finish");
    }
    return writer == NULL ? PT_OK : host_writer_api()->write(writer, ".", 1, err);
}

static const pt_sink_vtable *spy_sink(void)
{
    static const pt_sink_vtable sink = {.struct_size = sizeof sink,
                                        .begin = spy_begin,
                                        .render_file = spy_render_file,
                                        .render_bodies = spy_render_bodies,
                                        .finish = spy_finish};
    return &sink;
}

struct scene {
    struct people people;
    struct spy spy;
    struct export_column columns[3];
    struct export_job job;
    struct scratch s;
    unsigned next;
};

static void scene_init(struct scene *x, size_t n)
{
    memset(x, 0, sizeof *x);
    scratch_init(&x->s);
    people_init(&x->people, n, "C%zu;");
    int64_t *numbers = calloc(n + 1, sizeof *numbers);
    const char **cities = calloc(n + 1, sizeof *cities);
    people_add_i64(&x->people, "n", numbers);
    people_add_text(&x->people, "city", cities);
    free(numbers);
    free(cities);
    x->columns[0] = (struct export_column){.column = 0, .name = "who"};
    x->columns[1] = (struct export_column){.column = 2, .is_guard_exempt = true};
    x->columns[2] = (struct export_column){.column = 1};
    x->spy.group = 2;
    x->job = (struct export_job){.sink = spy_sink(),
                                 .self = &x->spy,
                                 .pipeline = "shop",
                                 .name = "sink",
                                 .wave = "w",
                                 .table = &x->people.table,
                                 .columns = x->columns,
                                 .n_columns = 3};
}

static void scene_release(struct scene *x)
{
    str_release(&x->spy.seen);
    people_release(&x->people);
    scratch_release(&x->s);
}

static pt_status publish_once(void *arg, struct pt_error *err)
{
    struct scene *x = arg;
    char path[160];
    struct publish *p = NULL;
    snprintf(path, sizeof path, "%s/f%u", x->s.folder, x->next++);
    str_release(&x->spy.seen);
    TRY(publish_begin(path, "run1", 0, &p, err));
    pt_status status = export_publish(&x->job, p, err);
    if (status == PT_OK) {
        status = publish_commit(p, err);
    }
    publish_free(p);
    size_t n = 0;
    char *text = scratch_read(path, &n);
    assert_true(status != PT_OK || text != NULL);
    if (text != NULL) { // complete or absent
        assert_string_equal(text, "C0;C1;C2;C3;C4;.");
    }
    free(text);
    str_release(&x->spy.seen);
    return status;
}

static pt_status freeze_once(void *arg, struct pt_error *err)
{
    struct scene *x = arg;
    char folder[160];
    struct delivery_freezer *f = NULL;
    snprintf(folder, sizeof folder, "%s/d%u", x->s.folder, x->next++);
    str_release(&x->spy.seen);
    TRY(delivery_freezer_new(folder, "run1", &f, err));
    pt_status status = export_bodies(&x->job, f, err);
    delivery_freezer_free(f);
    return status;
}

static pt_status freeze_and_forget(void *arg, struct pt_error *err)
{
    struct scene *x = arg;
    pt_status status = freeze_once(arg, err);
    str_release(&x->spy.seen);
    return status;
}

static void test_export__a_file_from_begin_to_finish(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 5);
    struct pt_error err = ERROR_INIT;
    for (size_t batch = 0; batch < 7; batch++) {
        x.job.batch_rows = batch;
        assert_int_equal(publish_once(&x, &err), PT_OK);
    }
    scene_release(&x);
}

static void test_export__the_job_is_told(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 5);
    struct pt_error err = ERROR_INIT;
    x.job.audience = "spring";
    x.job.rows = (size_t[]){4, 0, 2};
    x.job.n_rows = 3;
    assert_int_equal(freeze_once(&x, &err), PT_OK);
    char ids[2][DELIVERY_ID_CHARS];
    const struct delivery_key key = {"shop", "spring", "sink", "w"};
    assert_int_equal(delivery_id(&key, text_of("C4;"), ids[0], NULL), PT_OK);
    assert_int_equal(delivery_id(&key, text_of("C2;"), ids[1], NULL), PT_OK);
    char expected[256];
    snprintf(expected, sizeof expected,
             "begin 2 shop/spring/sink/w rows=3 who:U city:U! n:l\nbody C4; %s 2\nbody C2; %s 1\n",
             ids[0], ids[1]);
    assert_string_equal(str_get(&x.spy.seen), expected);
    scene_release(&x);
}

static void test_export__bodies_carry_each_row_once(void **state)
{
    (void)state;

    static const enum vice vices[] = {VICE_FORGETS_LAST, VICE_REPEATS_FIRST, VICE_BEYOND,
                                      VICE_EMPTY_BODY};

    for (size_t i = 0; i < sizeof vices / sizeof vices[0]; i++) {
        struct scene x;
        struct pt_error err = ERROR_INIT;
        scene_init(&x, 5);
        x.spy.vice = vices[i];
        assert_int_equal(freeze_once(&x, &err), PT_E_INTERNAL);
        assert_non_null(strstr(err.message, "sink `sink`"));
        scene_release(&x);
    }
}

static void test_export__failures_of_the_sink_pass_through(void **state)
{
    (void)state;
    struct scene x;
    struct pt_error err = ERROR_INIT;
    scene_init(&x, 5);
    x.spy.vice = VICE_FAILS_BEGIN;
    assert_int_equal(publish_once(&x, &err), PT_E_CONFIG);
    assert_int_equal(freeze_once(&x, &err), PT_E_CONFIG);
    x.spy.vice = VICE_FAILS_RENDER;
    assert_int_equal(publish_once(&x, &err), PT_E_DATA);
    assert_string_equal(err.message, "will not render");
    x.spy.vice = VICE_FAILS_FINISH;
    assert_int_equal(publish_once(&x, &err), PT_E_DATA);
    assert_int_equal(freeze_once(&x, &err), PT_E_DATA);
    x.spy.vice = VICE_NONE;
    const pt_sink_vtable empty = {.struct_size = sizeof empty};
    x.job.sink = &empty;
    assert_int_equal(publish_once(&x, &err), PT_E_INVALID);
    assert_int_equal(freeze_once(&x, &err), PT_E_INVALID);
    x.job.sink = spy_sink();
    x.job.profile = 1;
    assert_int_equal(freeze_once(&x, &err), PT_E_INVALID);
    volatile int cancelled = 1;
    x.job.profile = 0;
    x.job.cancelled = &cancelled;
    assert_int_equal(publish_once(&x, &err), PT_E_CANCELLED);
    assert_int_equal(freeze_once(&x, &err), PT_E_CANCELLED);
    scene_release(&x);
}

static void test_export__nobody(void **state)
{
    (void)state;
    struct scene x;
    struct pt_error err = ERROR_INIT;
    scene_init(&x, 0);
    assert_int_equal(freeze_once(&x, &err), PT_OK);
    assert_string_equal(str_get(&x.spy.seen), "begin 2 shop/-/sink/w rows=0 who:U city:U! n:l\n");
    scene_release(&x);
}

static void test_export__every_failure_is_clean(void **state)
{
    (void)state;
    struct scene x;
    scene_init(&x, 5);
    x.job.batch_rows = 2;
    assert_true(fault_sweep_memory(publish_once, NULL, &x) > 10);
    assert_true(fault_sweep_memory(freeze_and_forget, NULL, &x) > 20);
    assert_true(fault_sweep_calls(publish_once, NULL, &x, ENOSPC) > 5);
    assert_true(fault_sweep_calls(freeze_and_forget, NULL, &x, EIO) > 10);
    scene_release(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export__a_file_from_begin_to_finish),
        cmocka_unit_test(test_export__the_job_is_told),
        cmocka_unit_test(test_export__bodies_carry_each_row_once),
        cmocka_unit_test(test_export__failures_of_the_sink_pass_through),
        cmocka_unit_test(test_export__nobody),
        cmocka_unit_test(test_export__every_failure_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
