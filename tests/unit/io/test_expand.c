// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "expand.h"
#include "fault.h"
#include "fsys.h"
#include "scratch.h"

static const char *const FILES[] = {
    "access.log", "access.log.1", "access.log.2.gz", "Zebra.log",      ".hidden.log",
    "a b.log",    "\xC3\xA9.log", "x[1].log",        "x1.log",         "one/a.csv",
    "one/b.csv",  "two/a.csv",    "two/.c.csv",      "one/deep/z.csv", "back\\slash",
};

static void fill(struct scratch *s)
{
    scratch_init(s);
    mkdir(scratch_path(s, "one"), 0755);
    mkdir(scratch_path(s, "two"), 0755);
    mkdir(scratch_path(s, "one/deep"), 0755);
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        scratch_write(s, FILES[i], "x", 1);
    }
}

// The names a pattern gives, without the folder, joined by '|'.
static char *names_of(const struct scratch *s, const char *pattern, pt_status *status)
{
    static char out[4096];
    struct expansion e = {0};
    struct pt_error err = ERROR_INIT;
    out[0] = '\0';
    *status = expand_pattern(s->folder, pattern, &e, &err);
    for (size_t i = 0; *status == PT_OK && i < e.n; i++) {
        assert_int_equal(strncmp(e.paths[i], s->folder, strlen(s->folder)), 0);
        strcat(out, i == 0 ? "" : "|");
        strcat(out, e.paths[i] + strlen(s->folder) + 1);
    }
    if (*status != PT_OK) {
        snprintf(out, sizeof out, "%s", err.message);
    }
    expand_release(&e);
    return out;
}

static void expect(const struct scratch *s, const char *pattern, const char *names)
{
    pt_status status = PT_OK;
    char *got = names_of(s, pattern, &status);
    assert_int_equal(status, PT_OK);
    assert_string_equal(got, names);
}

static void test_expand__patterns_in_byte_order(void **state)
{
    (void)state;
    struct scratch s;
    fill(&s);
    expect(&s, "access.log", "access.log");
    expect(&s, "access*", "access.log|access.log.1|access.log.2.gz");
    expect(&s, "*.log", "Zebra.log|a b.log|access.log|x1.log|x[1].log|\xC3\xA9.log");
    expect(&s, "??.log", "x1.log|\xC3\xA9.log"); // a `?` is one byte, in any locale
    expect(&s, ".*.log", ".hidden.log");
    expect(&s, "[A-Z]*.log", "Zebra.log");
    expect(&s, "[!a-z]*.log", "Zebra.log|\xC3\xA9.log");
    expect(&s, "x\\[1].log", "x[1].log");
    expect(&s, "*/*.csv", "one/a.csv|one/b.csv|two/a.csv");
    expect(&s, "*/a.csv", "one/a.csv|two/a.csv");
    expect(&s, "one/*/z.csv", "one/deep/z.csv");
    expect(&s, "*/deep/*", "one/deep/z.csv");
    expect(&s, "one//a*", "one//a.csv");
    scratch_release(&s);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// The C library as a second opinion, for patterns that are not literal names.
static void test_expand__agrees_with_the_c_library(void **state)
{
    (void)state;
    static const char *const patterns[] = {
        "*",         ".*",     "*/*",      "*.*",    "[a-o]*", "*[0-9]",       "*/*/*",
        "one/?.*",   "*/deep", "*/deep/*", "t*/.c*", "a?b*",   "[[:upper:]]*", "x[[]1]*",
        "back\\\\*", "*\\*",   "*/",       "o*/",    "[]-a]*", "*e*/*e*",      "[a-",
    };
    struct scratch s;
    fill(&s);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        char pattern[256];
        snprintf(pattern, sizeof pattern, "%s/%s", s.folder, patterns[i]);
        glob_t g = {0};
        int result = glob(pattern, GLOB_NOSORT | GLOB_ERR, NULL, &g);
        struct expansion e = {0};
        struct pt_error err = ERROR_INIT;
        pt_status status = expand_pattern("/nowhere", pattern, &e, &err);
        if (result == GLOB_NOMATCH) {
            assert_int_equal(status, PT_E_NOT_FOUND);
            assert_non_null(strstr(err.message, patterns[i]));
            expand_release(&e);
            continue;
        }
        assert_int_equal(result, 0);
        assert_int_equal(status, PT_OK);
        char *names[32];
        size_t n = 0; // "." and ".." are no files
        assert_true(g.gl_pathc <= 32);
        for (size_t k = 0; k < g.gl_pathc; k++) {
            const char *last = strrchr(g.gl_pathv[k], '/') + 1;
            bool is_self = strcmp(last, ".") == 0 || strcmp(last, "..") == 0;
            if (!is_self) {
                names[n++] = g.gl_pathv[k];
            }
        }
        qsort(names, n, sizeof *names, compare);
        assert_int_equal(e.n, n);
        for (size_t k = 0; k < n; k++) {
            assert_string_equal(e.paths[k], names[k]);
        }
        globfree(&g);
        expand_release(&e);
    }
    scratch_release(&s);
}

static void test_expand__a_name_that_exists_is_literal(void **state)
{
    (void)state;
    struct scratch s;
    fill(&s);
    expect(&s, "x[1].log", "x[1].log");
    expect(&s, "back\\slash", "back\\slash");
    unlink(scratch_path(&s, "x[1].log"));
    expect(&s, "x[1].log", "x1.log");
    scratch_write(&s, "*", "star", 4);
    expect(&s, "*", "*");
    mkdir(scratch_path(&s, "fol[d]er"), 0755);
    scratch_write(&s, "fol[d]er/a.csv", "x", 1);
    struct scratch inner = s;
    snprintf(inner.folder, sizeof inner.folder, "%.40s/fol[d]er", s.folder);
    expect(&inner, "*.csv", "a.csv"); // the starting folder is never a pattern
    scratch_release(&s);
}

static void test_expand__relative_and_absolute(void **state)
{
    (void)state;
    struct scratch s;
    fill(&s);
    char here[512];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(s.folder), 0);
    const char *const folders[] = {NULL, "", "."};
    for (size_t i = 0; i < 3; i++) {
        struct expansion e = {0};
        assert_int_equal(expand_pattern(folders[i], "on?/a*", &e, NULL), PT_OK);
        assert_int_equal(e.n, 1);
        assert_string_equal(e.paths[0], "one/a.csv");
        expand_release(&e);
        assert_int_equal(expand_pattern(folders[i], "*Z*bra*", &e, NULL), PT_OK);
        assert_string_equal(e.paths[0], "Zebra.log");
        expand_release(&e);
    }
    struct expansion e = {0};
    assert_int_equal(expand_pattern("one/", "*.csv", &e, NULL), PT_OK);
    assert_int_equal(e.n, 2);
    assert_string_equal(e.paths[1], "one/b.csv");
    expand_release(&e);
    assert_int_equal(chdir(here), 0);
    scratch_release(&s);
}

static void test_expand__failures_name_the_path(void **state)
{
    (void)state;
    struct scratch s;
    fill(&s);
    pt_status status = PT_OK;
    assert_non_null(strstr(names_of(&s, "nothing.csv", &status), "nothing.csv: no such file"));
    assert_int_equal(status, PT_E_NOT_FOUND);
    assert_non_null(strstr(names_of(&s, "*.parquet", &status), "*.parquet: no file matches"));
    assert_int_equal(status, PT_E_NOT_FOUND);
    assert_non_null(strstr(names_of(&s, "x1.log/*", &status), "no file matches"));
    assert_int_equal(status, PT_E_NOT_FOUND);
    names_of(&s, "", &status);
    assert_int_equal(status, PT_E_INVALID);
    assert_int_equal(symlink("loop", scratch_path(&s, "loop")), 0);
    assert_non_null(strstr(names_of(&s, "loop", &status), "loop: Too many levels"));
    assert_int_equal(status, PT_E_IO);
    assert_non_null(strstr(names_of(&s, "l*p/*.csv", &status), "loop"));
    assert_int_equal(status, PT_E_IO);
    fsys_fault_arm(2, EACCES, false); // the folder cannot be opened
    assert_non_null(strstr(names_of(&s, "*.log", &status), s.folder));
    fsys_fault_arm(0, 0, false);
    assert_int_equal(status, PT_E_IO);
    scratch_release(&s);
}

static pt_status expand_all(void *arg, struct pt_error *err)
{
    const struct scratch *s = arg;
    struct expansion e = {0};
    pt_status status = expand_pattern(s->folder, "*/*", &e, err);
    if (status == PT_OK && e.n != 4) {
        status = error_set(err, PT_E_INTERNAL, "%zu paths", e.n);
    }
    expand_release(&e);
    return status;
}

static void test_expand__any_failing_call_is_a_clean_error(void **state)
{
    (void)state;
    struct scratch s;
    fill(&s);
    assert_true(fault_sweep_memory(expand_all, NULL, &s) > 5);
    assert_true(fault_sweep_calls(expand_all, NULL, &s, EIO) > 10);
    scratch_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expand__patterns_in_byte_order),
        cmocka_unit_test(test_expand__agrees_with_the_c_library),
        cmocka_unit_test(test_expand__a_name_that_exists_is_literal),
        cmocka_unit_test(test_expand__relative_and_absolute),
        cmocka_unit_test(test_expand__failures_name_the_path),
        cmocka_unit_test(test_expand__any_failing_call_is_a_clean_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
