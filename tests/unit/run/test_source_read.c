// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Reading a source that lies: every broken promise is told as the plugin's, none is believed.
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <portrait/source.h>

#include "mem.h"
#include "registry.h"
#include "source_instance.h"
#include "sweep.h"

static struct registry *registry;

struct taken {
    _Atomic uint64_t rows;
    _Atomic uint32_t begun, ended, whole;
};

static pt_status begin(void *ctx, uint32_t ordinal, void **split_ctx, struct pt_error *err)
{
    struct taken *t = ctx;
    (void)ordinal;
    (void)err;
    t->begun++;
    *split_ctx = ctx;
    return PT_OK;
}

static pt_status take(void *ctx, const struct vec *columns, size_t n_rows, uint64_t first_row,
                      struct pt_error *err)
{
    struct taken *t = ctx;
    (void)first_row;
    (void)err;
    for (size_t i = 0; i < n_rows; i++) { // every value is looked at, for the sanitizers
        assert_true(vec_text(&columns[0], i).n == 3);
        assert_true(vec_text(&columns[1], i).n >= 3);
        assert_true(columns[2].i[i] < 10);
    }
    t->rows += n_rows;
    return PT_OK;
}

static pt_status end(void *ctx, bool is_whole, struct pt_error *err)
{
    struct taken *t = ctx;
    (void)err;
    t->ended++;
    t->whole += is_whole;
    return PT_OK;
}

struct outcome {
    pt_status opened;
    pt_status status;
    struct pt_error err;
    struct taken taken;
    struct source_counts counts;
    size_t n_notes;
};

static pt_status config_of(const struct component_info *c, const struct host_services *host,
                           const char *fault, struct config **out)
{
    struct arena arena = {0};
    struct diags diags = {0};
    struct node *keys[] = {node_scalar(&arena, "fault")};
    struct node *values[] = {node_scalar(&arena, fault)};
    const struct node *with =
        keys[0] == NULL || values[0] == NULL ? NULL : node_map(&arena, 1, keys, values);
    const struct config_request request = {.component = c,
                                           .with = with,
                                           .owner = "source `x`",
                                           .services = host_services_config(host),
                                           .host = host_services_table(host)};
    pt_status status = with == NULL ? PT_E_NO_MEMORY : config_fill(&request, &diags, out);
    diags_release(&diags);
    arena_release(&arena);
    return status;
}

static void read_all(struct source_instance *s, struct outcome *o, uint32_t threads, uint64_t limit)
{
    static const uint8_t used[] = {1, 1, 1};
    struct pool *pool = NULL;
    o->status = source_instance_bind(s, used, &o->err);
    if (o->status == PT_OK) {
        o->status = pool_new(threads, &pool, &o->err);
    }
    if (o->status == PT_OK) {
        const struct source_read read = {.source = s,
                                         .name = "x",
                                         .pool = pool,
                                         .max_record = 1 << 20,
                                         .row_limit = limit,
                                         .taker = {&o->taken, begin, take, end}};
        o->status = source_read_all(&read, &o->counts, &o->err);
    }
    pool_free(pool);
    quarantine_free(o->counts.rejects);
    o->counts.rejects = NULL;
}

static void run(const char *fault, uint32_t threads, uint64_t limit, struct outcome *o)
{
    *o = (struct outcome){.opened = PT_E_NO_MEMORY};
    const struct host_settings settings = {.folder = "/tmp"};
    struct host_services *host = NULL;
    struct config *config = NULL;
    struct source_instance s = {0};
    const struct component_info *c = registry_find(registry, PT_KIND_SOURCE, "lying", &o->err);
    assert_non_null(c);
    if (host_services_new(&settings, &host, &o->err) == PT_OK &&
        config_of(c, host, fault, &config) == PT_OK) {
        o->opened = source_instance_open(&s, c, config, host_services_table(host), NULL, &o->err);
    }
    o->status = o->opened;
    if (o->opened == PT_OK) {
        o->n_notes = s.n_notes;
        read_all(&s, o, threads, limit);
        source_instance_close(&s);
    }
    host_services_free(host);
}

static void test_source_read__honest(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads < 4; threads++) {
        struct outcome o;
        run("none", threads, 0, &o);
        assert_int_equal(o.status, PT_OK);
        assert_int_equal(o.counts.good, 18);
        assert_int_equal(o.counts.rejected, 2);
        assert_int_equal(o.counts.splits, 2);
        assert_int_equal(o.taken.rows, 18);
        assert_true(o.taken.begun == 2 && o.taken.ended == 2 && o.taken.whole == 2);
    }
}

static void test_source_read__row_limit(void **state)
{
    (void)state;
    struct outcome o;
    run("none", 2, 5, &o);
    assert_int_equal(o.status, PT_OK);
    assert_int_equal(o.taken.rows, 5);
    assert_int_equal(o.taken.begun, 1);
    run("none", 2, 12, &o);
    assert_int_equal(o.taken.rows, 12);
    run("none", 2, 1000, &o);
    assert_int_equal(o.taken.rows, 18);
}

// Odd but allowed.
static void test_source_read__oddities(void **state)
{
    (void)state;
    struct outcome o;
    run("no splits", 2, 0, &o);
    assert_int_equal(o.status, PT_OK);
    assert_int_equal(o.taken.rows, 0);
    run("note first", 2, 0, &o);
    assert_int_equal(o.status, PT_OK);
    assert_int_equal(o.n_notes, 1);
    run("no reason", 2, 0, &o);
    assert_int_equal(o.status, PT_OK);
    run("no excerpt", 2, 0, &o);
    assert_int_equal(o.status, PT_OK);
}

static void test_source_read__lies(void **state)
{
    (void)state;

    static const struct {
        const char *fault;
        pt_status status;
        const char *message;
    } cases[] = {
        {"more", PT_E_INTERNAL, "counted 11 records"},
        {"fewer", PT_E_INTERNAL, "counted 9 records"},
        {"no count", PT_E_INTERNAL, "counted 0 records"},
        {"unknown status", PT_E_INTERNAL, ""},
        {"bad text", PT_E_INTERNAL, "`id`"},
        {"negative length", PT_E_INTERNAL, "length -1"},
        {"long batch", PT_E_INTERNAL, "`id`"},
        {"short column", PT_E_INTERNAL, "`id`"},
        {"falling offsets", PT_E_INTERNAL, "`id`"},
        {"negative offset", PT_E_INTERNAL, "`id`"},
        {"far code", PT_E_INTERNAL, "`kind`"},
        {"negative code", PT_E_INTERNAL, "`kind`"},
        {"no values", PT_E_INTERNAL, "`n`"},
        {"one buffer", PT_E_INTERNAL, "`n`"},
        {"false nulls", PT_E_INTERNAL, "`n`"},
        {"no children", PT_E_INTERNAL, "0 columns"},
        {"large split", PT_E_LIMIT, "65537 bytes"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outcome o;
        int64_t blocks = mem_live_blocks();
        run(cases[i].fault, 1, 0, &o);
        if (o.status != cases[i].status || strstr(o.err.message, cases[i].message) == NULL) {
            print_error("%s: status %d: %s\n", cases[i].fault, o.status, o.err.message);
        }
        assert_int_equal(o.opened, PT_OK);
        assert_int_equal(o.status, cases[i].status);
        assert_non_null(strstr(o.err.message, cases[i].message));
        assert_int_equal(o.taken.begun, o.taken.ended);
        assert_int_equal(o.counts.good, 0);
        assert_int_equal(mem_live_blocks(), blocks);
    }
}

static void test_source_read__lies_of_discovery(void **state)
{
    (void)state;

    static const struct {
        const char *fault;
        pt_status status;
    } cases[] = {{"no schema", PT_E_DATA},
                 {"silent", PT_E_DATA},
                 {"two schemas", PT_E_STATE},
                 {"no such time", PT_E_INTERNAL},
                 {"large state", PT_E_LIMIT}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outcome o;
        int64_t blocks = mem_live_blocks();
        run(cases[i].fault, 1, 0, &o);
        assert_int_equal(o.opened, cases[i].status);
        assert_true(o.err.message[0] != '\0');
        assert_int_equal(mem_live_blocks(), blocks);
    }
}

static bool scenario(void)
{
    struct outcome o;
    run("note first", 1, 0, &o);
    assert_true(o.status == PT_OK || o.status == PT_E_NO_MEMORY);
    return o.status == PT_OK;
}

static void test_source_read__out_of_memory(void **state)
{
    (void)state;
    uint64_t n_failed = 0;
    bool was_reached = true;
    for (uint64_t at = 1; was_reached; at++) {
        int64_t blocks = mem_live_blocks();
        mem_fault_arm(at, false);
        bool succeeded = scenario();
        was_reached = mem_fault_calls() >= at;
        mem_fault_arm(0, false);
        assert_int_equal(mem_live_blocks(), blocks);
        n_failed += !succeeded;
    }
    assert_true(n_failed > 30);
}

static int set_up(void **state)
{
    (void)state;
    char folder[1024];
    snprintf(folder, sizeof folder, "%s/tests/torture-plugins", getenv("PORTRAIT_BUILD"));
    const struct registry_folder folders[] = {{.path = folder, .is_extra = true}};
    struct pt_error err = ERROR_INIT;
    return registry_open(folders, 1, &registry, &err) != PT_OK;
}

static int tear_down(void **state)
{
    (void)state;
    registry_free(registry);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_source_read__honest),
        cmocka_unit_test(test_source_read__row_limit),
        cmocka_unit_test(test_source_read__oddities),
        cmocka_unit_test(test_source_read__lies),
        cmocka_unit_test(test_source_read__lies_of_discovery),
        cmocka_unit_test(test_source_read__out_of_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
