// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The files a run keeps about its people: read back, and damaged in every way a disk knows.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mem.h"
#include "people_files.h"
#include "small_run.h"
#include "sweep.h"

static struct small_run small;
static char folder[1024];
static char profiles_path[1100];
static char links_path[1100];

static void test_people_files__profiles(void **state)
{
    (void)state;
    struct table t = {0};
    struct pt_error err = ERROR_INIT;
    assert_int_equal(people_files_profiles(folder, &t, &err), PT_OK);
    assert_int_equal(t.n_rows, 24);
    assert_true(table_find(&t, "hits") >= 0 && table_find(&t, "persona") >= 0);
    table_release(&t);
}

static void test_people_files__links(void **state)
{
    (void)state;
    struct people_links_file l = {0};
    struct pt_error err = ERROR_INIT;
    size_t n_mails = 0;
    assert_int_equal(people_files_links(folder, &l, &err), PT_OK);
    for (size_t i = 0; i < l.n; i++) {
        n_mails +=
            text_is(l.items[i].namespace_a, "customer") && text_is(l.items[i].namespace_b, "email");
        assert_true(l.items[i].rows > 0);
    }
    assert_int_equal(n_mails, 24);
    people_links_file_release(&l);
}

static void put(const char *path, const char *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static pt_status read_links(struct pt_error *err)
{
    struct people_links_file l = {0};
    pt_status status = people_files_links(folder, &l, err);
    people_links_file_release(&l);
    return status;
}

static pt_status read_profiles(struct pt_error *err)
{
    struct table t = {0};
    pt_status status = people_files_profiles(folder, &t, err);
    table_release(&t);
    return status;
}

// Cut at every byte: always told, never a shorter list of links.
static void cut_everywhere(const char *path, pt_status (*read)(struct pt_error *))
{
    size_t n = 0;
    char *bytes = workdir_read(path, &n);
    struct pt_error err = ERROR_INIT;
    for (size_t i = 0; i < n; i++) {
        put(path, bytes, i);
        assert_int_equal(read(&err), PT_E_DATA);
        assert_non_null(strstr(err.message, path));
    }
    put(path, bytes, n);
    assert_int_equal(read(&err), PT_OK);
    free(bytes);
}

static void test_people_files__cut(void **state)
{
    (void)state;
    cut_everywhere(profiles_path, read_profiles);
    cut_everywhere(links_path, read_links);
}

static void test_people_files__flipped(void **state)
{
    (void)state;
    size_t n = 0;
    char *bytes = workdir_read(profiles_path, &n);
    struct pt_error err = ERROR_INIT;
    for (size_t i = 0; i < n; i++) { // sealed by a checksum
        bytes[i] ^= 0x20;
        put(profiles_path, bytes, n);
        assert_int_equal(read_profiles(&err), PT_E_DATA);
        bytes[i] ^= 0x20;
    }
    put(profiles_path, bytes, n);
    free(bytes);
    bytes = workdir_read(links_path, &n);
    for (size_t i = 0; i < n; i++) { // no crash, whatever stands there
        char before = bytes[i];
        bytes[i] = (char)(before ^ 0x15);
        put(links_path, bytes, n);
        pt_status status = read_links(&err);
        assert_true(status == PT_OK || status == PT_E_DATA);
        bytes[i] = before;
    }
    put(links_path, bytes, n);
    free(bytes);
}

static void test_people_files__wrong_links(void **state)
{
    (void)state;
    size_t n = 0;
    char *bytes = workdir_read(links_path, &n);
    struct pt_error err = ERROR_INIT;
    static const char *const wrong[] = {"",
                                        "\n",
                                        "end\t1\n",
                                        "end\t0",
                                        "end\t0\nend\t0\n",
                                        "end\t-1\n",
                                        "x\n",
                                        "\t\t\t\t\t\t\t\n",
                                        "a\tb\tc\td\te\t1\t1\tfriend\nend\t1\n",
                                        "a\tb\tc\td\te\tx\t1\tlink\nend\t1\n",
                                        "a\tb\tc\td\te\t1\tlink\nend\t1\n",
                                        "a\tb\tc\td\te\t1\t1\tlink\nend\t2\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        put(links_path, wrong[i], strlen(wrong[i]));
        assert_int_equal(read_links(&err), PT_E_DATA);
    }
    static const char good[] = "a\tb\\t\\\\\\n\tc\td\te\t1\t2\trefused\nend\t1\n";
    put(links_path, good, sizeof good - 1);
    struct people_links_file l = {0};
    assert_int_equal(people_files_links(folder, &l, &err), PT_OK);
    assert_true(l.n == 1 && text_is(l.items[0].a, "b\t\\\n") && l.items[0].is_refused);
    people_links_file_release(&l);
    put(links_path, bytes, n);
    free(bytes);
}

static void test_people_files__absent(void **state)
{
    (void)state;
    struct table t = {0};
    struct people_links_file l = {0};
    struct pt_error err = ERROR_INIT;
    assert_int_equal(people_files_profiles(small.dir.path, &t, &err), PT_E_NOT_FOUND);
    assert_int_equal(people_files_links(small.dir.path, &l, &err), PT_E_NOT_FOUND);
    assert_true(t.n_columns == 0 && l.n == 0);
}

static bool scenario(void)
{
    struct pt_error err = ERROR_INIT;
    pt_status status = read_profiles(&err);
    status = status == PT_OK ? read_links(&err) : status;
    assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
    return status == PT_OK;
}

static void test_people_files__out_of_memory(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 10);
}

static int set_up(void **state)
{
    (void)state;
    small_run_init(&small);
    if (!small_run_folder(&small, folder)) {
        return 1;
    }
    snprintf(profiles_path, sizeof profiles_path, "%s/people/profiles.table", folder);
    snprintf(links_path, sizeof links_path, "%s/people/links.tsv", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    small_run_release(&small);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_people_files__profiles),
        cmocka_unit_test(test_people_files__links),
        cmocka_unit_test(test_people_files__cut),
        cmocka_unit_test(test_people_files__flipped),
        cmocka_unit_test(test_people_files__wrong_links),
        cmocka_unit_test(test_people_files__absent),
        cmocka_unit_test(test_people_files__out_of_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
