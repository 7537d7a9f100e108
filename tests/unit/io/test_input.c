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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fault.h"
#include "fsys.h"
#include "input.h"
#include "mem.h"
#include "packer.h"
#include "scratch.h"

static void test_input__lists_files_with_size_time_and_compression(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    struct packed gz = {0};
    struct packed zst = {0};
    struct packed skip = {0};
    packed_add_gzip(&gz, "hello", 5, 0);
    packed_add_zstd(&zst, "hello", 5);
    packed_add_skippable(&skip, "note", 4);
    scratch_write(&s, "1.log", gz.p, gz.n); // the name says nothing
    scratch_write(&s, "2.gz", "plain", 5);
    scratch_write(&s, "3", zst.p, zst.n);
    scratch_write(&s, "4", skip.p, skip.n);
    scratch_write(&s, "5", "", 0);
    scratch_write(&s, "6.gz", "", 0); // a gzip file has at least 20 bytes: this one was cut
    scratch_write(&s, "7.zst", "\x28\xB5", 2);
    scratch_write(&s, "8", "(\xB5", 2);

    static const enum input_compression kinds[] = {INPUT_GZIP, INPUT_PLAIN, INPUT_ZSTD,
                                                   INPUT_ZSTD, INPUT_PLAIN, INPUT_GZIP,
                                                   INPUT_ZSTD, INPUT_PLAIN};
    struct input *in = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(input_open(s.folder, "*", NULL, &in, &err), PT_OK);
    assert_int_equal(input_count(in), 8);
    for (uint32_t i = 0; i < 8; i++) {
        const struct input_file *f = input_file_at(in, i);
        struct stat st;
        assert_int_equal(stat(f->path, &st), 0);
        assert_int_equal(f->stored_bytes, st.st_size);
        assert_int_equal(f->mtime_us / 1000000, st.st_mtim.tv_sec);
        assert_int_equal(f->mtime_us % 1000000, st.st_mtim.tv_nsec / 1000);
        assert_int_equal(f->compression, kinds[i]);
    }
    assert_null(input_file_at(in, 8));
    input_close(in);
    input_close(NULL);
    packed_release(&gz);
    packed_release(&zst);
    packed_release(&skip);
    scratch_release(&s);
}

static void expect_refused(const struct scratch *s, const char *pattern, pt_status code,
                           const char *part)
{
    struct input *in = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(input_open(s->folder, pattern, NULL, &in, &err), code);
    assert_int_equal(err.code, code);
    assert_non_null(strstr(err.message, part));
    assert_null(in);
}

static void test_input__refuses_what_is_no_file(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    mkdir(scratch_path(&s, "folder"), 0755);
    mkfifo(scratch_path(&s, "pipe"), 0644);
    assert_int_equal(symlink("nothing", scratch_path(&s, "broken")), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/sock", s.folder);
    int sock = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(sock, (const struct sockaddr *)&address, sizeof address), 0);
    close(sock);
    expect_refused(&s, "folder", PT_E_IO, "folder: is a folder, not a file");
    expect_refused(&s, "fold*", PT_E_IO, "folder: is a folder, not a file");
    expect_refused(&s, "fold*/", PT_E_IO, "folder/: is a folder, not a file");
    expect_refused(&s, "pipe", PT_E_IO, "pipe: is a pipe, not a file"); // and does not wait
    expect_refused(&s, "s*", PT_E_IO, "sock: is a socket, not a file");
    expect_refused(&s, "/dev/nul*", PT_E_IO, "/dev/null: is a device, not a file");
    expect_refused(&s, "broken", PT_E_NOT_FOUND, "broken: no such file");
    expect_refused(&s, "brok*", PT_E_IO, "broken: No such file");
    expect_refused(&s, "none", PT_E_NOT_FOUND, "none: no such file");
    expect_refused(&s, "none*", PT_E_NOT_FOUND, "none*: no file matches");
    scratch_release(&s);
}

static void test_input__an_unreadable_file_is_named(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    scratch_write(&s, "a.csv", "x", 1);
    scratch_write(&s, "b.csv", "x", 1);
    // Calls: stat of the pattern, opendir, 4 readdir and the end, closedir, stat a, open a.
    fsys_fault_arm(10, EACCES, false);
    expect_refused(&s, "*.csv", PT_E_IO, "a.csv: Permission denied");
    fsys_fault_arm(15, EACCES, false);
    expect_refused(&s, "*.csv", PT_E_IO, "b.csv: Permission denied");
    fsys_fault_arm(0, 0, false);
    scratch_release(&s);
}

static void fingerprint_of(const struct scratch *s, const char *name, char out[33])
{
    struct input *in = NULL;
    assert_int_equal(input_open(s->folder, name, NULL, &in, NULL), PT_OK);
    assert_int_equal(input_fingerprint(in, 0, out, NULL), PT_OK);
    assert_int_equal(input_fingerprint(in, 1, out, NULL), PT_E_INVALID);
    assert_int_equal(strlen(out), 32);
    input_close(in);
}

static void test_input__fingerprint_tells_head_middle_tail_and_size(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const size_t n = 1 << 20;
    char *data = malloc(n);
    assert_non_null(data);
    for (size_t i = 0; i < n; i++) {
        data[i] = (char)(i * 2654435761u >> 13);
    }
    char first[33];
    char second[33];
    scratch_write(&s, "a", data, n);
    fingerprint_of(&s, "a", first);
    scratch_write(&s, "b", data, n);
    fingerprint_of(&s, "b", second);
    assert_string_equal(first, second);
    const size_t seen[] = {0, 65535, n / 2, n - 1, n - 65536};
    for (size_t i = 0; i < 5; i++) {
        data[seen[i]] ^= 1;
        scratch_write(&s, "b", data, n);
        fingerprint_of(&s, "b", second);
        assert_string_not_equal(first, second);
        data[seen[i]] ^= 1;
    }
    scratch_write(&s, "b", data, n - 1);
    fingerprint_of(&s, "b", second);
    assert_string_not_equal(first, second);
    memset(data, 0, n);
    scratch_write(&s, "a", data, n);
    fingerprint_of(&s, "a", first);
    scratch_write(&s, "b", data, n / 2);
    fingerprint_of(&s, "b", second); // the same parts, another size
    assert_string_not_equal(first, second);
    // Up to 192 KiB every byte counts.
    const size_t small = 192 << 10;
    scratch_write(&s, "a", data, small);
    fingerprint_of(&s, "a", first);
    for (size_t i = 0; i < small; i += 4099) {
        data[i] ^= 1;
        scratch_write(&s, "b", data, small);
        fingerprint_of(&s, "b", second);
        assert_string_not_equal(first, second);
        data[i] ^= 1;
    }
    scratch_write(&s, "a", "", 0);
    fingerprint_of(&s, "a", first);
    scratch_write(&s, "b", "", 0);
    fingerprint_of(&s, "b", second);
    assert_string_equal(first, second);
    free(data);
    scratch_release(&s);
}

static void test_input__fingerprint_of_a_shrunk_file_is_an_error(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *path = scratch_write(&s, "a", "0123456789", 10);
    struct input *in = NULL;
    assert_int_equal(input_open(s.folder, "a", NULL, &in, NULL), PT_OK);
    assert_int_equal(truncate(path, 4), 0);
    char hex[33];
    struct pt_error err = ERROR_INIT;
    assert_int_equal(input_fingerprint(in, 0, hex, &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "a: byte 4: the file has shrunk"));
    input_close(in);
    scratch_release(&s);
}

static pt_status open_and_fingerprint(void *arg, struct pt_error *err)
{
    const struct scratch *s = arg;
    struct input *in = NULL;
    char hex[33];
    TRY(input_open(s->folder, "*", NULL, &in, err));
    pt_status status = input_fingerprint(in, 1, hex, err);
    input_close(in);
    return status;
}

static void test_input__any_failing_call_is_a_clean_error(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    scratch_write(&s, "a", "some text", 9);
    scratch_write(&s, "b", "some text", 9);
    assert_true(fault_sweep_memory(open_and_fingerprint, NULL, &s) > 5);
    assert_true(fault_sweep_calls(open_and_fingerprint, NULL, &s, EIO) > 10);
    scratch_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_input__lists_files_with_size_time_and_compression),
        cmocka_unit_test(test_input__refuses_what_is_no_file),
        cmocka_unit_test(test_input__an_unreadable_file_is_named),
        cmocka_unit_test(test_input__fingerprint_tells_head_middle_tail_and_size),
        cmocka_unit_test(test_input__fingerprint_of_a_shrunk_file_is_an_error),
        cmocka_unit_test(test_input__any_failing_call_is_a_clean_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
