// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Whole files: every section into its struct, every fault in one go.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "faults.h"
#include "fsys.h"
#include "mem.h"
#include "pipeline.h"
#include "sweep.h"

static char path[] = "/tmp/portrait-pipeline-XXXXXX";

static const char whole[] =
    "portrait: 1\n"
    "name: spring-2\n"
    "as_of: 2025-06-01T00:00:00Z\n"
    "train: {as_of: [2025-05-01T00:00:00Z, 2025-04-01T00:00:00Z]}\n"
    "timezone: Europe/Oslo\n"
    "seed: 9\n"
    "memory: 64MiB\n"
    "max_bad: 1%\n"
    "wave: w7\n"
    "population: consent = 1\n"
    "deliver_backtest: true\n"
    "vars: {d: x}\n"
    "sources:\n"
    "  crm: {plugin: crm-csv, with: {path: \"${var:d}\"}, where: id > 0, "
    "time: none, static: [city], consents: {mail: yes_mail}, max_record: "
    "2KiB}\n"
    "  web: {plugin: weblog, network: {hosts: [a.example, '[::1]:80'], allow_http: true}}\n"
    "events:\n"
    "  view: {from: web, where: status = 200}\n"
    "identity:\n"
    "  namespaces:\n"
    "    customer: {class: person, known_in: crm}\n"
    "    mail: {class: contact, normalize: email, reject: [none]}\n"
    "  rows: {crm: {customer: id, mail: mail}, web: {customer: user}}\n"
    "  limits: {ids_per_profile: 7, shared_device: anonymous}\n"
    "features:\n"
    "  hits: {from: [view, web], count: rows, within: 7d, where: a = 1}\n"
    "  spent: {from: crm, sum: price, default: 0}\n"
    "derive: {ratio: spent / hits}\n"
    "labels:\n"
    "  buys: {from: view, exists: true, after: 30d, gap: 1d}\n"
    "models:\n"
    "  m: {plugin: logreg, with: {lambda: 2}, inputs: [hits, spent], exclude: "
    "spent, label: buys, seed: 3, prepare: {log1p: hits, scale: standard, "
    "impute: mean, categories: 5, drop_first: true}, evaluate: {test: 20%, "
    "folds: 5}}\n"
    "audiences:\n"
    "  all: {where: m.p > 0, consent: mail, suppress: x.csv, order_by: [m.p "
    "DESC, hits], limit: 10, hold_out: 5%, salt: s}\n"
    "sinks:\n"
    "  f: {plugin: campaign-csv, from: all, with: {path: o.csv}}\n";

static pt_status load(const char *yaml, struct diags *diags, struct pipeline **out)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(yaml, f) >= 0 && fclose(f) == 0);
    return pipeline_load(path, NULL, diags, out);
}

static void test_pipeline__times_without_a_zone_are_its_own(void **state)
{
    (void)state;
    static const char *const zones[] = {"Asia/Shanghai", "+08:00"};
    static const char *const times[] = {"2025-06-01", "2025-06-01T00:00:00",
                                        "2025-06-01 00:00:00.000", "2025-05-31T16:00:00Z"};
    for (size_t i = 0; i < 8; i++) {
        char yaml[256];
        struct diags diags = {0};
        struct pipeline *p = NULL;
        snprintf(yaml, sizeof yaml,
                 "portrait: 1\nname: x\nas_of: %s\ntimezone: '%s'\n"
                 "train: {as_of: [2025-05-01, 2025-04-01]}\nsources: {s: {plugin: p}}\n",
                 times[i % 4], zones[i / 4]);
        assert_int_equal(load(yaml, &diags, &p), PT_OK);
        assert_int_equal(p->as_of_us, INT64_C(1748707200) * US_PER_SECOND);
        assert_int_equal(p->train_us[1], p->as_of_us - 31 * US_PER_DAY);
        assert_int_equal(p->train[1]->at.column, 17); // sorted with their places
        assert_int_equal(p->train[0]->at.column, 29);
        pipeline_free(p);
        diags_release(&diags);
    }
}

static void test_pipeline__inputs(void **state)
{
    (void)state;
    struct diags diags = {0};
    struct pipeline *p = NULL;
    assert_int_equal(load(whole, &diags, &p), PT_OK);
    assert_string_equal(p->folder, "/tmp");
    assert_string_equal(p->name, "spring-2");
    assert_true(p->has_as_of && p->n_train == 2 && p->train_us[0] < p->train_us[1]);
    assert_int_equal(p->as_of_us - p->train_us[1], INT64_C(31) * US_PER_DAY);
    assert_string_equal(p->timezone, "Europe/Oslo");
    assert_int_equal(p->seed, 9);
    assert_int_equal(p->memory_bytes, 64 << 20);
    assert_true(p->max_bad == 0.01 && p->deliver_backtest && p->population != NULL);
    assert_string_equal(p->wave, "w7");
    assert_int_equal(p->n_sources, 2);
    const struct pipeline_source *crm = &p->sources[0];
    assert_string_equal(node_get(crm->with, "path")->text.p, "x");
    assert_true(crm->where != NULL && crm->time != NULL && crm->statics.n == 1);
    assert_int_equal(crm->n_consents, 1);
    assert_int_equal(crm->max_record, 2048);
    assert_int_equal(p->sources[1].max_record, 1 << 20);
    assert_int_equal(crm->network.hosts.n, 0);
    const struct pipeline_network *network = &p->sources[1].network;
    assert_int_equal(network->hosts.n, 2);
    assert_string_equal(network->hosts.items[1]->text.p, "[::1]:80");
    assert_true(network->allow_http && !network->allow_private);
    assert_int_equal(p->n_events, 1);
    assert_string_equal(p->events[0].from->text.p, "web");
    assert_int_equal(p->n_namespaces, 2);
    assert_true(p->namespaces[1].has_reject && p->namespaces[1].normalize != NULL);
    assert_int_equal(p->n_rows, 2);
    assert_int_equal(p->rows[0].n_ids, 2);
    assert_true(p->ids_per_profile == 7 && p->is_shared_anonymous);
    pipeline_free(p);
    diags_release(&diags);
}

static void test_pipeline__outputs(void **state)
{
    (void)state;
    struct diags diags = {0};
    struct pipeline *p = NULL;
    assert_int_equal(load(whole, &diags, &p), PT_OK);
    assert_int_equal(p->n_features, 2);
    assert_int_equal(p->features[0].from.n, 2);
    assert_string_equal(p->features[0].aggregate->text.p, "count");
    assert_int_equal(p->features[0].within_us, 7 * US_PER_DAY);
    assert_int_equal(p->features[1].within_us, -1);
    assert_true(p->features[1].default_ != NULL && p->n_derive == 1);
    assert_int_equal(p->labels[0].after_us, 30 * US_PER_DAY);
    assert_int_equal(p->labels[0].gap_us, US_PER_DAY);
    const struct pipeline_model *m = &p->models[0];
    assert_true(m->inputs.n == 2 && m->exclude.n == 1 && m->log1p.n == 1 && m->drop_first);
    assert_true(m->folds == 5 && m->seed == 3 && m->test != NULL && m->load == NULL);
    const struct pipeline_audience *a = &p->audiences[0];
    assert_true(a->order_by.n == 2 && a->suppress.n == 1 && a->hold_out == 0.05);
    assert_string_equal(a->salt, "s");
    assert_string_equal(p->sinks[0].from->text.p, "all");
    pipeline_free(p);
    diags_release(&diags);
}

#define HEAD "portrait: 1\nname: x\n"
#define SOURCE "sources: {s: {plugin: p}}\n"

static void test_pipeline__faults(void **state)
{
    (void)state;

    static const struct {
        const char *yaml;
        const char *faults;
    } cases[] = {
        {"", "P0104 1:1"},
        {"[]", "P0104 1:1"},
        {"portrait: 2\n", "P0105 1:1\nP0105 1:1\nP0101 1:11 write `portrait: 1`"},
        {HEAD, "P0105 1:1"},
        {HEAD SOURCE "name2: y\n", "P0103 4:1 did you mean `name`?"},
        {"portrait: 1\nname: a b\n" SOURCE, "P0102 2:7 letters, digits, - and _, at most 64"},
        {HEAD "as_of: yesterday\nmemory: 1KiB\n" SOURCE, "P0104 3:8\nP0104 4:9"},
        {HEAD "train: {}\n" SOURCE, "P0105 3:8"},
        {HEAD "sources: {s: {}}\n", "P0105 3:14"},
        {HEAD "sources: {s: {plugin: p, max_record: 17MiB}}\n", "P0104 3:38"},
        {HEAD "sources: {s: {plugin: p, network: {allow_http: 2}}}\n", "P0105 3:35\nP0104 3:48"},
        {HEAD "sources: {s: {plugin: p, network: {hosts: ['https://a', B.example], to: x}}}\n",
         "P0104 3:44\nP0104 3:57\nP0103 3:69"},
        {HEAD SOURCE "features: {f: {from: s, count: rows, sum: x}, g: {from: s}, h: {count: x}}\n",
         "P0109 4:38\nP0105 4:47\nP0105 4:64"},
        {HEAD SOURCE "features: {f: {from: s, count: rows, after: 1d}}\n", "P0103 4:38"},
        {HEAD SOURCE "labels: {l: {from: s, exists: true, within: 1d}}\n", "P0103 4:37"},
        {HEAD SOURCE "models: {m: {plugin: p, inputs: x, evaluate: {folds: 1}}}\n", "P0104 4:54"},
        {HEAD SOURCE "identity: {limits: {ids_per_profile: 0, shared_device: x}}\n",
         "P0104 4:38\nP0104 4:56"},
        {HEAD SOURCE "sinks: {f: {from: s, with: {}, to: x}}\n", "P0105 4:12\nP0103 4:32"},
        {HEAD SOURCE "vars: {a: '${var:b}'}\n", "P0011 4:11"},
        {HEAD SOURCE "seed: x\nseed: 1\nnmae: y\n",
         "P0104 4:7\nP0003 5:1\nP0103 6:1 did you mean `name`?"},
        {HEAD SOURCE "derive: {a: [x], b: , c: y}\n", "P0104 4:13\nP0104 4:18"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char found[1024];
        struct diags diags = {0};
        struct pipeline *p = NULL;
        assert_int_equal(load(cases[i].yaml, &diags, &p), PT_E_CONFIG);
        faults_text(&diags, found, sizeof found);
        if (strcmp(found, cases[i].faults) != 0) {
            print_error("%s", cases[i].yaml);
        }
        assert_string_equal(found, cases[i].faults);
        pipeline_free(p);
        diags_release(&diags);
    }
}

static void test_pipeline__no_file(void **state)
{
    (void)state;
    struct diags diags = {0};
    struct pipeline *p = NULL;
    assert_int_equal(pipeline_load("/nonexistent/x.yaml", NULL, &diags, &p), PT_E_NOT_FOUND);
    assert_null(p);
    assert_string_equal(diags.items[0].code, "P0001");
    diags_release(&diags);
    assert_int_not_equal(pipeline_load("/tmp", NULL, &diags, &p), PT_OK);
    assert_null(p);
    assert_string_equal(diags.items[0].code, "P0001");
    diags_release(&diags);
}

static bool scenario(void)
{
    struct diags diags = {0};
    struct pipeline *p = NULL;
    pt_status status = pipeline_load(path, NULL, &diags, &p);
    bool succeeded = status == PT_OK && !diags_failed(&diags);
    pipeline_free(p);
    diags_release(&diags);
    return succeeded;
}

static void test_pipeline__out_of_memory(void **state)
{
    (void)state;
    struct diags diags = {0};
    struct pipeline *p = NULL;
    assert_int_equal(load(whole, &diags, &p), PT_OK);
    pipeline_free(p);
    diags_release(&diags);
    assert_true(sweep_allocations(scenario) > 10);
}

static void test_pipeline__read_errors(void **state)
{
    (void)state;
    uint64_t at = 0;
    do {
        int64_t blocks = mem_live_blocks();
        fsys_fault_arm(++at, 5, false);
        bool succeeded = scenario();
        bool was_reached = fsys_fault_calls() >= at;
        fsys_fault_arm(0, 0, false);
        assert_int_equal(mem_live_blocks(), blocks);
        assert_true(succeeded || was_reached);
        if (!was_reached) {
            break;
        }
    } while (at < 100);
    assert_true(at > 2 && at < 100);
}

static int set_up(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 || close(fd) != 0;
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pipeline__times_without_a_zone_are_its_own),
        cmocka_unit_test(test_pipeline__inputs),
        cmocka_unit_test(test_pipeline__outputs),
        cmocka_unit_test(test_pipeline__faults),
        cmocka_unit_test(test_pipeline__no_file),
        cmocka_unit_test(test_pipeline__out_of_memory),
        cmocka_unit_test(test_pipeline__read_errors),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
