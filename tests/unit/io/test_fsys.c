// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fsys.h"
#include "scratch.h"

static void test_fsys__calls_do_what_their_name_says(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *path = scratch_path(&s, "a");
    int fd = fsys_open(path, O_RDWR | O_CREAT | O_EXCL, 0640);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(fsys_write_all(fd, "hello world", 11), 0);
    assert_int_equal(fsys_fsync(fd), 0);
    assert_int_equal(fsys_ftruncate(fd, 5), 0);
    assert_int_equal(fsys_flock(fd, LOCK_EX | LOCK_NB), 0);
    struct stat st;
    assert_int_equal(fsys_fstat(fd, &st), 0);
    assert_int_equal(st.st_size, 5);
    char buffer[8] = {0};
    assert_int_equal(fsys_pread(fd, buffer, sizeof buffer, 1), 4);
    assert_string_equal(buffer, "ello");
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(fsys_read(fd, buffer, 2), 2);
    assert_int_equal(fsys_close(fd), 0);
    const char *other = scratch_path(&s, "b");
    assert_int_equal(fsys_rename(path, other), 0);
    assert_int_equal(fsys_stat(path, &st), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(fsys_symlink("b", path), 0);
    assert_true(scratch_file_is(path, "hello"));
    assert_int_equal(fsys_lstat(path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(fsys_unlink(path), 0);
    assert_int_equal(fsys_mkdir(scratch_path(&s, "d"), 0755), 0);
    assert_int_equal(fsys_rmdir(scratch_path(&s, "d")), 0);
    int sock = fsys_socket(AF_INET, SOCK_STREAM, 0);
    assert_true(sock >= 0);
    assert_int_equal(fcntl(sock, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(fsys_close(sock), 0);
    scratch_release(&s);
}

static void test_fsys__mkdir_all_makes_the_missing_ones(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *deep = scratch_path(&s, "a//b/c/");
    assert_int_equal(fsys_mkdir_all(deep, 0755), 0);
    assert_int_equal(fsys_mkdir_all(deep, 0755), 0);
    struct stat st;
    assert_int_equal(stat(scratch_path(&s, "a/b/c"), &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    scratch_write(&s, "file", "x", 1);
    assert_int_equal(fsys_mkdir_all(scratch_path(&s, "file/below"), 0755), -1);
    assert_int_equal(errno, ENOTDIR);
    assert_int_equal(fsys_mkdir_all("", 0755), -1);
    assert_int_equal(errno, ENOENT);
    char *longest = malloc(5000);
    assert_non_null(longest);
    memset(longest, 'x', 4999);
    longest[4999] = '\0';
    assert_int_equal(fsys_mkdir_all(longest, 0755), -1);
    assert_int_equal(errno, ENAMETOOLONG);
    free(longest);
    scratch_release(&s);
}

static size_t count_entries(const char *folder, int *error)
{
    DIR *dir = fsys_opendir(folder);
    if (dir == NULL) {
        *error = errno;
        return 0;
    }
    size_t n = 0;
    while (fsys_readdir(dir) != NULL) {
        n++;
    }
    *error = errno;
    fsys_closedir(dir);
    return n;
}

static void test_fsys__readdir_tells_the_end_from_a_failure(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    scratch_write(&s, "a", "", 0);
    scratch_write(&s, "b", "", 0);
    int error = -1;
    errno = EPERM;
    assert_int_equal(count_entries(s.folder, &error), 4);
    assert_int_equal(error, 0);
    fsys_fault_arm(3, EIO, false);
    assert_int_equal(count_entries(s.folder, &error), 1);
    fsys_fault_arm(0, 0, false);
    assert_int_equal(error, EIO);
    scratch_release(&s);
}

static void test_fsys__fault_fails_one_call_or_all_later_ones(void **state)
{
    (void)state;
    struct stat st;
    fsys_fault_arm(2, ENOSPC, false);
    assert_int_equal(fsys_stat("/", &st), 0);
    assert_int_equal(fsys_stat("/", &st), -1);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(fsys_stat("/", &st), 0);
    assert_int_equal(fsys_fault_calls(), 3);
    fsys_fault_arm(2, EMFILE, true);
    assert_int_equal(fsys_stat("/", &st), 0);
    assert_int_equal(fsys_open("/", O_RDONLY, 0), -1);
    assert_int_equal(fsys_mkdir_all("/tmp", 0755), -1);
    assert_int_equal(errno, EMFILE);
    fsys_fault_arm(0, 0, false);
    assert_int_equal(fsys_stat("/", &st), 0);
    assert_int_equal(fsys_fault_calls(), 0);
}

static void test_fsys__a_failing_close_still_closes(void **state)
{
    (void)state;
    size_t before = scratch_open_descriptors();
    int fd = fsys_open("/", O_RDONLY | O_DIRECTORY, 0);
    DIR *dir = fsys_opendir("/");
    fsys_fault_arm(1, EIO, true);
    assert_int_equal(fsys_close(fd), -1);
    assert_int_equal(errno, EIO);
    assert_int_equal(fsys_closedir(dir), -1);
    fsys_fault_arm(0, 0, false);
    assert_int_equal(scratch_open_descriptors(), before);
}

static void test_fsys__every_call_can_fail(void **state)
{
    (void)state;
    struct stat st;
    char c = 0;
    fsys_fault_arm(1, EIO, true);
    assert_int_equal(fsys_open("/", O_RDONLY, 0), -1);
    assert_int_equal(fsys_read(0, &c, 1), -1);
    assert_int_equal(fsys_pread(0, &c, 1, 0), -1);
    assert_int_equal(fsys_write(1, &c, 1), -1);
    assert_int_equal(fsys_write_all(1, &c, 1), -1);
    assert_int_equal(fsys_fsync(1), -1);
    assert_int_equal(fsys_ftruncate(1, 0), -1);
    assert_int_equal(fsys_rename("/nowhere/a", "/nowhere/b"), -1);
    assert_int_equal(fsys_unlink("/nowhere/a"), -1);
    assert_int_equal(fsys_mkdir("/nowhere/a", 0), -1);
    assert_int_equal(fsys_mkdir_all("/nowhere/a", 0), -1);
    assert_int_equal(fsys_rmdir("/nowhere/a"), -1);
    assert_int_equal(fsys_symlink("a", "/nowhere/a"), -1);
    assert_int_equal(fsys_socket(AF_INET, SOCK_STREAM, 0), -1);
    assert_int_equal(fsys_stat("/", &st), -1);
    assert_int_equal(fsys_lstat("/", &st), -1);
    assert_int_equal(fsys_fstat(0, &st), -1);
    assert_int_equal(fsys_flock(0, LOCK_SH), -1);
    assert_null(fsys_opendir("/"));
    assert_int_equal(errno, EIO);
    assert_int_equal(fsys_fault_calls(), 19);
    fsys_fault_arm(0, 0, false);
}

static void test_fsys__kill_fault_ends_the_process_before_the_call(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *first = scratch_path(&s, "first");
    const char *second = scratch_path(&s, "second");
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fsys_fault_arm(2, FSYS_KILL, false);
        fsys_mkdir(first, 0755);
        fsys_mkdir(second, 0755);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
    assert_int_equal(access(first, F_OK), 0);
    assert_int_equal(access(second, F_OK), -1);
    scratch_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fsys__calls_do_what_their_name_says),
        cmocka_unit_test(test_fsys__mkdir_all_makes_the_missing_ones),
        cmocka_unit_test(test_fsys__readdir_tells_the_end_from_a_failure),
        cmocka_unit_test(test_fsys__fault_fails_one_call_or_all_later_ones),
        cmocka_unit_test(test_fsys__a_failing_close_still_closes),
        cmocka_unit_test(test_fsys__every_call_can_fail),
        cmocka_unit_test(test_fsys__kill_fault_ends_the_process_before_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
