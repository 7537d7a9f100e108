// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fsys.h"
#include "mem.h"
#include "run_folder.h"
#include "sweep.h"
#include "workdir.h"

#define NOW INT64_C(1748736000000000)

static struct workdir dir;
static char runs[512];

static struct run_folder create(const char *name)
{
    struct run_folder f = RUN_FOLDER_NONE;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(run_folder_create(runs, name, NOW, &f, &err), PT_OK);
    return f;
}

static void write_record(const struct run_folder *f, const char *json)
{
    struct pt_error err = ERROR_INIT;
    assert_int_equal(run_folder_write(f, "run.json", text_of(json), &err), PT_OK);
}

static void expect_status(const char *folder, const char *expected)
{
    struct json *record = NULL;
    bool is_alive = false;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(run_folder_read(folder, &record, &is_alive, &err), PT_OK);
    assert_string_equal(run_folder_status(record, is_alive), expected);
    json_free(record);
}

static void test_run_folder__create(void **state)
{
    (void)state;
    struct run_folder f = create("spring");
    struct stat info;
    assert_int_equal(strncmp(f.id, "20250601T000000Z-spring-", 24), 0);
    assert_int_equal(stat(f.path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    run_folder_close(&f);
    assert_true(f.lock == -1 && f.path == NULL);
    run_folder_close(&f);
}

// A pipeline runs once at a time, two pipelines together; ids of one second differ.
static void test_run_folder__lock_of_the_name(void **state)
{
    (void)state;
    struct run_folder first = create("spring");
    struct run_folder other = create("autumn");
    struct run_folder again = RUN_FOLDER_NONE;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(run_folder_create(runs, "spring", NOW, &again, &err), PT_E_STATE);
    assert_true(again.path == NULL && again.lock == -1);
    char *id = mem_strdup(first.id);
    run_folder_close(&first);
    again = create("spring");
    assert_string_not_equal(again.id, id);
    mem_free(id);
    run_folder_close(&again);
    run_folder_close(&other);
}

static void test_run_folder__status(void **state)
{
    (void)state;
    struct run_folder f = create("spring");
    char *path = mem_strdup(f.path);
    write_record(&f, "{\"status\": \"RUNNING\"}");
    expect_status(path, "RUNNING");
    run_folder_close(&f);
    expect_status(path, "ABORTED");
    f = create("spring");
    write_record(&f, "{\"status\": \"DONE\"}");
    expect_status(f.path, "DONE");
    write_record(&f, "{\"status\": 7}");
    expect_status(f.path, "DAMAGED");
    write_record(&f, "[]");
    expect_status(f.path, "DAMAGED");
    run_folder_close(&f);
    mem_free(path);
}

static void test_run_folder__damaged_record(void **state)
{
    (void)state;
    struct run_folder f = create("spring");
    struct json *record = NULL;
    bool is_alive = false;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(run_folder_read(f.path, &record, &is_alive, &err), PT_E_NOT_FOUND);
    static const char *const damaged[] = {"", "{\"status\": \"DO", "{} x", "\xFF"};
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        write_record(&f, damaged[i]);
        assert_int_equal(run_folder_read(f.path, &record, &is_alive, &err), PT_E_DATA);
        assert_non_null(strstr(err.message, "run.json"));
        assert_null(record);
    }
    run_folder_close(&f);
}

static void test_run_folder__list_and_find(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    char **ids = NULL;
    size_t n = 7;
    char *found = NULL;
    workdir_remove(runs);
    assert_int_equal(run_folder_list(runs, &ids, &n, &err), PT_OK);
    assert_int_equal(n, 0);
    assert_int_equal(run_folder_find(runs, "latest", &found, &err), PT_E_NOT_FOUND);
    struct run_folder a = create("spring");
    struct run_folder b = create("autumn");
    assert_int_equal(run_folder_mark_latest(&a, &err), PT_OK);
    assert_int_equal(run_folder_mark_latest(&b, &err), PT_OK);
    assert_int_equal(run_folder_list(runs, &ids, &n, &err), PT_OK);
    assert_int_equal(n, 2);
    assert_string_equal(ids[0], b.id); // in the order of their names
    run_folder_list_free(ids, n);

    static const struct {
        const char *which;
        pt_status status;
    } cases[] = {{"latest", PT_OK},
                 {"spring", PT_OK},
                 {"autumn", PT_OK},
                 {"2025", PT_E_NOT_FOUND},
                 {"winter", PT_E_NOT_FOUND}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        found = NULL;
        assert_int_equal(run_folder_find(runs, cases[i].which, &found, &err), cases[i].status);
        if (cases[i].status == PT_OK) {
            assert_string_equal(strrchr(found, '/') + 1,
                                strcmp(cases[i].which, "spring") == 0 ? a.id : b.id);
        }
        mem_free(found);
    }
    assert_int_equal(run_folder_find(runs, a.path, &found, &err), PT_OK);
    assert_string_equal(strrchr(found, '/') + 1, a.id);
    mem_free(found);
    run_folder_close(&a);
    run_folder_close(&b);
}

static pt_status whole_life(struct pt_error *err)
{
    struct run_folder f = RUN_FOLDER_NONE;
    struct json *record = NULL;
    char **ids = NULL;
    size_t n = 0;
    bool is_alive = false;
    char *found = NULL;
    pt_status status = run_folder_create(runs, "spring", NOW, &f, err);
    if (status == PT_OK) {
        status = run_folder_write(&f, "run.json", text_of("{\"status\": \"DONE\"}"), err);
    }
    if (status == PT_OK) {
        status = run_folder_mark_latest(&f, err);
    }
    if (status == PT_OK) {
        status = run_folder_read(f.path, &record, &is_alive, err);
    }
    if (status == PT_OK) {
        status = run_folder_list(runs, &ids, &n, err);
    }
    if (status == PT_OK) {
        status = run_folder_find(runs, "spring", &found, err);
    }
    run_folder_list_free(ids, n);
    mem_free(found);
    json_free(record);
    run_folder_close(&f);
    return status;
}

static bool scenario(void)
{
    struct pt_error err = ERROR_INIT;
    workdir_remove(runs);
    pt_status status = whole_life(&err);
    assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
    return status == PT_OK;
}

static void test_run_folder__out_of_memory(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 10);
}

static void test_run_folder__failing_calls(void **state)
{
    (void)state;
    bool was_reached = true;
    uint64_t n_failed = 0;
    for (uint64_t at = 1; was_reached; at++) {
        struct pt_error err = ERROR_INIT;
        workdir_remove(runs);
        int64_t blocks = mem_live_blocks();
        size_t descriptors = workdir_descriptors();
        fsys_fault_arm(at, EIO, false);
        pt_status status = whole_life(&err);
        was_reached = fsys_fault_calls() >= at;
        fsys_fault_arm(0, 0, false);
        assert_int_equal(mem_live_blocks(), blocks);
        assert_int_equal(workdir_descriptors(), descriptors);
        assert_true(status == PT_OK || err.message[0] != '\0');
        n_failed += status != PT_OK;
    }
    assert_true(n_failed > 10);
}

static int set_up(void **state)
{
    (void)state;
    workdir_init(&dir);
    snprintf(runs, sizeof runs, "%s/a/runs", dir.path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    workdir_release(&dir);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_folder__create),
        cmocka_unit_test(test_run_folder__lock_of_the_name),
        cmocka_unit_test(test_run_folder__status),
        cmocka_unit_test(test_run_folder__damaged_record),
        cmocka_unit_test(test_run_folder__list_and_find),
        cmocka_unit_test(test_run_folder__out_of_memory),
        cmocka_unit_test(test_run_folder__failing_calls),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
