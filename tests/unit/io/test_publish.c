// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "digest.h"
#include "fault.h"
#include "fsys.h"
#include "publish.h"
#include "scratch.h"

static void test_publish__a_file_appears_whole(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *path = scratch_path(&s, "out/deep/a.csv");
    struct publish *p = NULL;
    assert_int_equal(publish_begin(path, "run1", 0, &p, NULL), PT_OK);
    assert_int_equal(publish_write(p, "hello ", 6, NULL), PT_OK);
    assert_int_equal(publish_write(p, NULL, 0, NULL), PT_OK);
    assert_int_equal(publish_write(p, "world", 5, NULL), PT_OK);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(scratch_path(&s, "out/deep/.a.csv.portrait-tmp-run1"), F_OK), 0);
    uint64_t bytes = 0;
    char hex[65];
    assert_int_equal(publish_stage(p, &bytes, hex, NULL), PT_OK);
    assert_int_equal(bytes, 11);
    assert_string_equal(hex, "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(publish_write(p, "more", 4, NULL), PT_E_STATE);
    assert_int_equal(publish_stage(p, NULL, NULL, NULL), PT_OK);
    assert_int_equal(publish_commit(p, NULL), PT_OK);
    assert_true(scratch_file_is(path, "hello world"));
    assert_int_equal(publish_commit(p, NULL), PT_E_STATE);
    assert_int_equal(publish_write(p, "more", 4, NULL), PT_E_STATE);
    publish_free(p);
    publish_free(NULL);
    assert_true(scratch_file_is(path, "hello world"));
    assert_int_equal(scratch_count(scratch_path(&s, "out/deep")), 1);
    scratch_release(&s);
}

static void test_publish__pieces_of_any_size(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const size_t n = 1000003;
    char *data = malloc(n);
    assert_non_null(data);
    for (size_t i = 0; i < n; i++) {
        data[i] = (char)(i * 31 + i / 251);
    }
    static const size_t pieces[] = {1, 100, 65535, 65536, 65537, 200000, 1};
    const char *path = scratch_path(&s, "a");
    struct publish *p = NULL;
    assert_int_equal(publish_begin(path, "run", 0, &p, NULL), PT_OK);
    size_t at = 0;
    for (size_t i = 0; at < n; i++) {
        size_t piece = pieces[i % 7] < n - at ? pieces[i % 7] : n - at;
        assert_int_equal(publish_write(p, data + at, piece, NULL), PT_OK);
        at += piece;
    }
    uint64_t bytes = 0;
    char hex[65];
    char expected[65];
    uint8_t digest[SHA256_BYTES];
    assert_int_equal(publish_stage(p, &bytes, hex, NULL), PT_OK);
    assert_int_equal(publish_commit(p, NULL), PT_OK);
    publish_free(p);
    assert_int_equal(bytes, n);
    assert_int_equal(sha256_of(data, n, digest, NULL), PT_OK);
    digest_hex(digest, sizeof digest, expected);
    assert_string_equal(hex, expected);
    size_t got = 0;
    char *back = scratch_read(path, &got);
    assert_int_equal(got, n);
    assert_memory_equal(back, data, n);
    free(back);
    free(data);
    scratch_release(&s);
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void test_publish__modes_follow_umask_or_are_private(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    mode_t before = umask(027);
    const char *open_path = scratch_path(&s, "shared/a");
    const char *private_path = scratch_path(&s, "own/b");
    assert_int_equal(publish_text(open_path, "r", 0, "x", 1, NULL), PT_OK);
    assert_int_equal(publish_text(private_path, "r", 1, "x", 1, NULL), PT_OK);
    umask(before);
    assert_int_equal(mode_of(open_path), 0640);
    assert_int_equal(mode_of(scratch_path(&s, "shared")), 0750);
    assert_int_equal(mode_of(private_path), 0600);
    assert_int_equal(mode_of(scratch_path(&s, "own")), 0700);
    scratch_release(&s);
}

static void test_publish__freed_without_commit_leaves_the_old_file(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *path = scratch_write(&s, "a", "old", 3);
    for (int staged = 0; staged < 2; staged++) {
        struct publish *p = NULL;
        assert_int_equal(publish_begin(path, "run", 0, &p, NULL), PT_OK);
        assert_int_equal(publish_write(p, "new", 3, NULL), PT_OK);
        if (staged) {
            assert_int_equal(publish_stage(p, NULL, NULL, NULL), PT_OK);
        }
        publish_free(p);
        assert_true(scratch_file_is(path, "old"));
        assert_int_equal(scratch_count(s.folder), 1);
    }
    scratch_release(&s);
}

static void expect_refused(const char *path, const char *run, pt_status code, const char *part)
{
    struct publish *p = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(publish_begin(path, run, 0, &p, &err), code);
    assert_null(p);
    assert_non_null(strstr(err.message, part));
}

static void test_publish__targets_that_cannot_be_files(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    mkdir(scratch_path(&s, "folder"), 0755);
    mkfifo(scratch_path(&s, "pipe"), 0644);
    scratch_write(&s, "file", "x", 1);
    expect_refused(scratch_path(&s, "folder"), "r", PT_E_IO, "is a folder");
    expect_refused(scratch_path(&s, "pipe"), "r", PT_E_IO, "is a pipe or device");
    expect_refused("/dev/null", "r", PT_E_IO, "is a pipe or device");
    expect_refused(scratch_path(&s, "file/below"), "r", PT_E_IO, "file: is not a folder");
    expect_refused(scratch_path(&s, "file/below/more"), "r", PT_E_IO, "Not a directory");
    expect_refused(scratch_path(&s, "folder/"), "r", PT_E_INVALID, "no file name");
    expect_refused(scratch_path(&s, "folder/.."), "r", PT_E_INVALID, "no file name");
    expect_refused("", "r", PT_E_INVALID, "no file name");
    expect_refused(scratch_path(&s, "a"), "", PT_E_INVALID, "no run id");
    expect_refused(scratch_path(&s, "a"), "../r", PT_E_INVALID, "no run id");
    char longest[260];
    memset(longest, 'n', 255);
    longest[255] = '\0';
    expect_refused(scratch_path(&s, longest), "r", PT_E_IO, "File name too long");
    assert_int_equal(scratch_count(s.folder), 3);
    scratch_release(&s);
}

static void test_publish__two_writers_of_one_file(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *path = scratch_path(&s, "a");
    struct publish *first = NULL;
    struct publish *second = NULL;
    assert_int_equal(publish_begin(path, "run1", 0, &first, NULL), PT_OK);
    expect_refused(path, "run1", PT_E_STATE, "is being written already");
    assert_int_equal(publish_begin(path, "run2", 0, &second, NULL), PT_OK);
    assert_int_equal(publish_write(first, "1", 1, NULL), PT_OK);
    assert_int_equal(publish_write(second, "2", 1, NULL), PT_OK);
    assert_int_equal(publish_commit(second, NULL), PT_OK);
    assert_true(scratch_file_is(path, "2"));
    assert_int_equal(publish_commit(first, NULL), PT_OK);
    assert_true(scratch_file_is(path, "1"));
    publish_free(first);
    publish_free(second);
    assert_int_equal(scratch_count(s.folder), 1);
    scratch_release(&s);
}

static void test_publish__sweep_removes_what_ended_runs_left(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *path = scratch_write(&s, "a", "old", 3);
    struct publish *alive = NULL;
    assert_int_equal(publish_begin(path, "alive", 0, &alive, NULL), PT_OK);
    scratch_write(&s, ".a.portrait-tmp-dead1", "half", 4);
    scratch_write(&s, ".a.portrait-tmp-dead2", "", 0);
    scratch_write(&s, ".ab.portrait-tmp-x", "other file's", 12);
    scratch_write(&s, ".a.portrait", "no temp", 7);
    mkdir(scratch_path(&s, ".a.portrait-tmp-folder"), 0755);
    assert_int_equal(symlink("a", scratch_path(&s, ".a.portrait-tmp-link")), 0);
    assert_int_equal(publish_sweep(path, NULL), PT_OK);
    assert_int_equal(access(scratch_path(&s, ".a.portrait-tmp-dead1"), F_OK), -1);
    assert_int_equal(access(scratch_path(&s, ".a.portrait-tmp-dead2"), F_OK), -1);
    // a, the living temp, another file's temp, a stranger, a folder, a link
    assert_int_equal(scratch_count(s.folder), 6);
    assert_int_equal(publish_write(alive, "new", 3, NULL), PT_OK);
    assert_int_equal(publish_commit(alive, NULL), PT_OK);
    publish_free(alive);
    assert_true(scratch_file_is(path, "new"));
    assert_int_equal(publish_sweep(scratch_path(&s, "no/such/a"), NULL), PT_OK);
    scratch_release(&s);
}

static void test_publish__sweep_leaves_temps_of_other_users(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *temp = scratch_write(&s, ".a.portrait-tmp-other", "theirs", 6);
    bool is_given_away = geteuid() == 0; // only root can give a file away
    assert_true(!is_given_away || chown(temp, 65534, (gid_t)-1) == 0);
    assert_int_equal(publish_sweep(scratch_path(&s, "a"), NULL), PT_OK);
    assert_int_equal(scratch_count(s.folder), is_given_away ? 1 : 0);
    scratch_release(&s);
}

static void test_publish__a_temp_of_the_same_ended_run_is_replaced(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    scratch_write(&s, ".a.portrait-tmp-run", "half of something long", 22);
    const char *path = scratch_path(&s, "a");
    assert_int_equal(publish_text(path, "run", 0, "new", 3, NULL), PT_OK);
    assert_true(scratch_file_is(path, "new"));
    assert_int_equal(scratch_count(s.folder), 1);
    // A planted link is not written through.
    scratch_write(&s, "victim", "safe", 4);
    assert_int_equal(symlink("victim", scratch_path(&s, ".a.portrait-tmp-run")), 0);
    expect_refused(path, "run", PT_E_IO, "Too many levels of symbolic links");
    assert_true(scratch_file_is(scratch_path(&s, "victim"), "safe"));
    scratch_release(&s);
}

static void test_publish__after_a_failed_write_nothing_is_published(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *path = scratch_write(&s, "a", "old", 3);
    char block[70000] = {0};
    struct publish *p = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(publish_begin(path, "run", 0, &p, NULL), PT_OK);
    fsys_fault_arm(1, ENOSPC, false);
    assert_int_equal(publish_write(p, block, sizeof block, &err), PT_E_IO);
    fsys_fault_arm(0, 0, false);
    assert_non_null(strstr(err.message, "a: after 0 bytes: No space left on device"));
    assert_int_equal(publish_write(p, "x", 1, &err), PT_E_IO);
    assert_non_null(strstr(err.message, "has failed before"));
    assert_int_equal(publish_commit(p, NULL), PT_E_IO);
    publish_free(p);
    // A failed fsync is final too.
    assert_int_equal(publish_begin(path, "run", 0, &p, NULL), PT_OK);
    fsys_fault_arm(1, EIO, false);
    assert_int_equal(publish_stage(p, NULL, NULL, &err), PT_E_IO);
    assert_non_null(strstr(err.message, "fsync: Input/output error"));
    fsys_fault_arm(0, 0, false);
    assert_int_equal(publish_commit(p, NULL), PT_E_IO);
    publish_free(p);
    assert_true(scratch_file_is(path, "old"));
    assert_int_equal(scratch_count(s.folder), 1);
    scratch_release(&s);
}

static void test_publish__a_real_full_disk_is_told(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    // A process may write no file beyond its limit: the same path as a quota.
    pid_t child = fork();
    assert_true(child >= 0);
    const char *path = scratch_write(&s, "a", "old", 3);
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        const struct rlimit limit = {100000, 100000};
        setrlimit(RLIMIT_FSIZE, &limit);
        static char block[70000];
        struct publish *p = NULL;
        struct pt_error err = ERROR_INIT;
        bool ok = publish_begin(path, "run", 0, &p, &err) == PT_OK &&
                  publish_write(p, block, sizeof block, &err) == PT_OK &&
                  publish_write(p, block, sizeof block, &err) == PT_E_IO &&
                  strstr(err.message, "File too large") != NULL;
        publish_free(p);
        _exit(ok ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(scratch_file_is(path, "old"));
    assert_int_equal(scratch_count(s.folder), 1);
    scratch_release(&s);
}

// A publish into folders that may have to be made, over an old file or none.
struct scenario {
    struct scratch s;
    char path[256];
    char folder[256];
    bool has_old;
};

#define NEW_TEXT "the new text"

static void scenario_prepare(struct scenario *c)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s/out'", c->s.folder);
    assert_int_equal(system(command), 0);
    snprintf(c->folder, sizeof c->folder, "%.60s/out/deep", c->s.folder);
    snprintf(c->path, sizeof c->path, "%.200s/a.csv", c->folder);
    if (c->has_old) {
        assert_int_equal(fsys_mkdir_all(c->folder, 0755), 0);
        scratch_write(&c->s, "out/deep/a.csv", "old", 3);
        scratch_write(&c->s, "out/deep/.a.csv.portrait-tmp-run", "stale", 5);
    }
}

static pt_status scenario_run(void *arg, struct pt_error *err)
{
    struct scenario *c = arg;
    static char filler[70000];
    struct publish *p = NULL;
    TRY(publish_begin(c->path, "run", 0, &p, err));
    pt_status status = publish_write(p, NEW_TEXT, strlen(NEW_TEXT), err);
    if (status == PT_OK) {
        status = publish_write(p, filler, sizeof filler, err);
    }
    if (status == PT_OK) {
        status = publish_commit(p, err);
    }
    publish_free(p);
    return status;
}

enum content { CONTENT_ABSENT, CONTENT_OLD, CONTENT_NEW, CONTENT_PARTIAL };

static enum content scenario_content(const struct scenario *c)
{
    size_t n = 0;
    char *data = scratch_read(c->path, &n);
    enum content is = CONTENT_PARTIAL;
    if (data == NULL) {
        is = CONTENT_ABSENT;
    } else if (n == 3 && memcmp(data, "old", 3) == 0) {
        is = CONTENT_OLD;
    } else if (n == strlen(NEW_TEXT) + 70000 && memcmp(data, NEW_TEXT, strlen(NEW_TEXT)) == 0) {
        is = CONTENT_NEW;
    }
    free(data);
    return is;
}

static size_t scenario_files(const struct scenario *c)
{
    struct stat st;
    return stat(c->folder, &st) == 0 ? scratch_count(c->folder) : 0;
}

// What must hold after any run; then everything is set back for the next one.
static void scenario_check(void *arg, pt_status status)
{
    struct scenario *c = arg;
    enum content is = scenario_content(c);
    assert_true(is != CONTENT_PARTIAL);
    if (status == PT_OK) {
        assert_int_equal(is, CONTENT_NEW);
    }
    if (c->has_old) {
        assert_true(is != CONTENT_ABSENT);
    }
    assert_int_equal(publish_sweep(c->path, NULL), PT_OK);
    assert_int_equal(scenario_files(c), is == CONTENT_ABSENT ? 0 : 1);
    scenario_prepare(c);
}

static void sweep_faults(bool has_old)
{
    struct scenario c = {.has_old = has_old};
    scratch_init(&c.s);
    scenario_prepare(&c);
    assert_true(fault_sweep_memory(scenario_run, scenario_check, &c) >= 10);
    static const int errors[] = {EIO, ENOSPC, EMFILE, EACCES};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        assert_true(fault_sweep_calls(scenario_run, scenario_check, &c, errors[i]) >= 20);
    }
    scratch_release(&c.s);
}

static void test_publish__any_failing_call_leaves_old_or_new(void **state)
{
    (void)state;
    sweep_faults(false);
    sweep_faults(true);
}

// One failing call can be recovered from: no temp stays even without a sweep.
static void test_publish__one_failing_call_leaves_no_temp(void **state)
{
    (void)state;
    struct scenario c = {0};
    scratch_init(&c.s);
    uint64_t at = 0;
    bool reached = true;
    while (reached) {
        at++;
        scenario_prepare(&c);
        fsys_fault_arm(at, EIO, false);
        pt_status status = scenario_run(&c, NULL);
        reached = fsys_fault_calls() >= at;
        fsys_fault_arm(0, 0, false);
        bool is_there = scenario_content(&c) == CONTENT_NEW;
        assert_true(is_there || status != PT_OK);
        assert_int_equal(scenario_files(&c), is_there ? 1 : 0);
    }
    assert_true(at > 20);
    scratch_release(&c.s);
}

// Runs the scenario in a child that is killed before its `at`-th call. False when it ran through.
static bool run_killed(struct scenario *c, uint64_t at)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fsys_fault_arm(at, FSYS_KILL, false);
        _exit(scenario_run(c, NULL) == PT_OK ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGKILL);
        return true;
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    return false;
}

static void kill_everywhere(bool has_old)
{
    struct scenario c = {.has_old = has_old};
    scratch_init(&c.s);
    size_t seen[4] = {0};
    size_t temps = 0;
    uint64_t at = 1;
    for (bool killed = true; killed; at++) {
        scenario_prepare(&c);
        killed = run_killed(&c, at);
        enum content is = scenario_content(&c);
        seen[is]++;
        assert_int_not_equal(is, CONTENT_PARTIAL);
        assert_int_not_equal(is, has_old ? CONTENT_ABSENT : CONTENT_OLD);
        size_t expected = is == CONTENT_ABSENT ? 0 : 1;
        temps += scenario_files(&c) > expected;
        // The next run cleans up and goes through.
        assert_int_equal(publish_sweep(c.path, NULL), PT_OK);
        assert_int_equal(scenario_files(&c), expected);
        assert_int_equal(scenario_run(&c, NULL), PT_OK);
        assert_int_equal(scenario_content(&c), CONTENT_NEW);
        assert_int_equal(scenario_files(&c), 1);
    }
    assert_true(at > 15);
    assert_true(temps > 3); // some kills did hit between create and rename
    assert_true(seen[CONTENT_NEW] > 1);
    assert_true(seen[has_old ? CONTENT_OLD : CONTENT_ABSENT] > 5);
    scratch_release(&c.s);
}

static void test_publish__sigkill_before_any_call_leaves_old_or_new(void **state)
{
    (void)state;
    kill_everywhere(false);
    kill_everywhere(true);
}

// Runs the scenario in a child that stops before its `at`-th call while we sweep. False when it ran
// through without stopping.
static bool run_swept(struct scenario *c, uint64_t at)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct pt_error err = ERROR_INIT;
        fsys_fault_arm(at, FSYS_STOP, false);
        pt_status status = scenario_run(c, &err);
        fprintf(stderr, "%s", err.message);
        _exit(status == PT_OK ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    bool was_stopped = WIFSTOPPED(status);
    if (was_stopped) {
        assert_int_equal(publish_sweep(c->path, NULL), PT_OK);
        assert_int_equal(kill(child, SIGCONT), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return was_stopped;
}

static void test_publish__a_sweep_at_any_moment_does_not_disturb(void **state)
{
    (void)state;
    for (int has_old = 0; has_old < 2; has_old++) {
        struct scenario c = {.has_old = has_old != 0};
        scratch_init(&c.s);
        uint64_t at = 0;
        bool was_stopped = true;
        while (was_stopped) {
            at++;
            scenario_prepare(&c);
            was_stopped = run_swept(&c, at);
            assert_int_equal(scenario_content(&c), CONTENT_NEW);
            assert_int_equal(scenario_files(&c), 1);
        }
        assert_true(at > 10);
        scratch_release(&c.s);
    }
}

static pt_status run_sweep(void *arg, struct pt_error *err)
{
    struct scratch *s = arg;
    scratch_write(s, ".a.portrait-tmp-1", "x", 1);
    return publish_sweep(scratch_path(s, "a"), err);
}

static void test_publish__a_failing_sweep_is_a_clean_error(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    assert_true(fault_sweep_memory(run_sweep, NULL, &s) >= 3);
    assert_true(fault_sweep_calls(run_sweep, NULL, &s, EIO) >= 8);
    scratch_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publish__a_file_appears_whole),
        cmocka_unit_test(test_publish__pieces_of_any_size),
        cmocka_unit_test(test_publish__modes_follow_umask_or_are_private),
        cmocka_unit_test(test_publish__freed_without_commit_leaves_the_old_file),
        cmocka_unit_test(test_publish__targets_that_cannot_be_files),
        cmocka_unit_test(test_publish__two_writers_of_one_file),
        cmocka_unit_test(test_publish__sweep_removes_what_ended_runs_left),
        cmocka_unit_test(test_publish__sweep_leaves_temps_of_other_users),
        cmocka_unit_test(test_publish__a_temp_of_the_same_ended_run_is_replaced),
        cmocka_unit_test(test_publish__after_a_failed_write_nothing_is_published),
        cmocka_unit_test(test_publish__a_real_full_disk_is_told),
        cmocka_unit_test(test_publish__any_failing_call_leaves_old_or_new),
        cmocka_unit_test(test_publish__one_failing_call_leaves_no_temp),
        cmocka_unit_test(test_publish__sigkill_before_any_call_leaves_old_or_new),
        cmocka_unit_test(test_publish__a_sweep_at_any_moment_does_not_disturb),
        cmocka_unit_test(test_publish__a_failing_sweep_is_a_clean_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
