// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Real files: sound plugins pass, and every broken one fails the check that is meant for its fault,
// with words that name it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"
#include "conformance.h"
#include "isolate.h"
#include "json.h"
#include "mem.h"

static const char *build_path(const char *folder, const char *name)
{
    static char path[4096];
    const char *build = getenv("PORTRAIT_BUILD");
    assert_non_null(build);
    snprintf(path, sizeof path, "%s/%s/%s.so", build, folder, name);
    return path;
}

// Lines for the source, some of them none of its; removed by data_remove.
static char data_path[64];

static int data_make(void **state)
{
    (void)state;
    snprintf(data_path, sizeof data_path, "/tmp/portrait-conformance-XXXXXX");
    int fd = mkstemp(data_path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    for (int i = 0; file != NULL && i < 300; i++) {
        fprintf(file, i % 29 == 7 ? "a line without a number %d\n" : "key-%d=%d\n", i, i * i);
    }
    return file == NULL ? -1 : fclose(file);
}

static int data_remove(void **state)
{
    (void)state;
    return unlink(data_path);
}

// In the process of the check, or through `proxy` in another one.
static void run_as(const char *path, const char *only, const struct component_proxy *proxy,
                   struct conformance *out)
{
    const struct conformance_request request = {
        .path = path,
        .proxy = proxy,
        .data = data_path,
        .only = only,
        .cycles = 40,
        .wall_ms = strstr(path, "/hangs_") != NULL ? 1500 : 30000, // machines may be busy
    };
    struct pt_error err = ERROR_INIT;
    *out = (struct conformance){0};
    if (conformance_run(&request, out, &err) != PT_OK) {
        fail_msg("%s: %s", path, err.message);
    }
}

static void run(const char *path, const char *only, struct conformance *out)
{
    run_as(path, only, NULL, out);
}

static const struct conformance_result *find(const struct conformance *c, const char *check)
{
    for (size_t i = 0; i < c->n; i++) {
        if (strcmp(c->results[i].check, check) == 0 &&
            c->results[i].verdict == CONFORMANCE_FAILED) {
            return &c->results[i];
        }
    }
    return NULL;
}

static void print_failures(const struct conformance *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->results[i].verdict == CONFORMANCE_FAILED) {
            fprintf(stderr, "  %s: %s\n", c->results[i].check, c->results[i].message);
        }
    }
}

struct broken {
    const char *file;
    const char *check;
    const char *message;
};

static const struct broken broken[] = {
    {"exports_more", "exports", "it exports exports_more_answer"},
    {"needs_unnamed", "symbols", "undefined symbol: zlibVersion"},
    {"changes_its_mind", "scan", "asked twice, it describes itself differently"},
    {"tells_slowly", "scan", "ms to load and tell what it is; 1000 are allowed"},
    {"leaks_memory", "create-cycles", "30 blocks of memory are not freed after 30 cycles"},
    {"leaks_descriptor", "create-cycles", "30 file descriptors are not closed after 30 cycles"},
    {"leaves_thread", "create", "threads running"},
    {"sets_locale", "create", "it changed the locale of the process"},
    {"sets_rounding", "create", "it changed the modes of floating-point arithmetic"},
    {"sets_signal", "create", "it changed what signal 10 (User defined signal 1) does"},
    {"sets_environment", "create", "it changed the environment of the process"},
    {"sets_folder", "create", "it changed the working folder of the process"},
    {"sets_umask", "create", "it changed the file mode mask of the process"},
    {"exits_in_discover", "repeat", "it ended the process (exit status 0)"},
    {"destroys_null", "create", "it crashed: Segmentation fault (signal 11), at: destroy(NULL)"},
    {"believes_malloc", "allocations", "it crashed: Segmentation fault"},
    {"hangs_in_create", "create", "it did not end within 1.5 s, at: "},
    {"splits_overlap", "splits", "too many"},
    {"splits_leave_gap", "splits", "rows of the whole and has 0 too many"},
    {"splits_out_of_order", "splits", "gives the rows in another order"},
    {"splits_share_id", "splits", "plan emits two splits with the id all"},
    {"counts_nulls_wrong", "batches", "a batch is wrong: "},
    {"batch_dies_with_stream", "batches", "after the stream was released"},
    {"goes_on_when_cancelled", "cancel", "after the run was cancelled it still reads"},
    {"never_counts", "splits", "counted() is called 0 times for a split"},
    {"counts_wrong", "splits", "a split counts 301 records, gives 289 rows and rejects 11"},
    {"rejects_without_reason", "repeat", "a reject without a reason"},
    {"ignores_refused_reject", "damage", "the host refuses a reject, and reading goes on"},
    {"needs_discover", "elsewhere", "bind in an instance that did not discover fails"},
    {"invents_status", "repeat", "a whole life returns status 77, which does not exist"},
    {"writes_to_matrix", "matrix", "fit writes to the matrix it is given"},
    {"saves_its_threads", "seed", "with the same seed, 2 threads save other bytes than 1"},
    {"saves_its_age", "repeat", "the same input gives another result the second time"},
    {"crashes_on_cut_bytes", "corrupt", "it crashed: Aborted (signal 6), at: load of 0 of"},
    {"takes_cut_bytes", "corrupt", "it loads a model cut to 0 of"},
    {"scores_out_of_range", "repeat", "predict gives 1.5 as p"},
    {"writes_behind_scores", "predict", "predict writes behind its scores"},
    {"knows_all_formats", "formats", "export_as `no-such-format` succeeds and writes 0 bytes"},
    {"explains_nonsense", "save", "explain writes no JSON object"},
    {"fits_on_when_cancelled", "cancel", "in a cancelled run fit goes on for"},
    {"hides_failed_block", "failures", "block() fails at its call 1, and fit returns success"},
    {"hides_failed_write", "failures", "writing fails at call 1, and save returns success"},
    {"reasons_do_not_add_up", "contribute", "contribute adds up to"},
    {"loads_another", "save", "a loaded model scores differently"},
    {"leaks_first_fit", "order", "fitted twice and loaded over, it leaves 1 blocks"},
    {"renumbers_nothing", "renumber", "renumbered, row 1 is in segment 0, not in 1"},
    {"shares_scratch", "predict", "predict in several threads at once scores differently"},
    {"renders_differently", "render", "rendered twice, the same rows are other bytes"},
    {"hides_full_disk", "writer", "writing fails at call 1, and the sink says all went well"},
    {"crashes_on_empty_batch", "empty", "it crashed: Aborted (signal 6), at: an empty batch"},
    {"releases_batch", "render", "it releases a batch that is the host's"},
    {"moves_its_path", "path", "path() gives another answer the second time"},
    {"renders_nothing", "render", "40 rows are rendered as nothing"},
    {"keeps_job_open", "order", "destroyed after step 2, it leaves 1 blocks"},
    {"leaves_rows_out", "render", "where row 1 of"},
    {"two_targets", "request", "request() gives 2 targets"},
    {"breaks_header_lines", "request", "request() gives a header that is none"},
    {"verdict_unknown", "verdict", "status 418 has the verdict 9, which does not exist"},
    {"verdict_by_chance", "verdict", "status 0 is judged differently the second time"},
    {"accepts_errors", "verdict", "status 500 counts as accepted"},
};

// Sanitizers take over signals and symbols; what they see themselves ends the child as well.
static bool is_seen(const struct broken *b, const struct conformance_result *found)
{
    if (found != NULL && strstr(found->message, b->message) != NULL) {
        return true;
    }
    if (!child_is_sanitized()) {
        return false;
    }
    // Blocks are counted by the malloc that the checks put under the plugin; sanitizers have
    // theirs.
    return strcmp(b->check, "symbols") == 0 || strstr(b->message, "it leaves") != NULL ||
           (found != NULL && strstr(found->message, "it ") != NULL);
}

static void expect_found(const struct broken *all, size_t n, const struct component_proxy *proxy)
{
    size_t n_missed = 0;
    for (size_t i = 0; i < n; i++) {
        struct conformance c;
        run_as(build_path("tests/checked-plugins", all[i].file), all[i].check, proxy, &c);
        if (c.failure != NULL || !is_seen(&all[i], find(&c, all[i].check))) {
            fprintf(stderr, "%s: %s does not say: %s\n", all[i].file, all[i].check, all[i].message);
            print_failures(&c);
            n_missed++;
        }
        conformance_release(&c);
    }
    assert_int_equal(n_missed, 0);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_conformance__finds_every_fault(void **state)
{
    (void)state;
    expect_found(broken, sizeof broken / sizeof broken[0], NULL);
}

// Isolated, a fault is the same, and the end of a process is its child's.
static const struct broken broken_isolated[] = {
    {"exits_in_discover", "repeat", "ended by itself (exit code 0) while discovering the input"},
    {"splits_overlap", "splits", "too many"},
    {"counts_nulls_wrong", "batches", "a batch is wrong: "},
    {"never_counts", "splits", "counted() is called 0 times for a split"},
    {"counts_wrong", "splits", "a split counts 301 records, gives 289 rows and rejects 11"},
    {"ignores_refused_reject", "damage", "the host refuses a reject, and reading goes on"},
    {"invents_status", "repeat", "a whole life fails"},
    {"renders_differently", "render", "the same rows are other bytes"},
    {"hides_full_disk", "writer", "writing fails at call 1, and the sink says all went well"},
    {"crashes_on_empty_batch", "empty", "crashed (SIGABRT) while rendering"},
    {"two_targets", "request", "request() gives 2 targets"},
    {"verdict_unknown", "verdict", "status 418 has the verdict 9, which does not exist"},
};

static const struct component_proxy *isolate(struct isolation *out)
{
    static char program[4096];
    snprintf(program, sizeof program, "%s/libexec/portrait-plugin-host", getenv("PORTRAIT_BUILD"));
    isolation_init(out, &(struct isolate_settings){.program = program});
    return &out->proxy;
}

static void test_conformance__finds_faults_isolated(void **state)
{
    (void)state;
    struct isolation isolation;
    expect_found(broken_isolated, sizeof broken_isolated / sizeof broken_isolated[0],
                 isolate(&isolation));
}

static void test_conformance__passes_sound_plugins_isolated(void **state)
{
    (void)state;
    struct isolation isolation;
    static const char *const files[][2] = {{"tests/template-plugins", "key-value"},
                                           {"tests/template-plugins", "tab-file"},
                                           {"tests/abi-plugins", "abi-sink"}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct conformance c;
        run_as(build_path(files[i][0], files[i][1]), NULL, isolate(&isolation), &c);
        print_failures(&c);
        assert_null(c.failure);
        assert_int_equal(c.n_failed, 0);
        conformance_release(&c);
    }
}

static void test_conformance__models_are_skipped_isolated(void **state)
{
    (void)state;
    struct isolation isolation;
    struct conformance c;
    run_as(build_path("tests/template-plugins", "base-rate"), NULL, isolate(&isolation), &c);
    const struct conformance_result *last = &c.results[c.n - 1];
    assert_int_equal(c.n_failed, 0);
    assert_int_equal(last->verdict, CONFORMANCE_SKIPPED);
    assert_string_equal(last->message, "models do not run isolated");
    conformance_release(&c);
}

static void test_conformance__passes_sound_plugins(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"tests/template-plugins", "key-value"}, {"tests/template-plugins", "base-rate"},
        {"tests/template-plugins", "tab-file"},  {"tests/abi-plugins", "abi-model"},
        {"tests/abi-plugins", "abi-sink"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct conformance c;
        run(build_path(files[i][0], files[i][1]), NULL, &c);
        if (c.failure != NULL || c.n_failed > 0) {
            print_failures(&c);
            fail_msg("%s: %zu failures", files[i][1], c.n_failed);
        }
        assert_true(c.n - c.n_skipped >= 17);
        conformance_release(&c);
    }
}

static void test_conformance__tells_why_a_file_cannot_be_loaded(void **state)
{
    (void)state;
    struct conformance c;
    struct str report = {0};
    run(build_path("tests/faulty-plugins", "crash_entry"), NULL, &c);
    assert_non_null(c.failure);
    assert_non_null(strstr(c.failure, "it crashed: Segmentation fault"));
    assert_int_equal(c.n, 0);
    assert_true(conformance_report(&c, CONFORMANCE_TEXT, &report));
    assert_non_null(strstr(report.p, "crash_entry.so cannot be loaded: it crashed"));
    str_reset(&report);
    assert_true(conformance_report(&c, CONFORMANCE_JUNIT, &report));
    assert_non_null(strstr(report.p, "<error message=\"it crashed: Segmentation fault"));
    assert_non_null(strstr(report.p, "tests=\"1\" failures=\"0\" errors=\"1\""));
    str_release(&report);
    conformance_release(&c);
    run("/nonexistent/plugin.so", NULL, &c);
    assert_non_null(strstr(c.failure, "/nonexistent/plugin.so"));
    conformance_release(&c);
}

static void test_conformance__reports_in_three_formats(void **state)
{
    (void)state;
    struct conformance c;
    struct str report = {0};
    struct json *root = NULL;
    run(build_path("tests/checked-plugins", "knows_all_formats"), NULL, &c);
    assert_int_equal(c.n_failed, 1);
    assert_true(conformance_report(&c, CONFORMANCE_TEXT, &report));
    assert_non_null(strstr(report.p, "failed  model base-rate: formats: "));
    assert_non_null(strstr(report.p, "\n    export_as `no-such-format` succeeds"));
    assert_non_null(strstr(report.p, " failed=1 skipped="));
    str_reset(&report);
    assert_true(conformance_report(&c, CONFORMANCE_JSON, &report));
    assert_int_equal(json_parse(str_view(&report), &root, NULL), PT_OK);
    assert_int_equal(json_count(json_get(root, "results")), c.n);
    int64_t n_failed = 0;
    assert_true(json_i64(json_get(root, "failed"), &n_failed));
    assert_int_equal(n_failed, 1);
    assert_string_equal(json_text(json_get(root, "plugin")), "example.base-rate");
    json_free(root);
    str_reset(&report);
    assert_true(conformance_report(&c, CONFORMANCE_JUNIT, &report));
    assert_non_null(strstr(report.p, "<testcase classname=\"example.base-rate.base-rate\" "
                                     "name=\"formats\""));
    assert_non_null(strstr(report.p, "<failure message=\"export_as `pmml` succeeds and writes 0"));
    str_release(&report);
    conformance_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conformance__finds_every_fault),
        cmocka_unit_test(test_conformance__finds_faults_isolated),
        cmocka_unit_test(test_conformance__passes_sound_plugins_isolated),
        cmocka_unit_test(test_conformance__models_are_skipped_isolated),
        cmocka_unit_test(test_conformance__passes_sound_plugins),
        cmocka_unit_test(test_conformance__tells_why_a_file_cannot_be_loaded),
        cmocka_unit_test(test_conformance__reports_in_three_formats),
    };
    return cmocka_run_group_tests(tests, data_make, data_remove);
}
