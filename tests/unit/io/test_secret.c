// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"
#include "fsys.h"
#include "scratch.h"
#include "secret.h"

// Two folders: systemd's and the operator's.
struct places {
    struct scratch s;
    char credentials[128];
    char folder[128];
};

static void places_init(struct places *p)
{
    scratch_init(&p->s);
    snprintf(p->credentials, sizeof p->credentials, "%s/credentials", p->s.folder);
    snprintf(p->folder, sizeof p->folder, "%s/secrets", p->s.folder);
    assert_int_equal(mkdir(p->credentials, 0700), 0);
    assert_int_equal(mkdir(p->folder, 0700), 0);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", p->credentials, 1), 0);
}

static void places_release(struct places *p)
{
    unsetenv("CREDENTIALS_DIRECTORY");
    scratch_release(&p->s);
}

static const char *put(struct places *p, const char *name, const char *text, size_t n, mode_t mode)
{
    unlink(scratch_path(&p->s, name)); // an earlier one may be read-only
    const char *path = scratch_write(&p->s, name, text, n);
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

static void expect(const struct places *p, const char *name, const char *text, size_t n)
{
    struct str out = {0};
    struct pt_error err = ERROR_INIT;
    assert_int_equal(secret_read(p->folder, name, &out, &err), PT_OK);
    assert_int_equal(out.n, n);
    assert_memory_equal(out.p, text, n);
    secret_wipe(&out);
    assert_null(out.p);
}

static void expect_refused(const struct places *p, const char *name, pt_status code,
                           const char *part)
{
    struct str out = {0};
    struct pt_error err = ERROR_INIT;
    assert_int_equal(secret_read(p->folder, name, &out, &err), code);
    assert_int_equal(err.code, code);
    assert_non_null(strstr(err.message, part));
    assert_null(strstr(err.message, "canary"));
    assert_int_equal(out.n, 0);
    secret_wipe(&out);
}

static void test_secret__credentials_come_before_the_folder(void **state)
{
    (void)state;
    struct places p;
    places_init(&p);
    put(&p, "secrets/hook_key", "from folder", 11, 0600);
    expect(&p, "hook_key", "from folder", 11);
    put(&p, "credentials/hook_key", "from systemd", 12, 0400);
    expect(&p, "hook_key", "from systemd", 12);
    unsetenv("CREDENTIALS_DIRECTORY");
    expect(&p, "hook_key", "from folder", 11);
    places_release(&p);
}

static void test_secret__one_newline_is_cut(void **state)
{
    (void)state;
    struct places p;
    places_init(&p);
    put(&p, "secrets/a", "key\n", 4, 0600);
    expect(&p, "a", "key", 3);
    put(&p, "secrets/a", "key\n\n", 5, 0600);
    expect(&p, "a", "key\n", 4);
    put(&p, "secrets/a", "k\0y", 3, 0600); // keys may be any bytes
    expect(&p, "a", "k\0y", 3);
    put(&p, "secrets/a", "\n", 1, 0600);
    expect_refused(&p, "a", PT_E_DATA, "a: is empty");
    put(&p, "secrets/a", "", 0, 0600);
    expect_refused(&p, "a", PT_E_DATA, "a: is empty");
    places_release(&p);
}

static void test_secret__open_files_are_refused(void **state)
{
    (void)state;
    struct places p;
    places_init(&p);
    static const mode_t open_modes[] = {0640, 0604, 0620, 0602, 0610, 0601, 0644, 0666};
    for (size_t i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
        put(&p, "secrets/a", "canary", 6, open_modes[i]);
        expect_refused(&p, "a", PT_E_DENIED, "others may read or change it (mode 06");
    }
    put(&p, "secrets/a", "text", 4, 0400);
    expect(&p, "a", "text", 4);
    put(&p, "credentials/b", "text", 4, 0440); // the mask of systemd's access list
    expect(&p, "b", "text", 4);
    put(&p, "credentials/b", "canary", 6, 0444);
    put(&p, "secrets/b", "text", 4, 0600);
    expect_refused(&p, "b", PT_E_DENIED, "credentials/b"); // and no look at the next place
    places_release(&p);
}

static void test_secret__files_of_other_users_are_refused(void **state)
{
    (void)state;
    struct places p;
    places_init(&p);
    const char *path = put(&p, "secrets/a", "canary", 6, 0600);
    if (geteuid() != 0) { // only root can give a file away; a file of ours must be fine
        expect(&p, "a", "canary", 6);
        places_release(&p);
        return;
    }
    assert_int_equal(chown(path, 65534, (gid_t)-1), 0);
    expect_refused(&p, "a", PT_E_DENIED, "belongs to another user");
    places_release(&p);
}

static void test_secret__at_most_64_kib(void **state)
{
    (void)state;
    struct places p;
    places_init(&p);
    char *text = malloc(65537);
    assert_non_null(text);
    memset(text, 'x', 65537);
    put(&p, "secrets/a", text, 65536, 0600);
    expect(&p, "a", text, 65536);
    put(&p, "secrets/a", text, 65537, 0600);
    expect_refused(&p, "a", PT_E_LIMIT, "longer than 64 KiB");
    free(text);
    places_release(&p);
}

static void test_secret__names_stay_in_their_folder(void **state)
{
    (void)state;
    struct places p;
    places_init(&p);
    put(&p, "outside", "canary", 6, 0600);
    static const char *const names[] = {"",    "../outside", "a/b",    ".hidden",  ".",   "..",
                                        "a b", "a\nb",       "/etc/x", "\xC3\xA9", "a$b", "a\\b"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        expect_refused(&p, names[i], PT_E_INVALID, "is no name of a secret");
    }
    put(&p, "secrets/A-z_0.9", "text", 4, 0600);
    expect(&p, "A-z_0.9", "text", 4);
    places_release(&p);
}

static void test_secret__a_missing_one_names_both_places(void **state)
{
    (void)state;
    struct places p;
    places_init(&p);
    expect_refused(&p, "none", PT_E_NOT_FOUND, p.credentials);
    expect_refused(&p, "none", PT_E_NOT_FOUND, p.folder);
    unsetenv("CREDENTIALS_DIRECTORY");
    expect_refused(&p, "none", PT_E_NOT_FOUND, "not set");
    struct str out = {0};
    struct pt_error err = ERROR_INIT;
    assert_int_equal(secret_read(NULL, "none", &out, &err), PT_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "--secrets DIR"));
    places_release(&p);
}

static void test_secret__no_file_is_refused(void **state)
{
    (void)state;
    struct places p;
    places_init(&p);
    assert_int_equal(mkdir(scratch_path(&p.s, "secrets/folder"), 0700), 0);
    assert_int_equal(mkfifo(scratch_path(&p.s, "secrets/pipe"), 0600), 0);
    expect_refused(&p, "folder", PT_E_IO, "is not a file");
    expect_refused(&p, "pipe", PT_E_IO, "is not a file");
    put(&p, "elsewhere", "text", 4, 0600);
    assert_int_equal(symlink("../elsewhere", scratch_path(&p.s, "secrets/link")), 0);
    expect(&p, "link", "text", 4); // as orchestrators mount them
    places_release(&p);
}

static void test_secret__is_appended(void **state)
{
    (void)state;
    struct places p;
    places_init(&p);
    put(&p, "secrets/a", "key\n", 4, 0600);
    struct str out = {0};
    assert_true(str_add(&out, "Bearer "));
    assert_int_equal(secret_read(p.folder, "a", &out, NULL), PT_OK);
    assert_string_equal(str_get(&out), "Bearer key");
    secret_wipe(&out);
    places_release(&p);
}

static pt_status read_both(void *arg, struct pt_error *err)
{
    const struct places *p = arg;
    struct str out = {0};
    pt_status status = secret_read(p->folder, "a", &out, err);
    if (status == PT_OK) {
        status = secret_read(p->folder, "b", &out, err);
    }
    secret_wipe(&out);
    return status;
}

static void test_secret__any_failing_call_is_a_clean_error(void **state)
{
    (void)state;
    struct places p;
    places_init(&p);
    put(&p, "credentials/a", "first", 5, 0600);
    put(&p, "secrets/b", "second", 6, 0600);
    assert_true(fault_sweep_memory(read_both, NULL, &p) >= 8);
    assert_true(fault_sweep_calls(read_both, NULL, &p, EIO) >= 10);
    places_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret__credentials_come_before_the_folder),
        cmocka_unit_test(test_secret__one_newline_is_cut),
        cmocka_unit_test(test_secret__open_files_are_refused),
        cmocka_unit_test(test_secret__files_of_other_users_are_refused),
        cmocka_unit_test(test_secret__at_most_64_kib),
        cmocka_unit_test(test_secret__names_stay_in_their_folder),
        cmocka_unit_test(test_secret__a_missing_one_names_both_places),
        cmocka_unit_test(test_secret__no_file_is_refused),
        cmocka_unit_test(test_secret__is_appended),
        cmocka_unit_test(test_secret__any_failing_call_is_a_clean_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
