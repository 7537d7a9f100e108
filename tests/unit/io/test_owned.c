// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
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
#include "owned.h"
#include "scratch.h"
#include "sweep.h"

static struct scratch scratch;

static void expect(const char *path, pt_status status, const char *said)
{
    struct str out = {0};
    struct pt_error err = ERROR_INIT;
    int fd = -1;
    if (status != PT_E_LIMIT) {
        assert_int_equal(owned_open(path, &fd, &err), status);
        assert_non_null(strstr(err.message, said));
    }
    str_add(&out, "kept ");
    assert_int_equal(owned_read(path, 10, &out, &err), status);
    assert_int_equal(err.code, status);
    assert_non_null(strstr(err.message, said));
    assert_string_equal(str_get(&out), "kept ");
    str_release(&out);
}

static void test_owned__a_file_is_read(void **state)
{
    (void)state;
    struct str out = {0};
    const char *path = scratch_write(&scratch, "a", "0123456789", 10);
    str_add(&out, "> ");
    assert_int_equal(owned_read(path, 10, &out, NULL), PT_OK);
    assert_string_equal(str_get(&out), "> 0123456789");
    char byte = 0;
    int fd = -1;
    assert_int_equal(owned_open(path, &fd, NULL), PT_OK);
    assert_int_equal(read(fd, &byte, 1), 1);
    assert_int_equal(byte, '0');
    close(fd);
    str_release(&out);
    assert_int_equal(owned_read(scratch_write(&scratch, "empty", "", 0), 10, &out, NULL), PT_OK);
    assert_int_equal(out.n, 0);
    str_release(&out);
    expect(scratch_write(&scratch, "a", "0123456789a", 11), PT_E_LIMIT, "longer than 10 bytes");
}

static void test_owned__what_others_decide_is_refused(void **state)
{
    (void)state;
    const char *path = scratch_write(&scratch, "open", "x", 1);
    const char *link = scratch_path(&scratch, "link");
    const char *pipe = scratch_path(&scratch, "pipe");
    assert_int_equal(chmod(path, 0646), 0);
    expect(path, PT_E_DENIED, "can be written by everybody");
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(symlink(path, link), 0);
    expect(link, PT_E_DENIED, "is a symlink");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    expect(pipe, PT_E_DENIED, "is no regular file");
    expect(scratch.folder, PT_E_DENIED, "is no regular file");
    expect(scratch_path(&scratch, "none"), PT_E_NOT_FOUND, "none");
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 65534, (gid_t)-1), 0);
        expect(path, PT_E_DENIED, "belongs to another user (uid 65534)");
    }
}

static void test_owned__secrets_are_for_us_alone(void **state)
{
    (void)state;
    struct str out = {0};
    struct pt_error err = ERROR_INIT;
    const char *path = scratch_write(&scratch, "secret", "x", 1);
    static const mode_t open_modes[] = {0640, 0604, 0610, 0601, 0620};
    for (size_t i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
        assert_int_equal(chmod(path, open_modes[i]), 0);
        assert_int_equal(owned_read_private(path, 10, &out, &err), PT_E_DENIED);
        assert_non_null(strstr(err.message, "may be read by others"));
    }
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(owned_read_private(path, 10, &out, &err), PT_OK);
    assert_string_equal(str_get(&out), "x");
    str_release(&out);
}

static void test_owned__folders(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    const char *folder = scratch_path(&scratch, "folder");
    const char *link = scratch_path(&scratch, "folder-link");
    assert_int_equal(mkdir(folder, 0755), 0);
    assert_int_equal(owned_folder(folder, &err), PT_OK);
    assert_int_equal(chmod(folder, 01777), 0);
    assert_int_equal(owned_folder(folder, &err), PT_E_DENIED);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(symlink(folder, link), 0);
    assert_int_equal(owned_folder(link, &err), PT_E_DENIED);
    assert_int_equal(owned_folder(scratch_write(&scratch, "file", "", 0), &err), PT_E_DENIED);
    assert_non_null(strstr(err.message, "is no folder"));
}

static bool read_one(void)
{
    struct str out = {0};
    bool is_read = owned_read(scratch_path(&scratch, "swept"), 10, &out, NULL) == PT_OK;
    str_release(&out);
    return is_read;
}

static void test_owned__failing_calls(void **state)
{
    (void)state;
    scratch_write(&scratch, "swept", "x", 1);
    assert_true(sweep_allocations(read_one) > 0);
    size_t open_before = scratch_open_descriptors();
    for (uint64_t at = 1;; at++) {
        fsys_fault_arm(at, 5, false);
        bool is_read = read_one();
        bool was_hit = fsys_fault_calls() >= at;
        fsys_fault_arm(0, 0, false);
        assert_int_equal(scratch_open_descriptors(), open_before);
        if (!was_hit) {
            assert_true(is_read);
            break;
        }
    }
}

static int begin(void **state)
{
    (void)state;
    scratch_init(&scratch);
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_release(&scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owned__a_file_is_read),
        cmocka_unit_test(test_owned__what_others_decide_is_refused),
        cmocka_unit_test(test_owned__secrets_are_for_us_alone),
        cmocka_unit_test(test_owned__folders),
        cmocka_unit_test(test_owned__failing_calls),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
