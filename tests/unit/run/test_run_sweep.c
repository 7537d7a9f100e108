// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Failure sweeps over a whole run: every allocation and every file call fails once, and then for
// good, and the process is killed before every file call. Whatever happens: the exit code tells it,
// run.json agrees, published files are old, new or absent, the manifest comes last, nothing leaks.
//   test_run_sweep [SAMPLES]    how many places of each sweep to try; 0 = every one
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fsys.h"
#include "mem.h"
#include "run_folder.h"
#include "small_run.h"

#define OLD "earlier\n"

struct suite {
    struct small_run run;
    uint64_t samples;
};

struct sweep {
    const char *name;
    bool is_memory;
    int error;
    bool forever;
};

struct outcome {
    const struct sweep *sweep;
    uint64_t at;
    bool was_reached;
    bool had_old;
    struct small_result result;
};

static void require(const struct outcome *o, bool holds, const char *what)
{
    if (!holds) {
        print_error("%s%s, place %llu: %s\nexit %d, screen:\n%s\n", o->sweep->name,
                    o->sweep->forever ? " for good" : "", (unsigned long long)o->at, what,
                    o->result.exit_code, o->result.screen);
        fail();
    }
}

static void arm(const struct sweep *s, uint64_t at)
{
    if (s->is_memory) {
        mem_fault_arm(at, s->forever);
    } else {
        fsys_fault_arm(at, s->error, s->forever);
    }
}

static uint64_t calls_of(const struct sweep *s)
{
    return s->is_memory ? mem_fault_calls() : fsys_fault_calls();
}

static bool is_there(const char *folder, const char *name)
{
    char path[2048];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

// Every file is what it was or what it shall be; with a manifest all are what they shall be.
static void check_files(const struct small_run *s, const struct outcome *o, bool must_be_new)
{
    for (int i = 0; i < SMALL_FILES; i++) {
        char *bytes = workdir_read(s->files[i], NULL);
        bool is_new = bytes != NULL && strcmp(bytes, s->expected[i]) == 0;
        bool is_old = o->had_old ? bytes != NULL && strcmp(bytes, OLD) == 0 : bytes == NULL;
        free(bytes);
        require(o, is_new || is_old, "a published file is neither old nor new");
        require(o, is_new || !must_be_new, "a manifest, or exit 0, without the files");
    }
}

static void check_record(const char *folder, const struct outcome *o)
{
    struct json *record = NULL;
    bool is_alive = false;
    struct pt_error err = ERROR_INIT;
    pt_status status = run_folder_read(folder, &record, &is_alive, &err);
    int code = o->result.exit_code;
    if (status == PT_E_NOT_FOUND) {
        require(o, code != SMALL_EXIT, "a good end without a record");
        return;
    }
    require(o, status == PT_OK, err.message);
    require(o, !is_alive, "the run's lock is held after its end");
    const char *said = run_folder_status(record, is_alive);
    if (strcmp(said, "ABORTED") == 0) {
        require(o, code != SMALL_EXIT && o->sweep->forever, "the record does not tell the end");
    } else {
        int64_t in_record = -1;
        require(o, json_i64(json_get(record, "exit"), &in_record), "no exit in the record");
        // In place, but the folder could not be synced: true, though exit 1 tells of the sync.
        bool is_unsynced = o->sweep->forever && code == EXIT_RUN_FAILED &&
                           in_record == SMALL_EXIT &&
                           strstr(o->result.screen, "cannot be written: folder ") != NULL;
        require(o, in_record == code || is_unsynced, "the record tells another exit");
        require(o, strcmp(said, in_record == SMALL_EXIT ? "PENDING" : "FAILED") == 0,
                "the record's status");
    }
    json_free(record);
}

static void check_said(const struct outcome *o)
{
    char wanted[32];
    snprintf(wanted, sizeof wanted, " exit=%d\n", o->result.exit_code);
    const char *last = strstr(o->result.screen, "run=");
    if (o->result.was_planned) {
        require(o, last != NULL && strstr(last, wanted) != NULL, "no true status line");
    }
    if (o->result.exit_code != SMALL_EXIT) {
        require(o,
                strstr(o->result.screen, "portrait: ") != NULL ||
                    strstr(o->result.screen, "error[") != NULL ||
                    strstr(o->result.screen, "out of memory") != NULL,
                "a failure without a message");
    }
}

static void check_after(const struct small_run *s, const struct outcome *o)
{
    char folder[1024];
    int code = o->result.exit_code;
    bool has_run = small_run_folder(s, folder);
    bool has_manifest = has_run && is_there(folder, "MANIFEST");
    check_said(o);
    check_files(s, o, has_manifest || code == SMALL_EXIT);
    require(o, code != SMALL_EXIT || has_manifest, "a good end without a manifest");
    if (has_run) {
        check_record(folder, o);
    }
    require(o, o->was_reached || code == SMALL_EXIT, "failed without a fault");
    if (code == SMALL_EXIT) { // made good another way: then nothing may be missing
        char *told = small_run_told(s);
        bool is_whole = told != NULL && strcmp(told, s->record) == 0;
        bool has_told = told != NULL && strstr(told, "\"unreadable\": ") != NULL;
        free(told);
        require(o, is_whole || has_told, "the record lacks something");
    }
    if (o->sweep->is_memory && code != SMALL_EXIT) {
        require(o, code == EXIT_RUN_FAILED, "out of memory is exit 1");
        require(o, strstr(o->result.screen, "memory") != NULL, "not told as out of memory");
    }
    if (o->sweep->is_memory) {
        require(o, small_run_temps(s) == 0, "temps are left");
    } else {
        bool is_known = code == SMALL_EXIT || code == EXIT_RUN_FAILED ||
                        (code == EXIT_CONFIG && !o->result.was_planned);
        require(o, is_known, "a failed call is exit 1, or 78 while nothing was begun");
    }
}

static struct outcome try_place(const struct small_run *s, const struct sweep *w, uint64_t at,
                                bool has_old)
{
    struct outcome o = {.sweep = w, .at = at, .had_old = has_old};
    small_run_reset(s, has_old ? OLD : NULL);
    int64_t blocks = mem_live_blocks();
    size_t descriptors = workdir_descriptors();
    arm(w, at);
    o.result = small_run_once(s);
    o.was_reached = calls_of(w) >= at;
    arm(w, 0);
    require(&o, mem_live_blocks() == blocks, "leaks memory");
    require(&o, workdir_descriptors() == descriptors, "leaks descriptors");
    check_after(s, &o);
    return o;
}

// Number of calls of a run without faults, with earlier files or without: whichever has more.
static uint64_t count_calls(const struct small_run *s, const struct sweep *w)
{
    uint64_t most = 0;
    for (int has_old = 0; has_old < 2; has_old++) {
        small_run_reset(s, has_old ? OLD : NULL);
        arm(w, UINT64_MAX);
        assert_int_equal(small_run_once(s).exit_code, SMALL_EXIT);
        uint64_t n = calls_of(w);
        arm(w, 0);
        most = n > most ? n : most;
    }
    return most;
}

static uint64_t step_of(const struct suite *s, uint64_t n_calls)
{
    return s->samples == 0 || n_calls <= s->samples ? 1 : n_calls / s->samples;
}

static void sweep(const struct suite *s, const struct sweep *w)
{
    uint64_t n_calls = count_calls(&s->run, w);
    uint64_t step = step_of(s, n_calls);
    uint64_t n_reached = 0;
    uint64_t n_failed = 0;
    uint64_t n = 0;
    for (uint64_t at = 1; at <= n_calls; at += step) {
        struct outcome o = try_place(&s->run, w, at, n++ % 2 == 0);
        n_reached += o.was_reached;
        n_failed += o.result.exit_code != SMALL_EXIT;
    }
    struct outcome o = try_place(&s->run, w, 2 * n_calls + 100, true);
    require(&o, !o.was_reached, "still reached far behind the last call");
    assert_int_equal(small_run_temps(&s->run), 0);
    print_message("%s%s: %llu calls, %llu tried, %llu failed\n", w->name,
                  w->forever ? " for good" : "", (unsigned long long)n_calls, (unsigned long long)n,
                  (unsigned long long)n_failed);
    assert_true(n_reached + 20 > n && n_failed > n / 2);
}

static void test_run_sweep__memory(void **state)
{
    sweep(*state, &(struct sweep){"no memory", true, 0, false});
    sweep(*state, &(struct sweep){"no memory", true, 0, true});
}

static void test_run_sweep__disk_full(void **state)
{
    sweep(*state, &(struct sweep){"ENOSPC", false, ENOSPC, false});
    sweep(*state, &(struct sweep){"ENOSPC", false, ENOSPC, true});
}

static void test_run_sweep__input_output_error(void **state)
{
    sweep(*state, &(struct sweep){"EIO", false, EIO, false});
    sweep(*state, &(struct sweep){"EIO", false, EIO, true});
}

static void test_run_sweep__no_descriptors(void **state)
{
    sweep(*state, &(struct sweep){"EMFILE", false, EMFILE, false});
    sweep(*state, &(struct sweep){"EMFILE", false, EMFILE, true});
}

// Runs in a child that is killed before its `at`-th file call. False when it got through.
static bool run_killed(const struct small_run *s, uint64_t at)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fsys_fault_arm(at, FSYS_KILL, false);
        _exit(small_run_once(s).exit_code);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGKILL);
        return true;
    }
    assert_int_equal(WEXITSTATUS(status), SMALL_EXIT);
    return false;
}

// What a killed run leaves is told as it is, and the next run works.
static void check_killed(const struct small_run *s, const struct outcome *o)
{
    char folder[1024];
    struct json *record = NULL;
    bool is_alive = false;
    struct pt_error err = ERROR_INIT;
    bool has_run = small_run_folder(s, folder);
    check_files(s, o, has_run && is_there(folder, "MANIFEST"));
    if (!has_run) {
        return;
    }
    pt_status status = run_folder_read(folder, &record, &is_alive, &err);
    require(o, status == PT_OK || status == PT_E_NOT_FOUND, err.message);
    if (status == PT_OK) {
        const char *said = run_folder_status(record, is_alive);
        bool is_ended = strcmp(said, "PENDING") == 0 && is_there(folder, "MANIFEST");
        require(o, strcmp(said, "ABORTED") == 0 || is_ended, said);
    }
    json_free(record);
}

static void test_run_sweep__kill(void **state)
{
    const struct small_run *s = &((const struct suite *)*state)->run;
    const struct sweep w = {.name = "SIGKILL"};
    uint64_t n_calls = count_calls(s, &w);
    uint64_t step = step_of(*state, n_calls);
    uint64_t n = 0;
    for (uint64_t at = 1; at <= n_calls; at += step, n++) {
        struct outcome o = {.sweep = &w, .at = at, .had_old = n % 2 == 0};
        small_run_reset(s, o.had_old ? OLD : NULL);
        bool was_killed = run_killed(s, at);
        require(&o, was_killed || at + 20 > n_calls, "was not killed");
        check_killed(s, &o);
        o.result = small_run_once(s);
        require(&o, o.result.exit_code == SMALL_EXIT, "the next run does not work");
        check_files(s, &o, true);
        require(&o, small_run_temps(s) == 0, "temps are left after the next run");
    }
    print_message("SIGKILL: %llu calls, %llu tried\n", (unsigned long long)n_calls,
                  (unsigned long long)n);
}

static struct suite suite;

static int set_up(void **state)
{
    small_run_init(&suite.run);
    *state = &suite;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    small_run_release(&suite.run);
    return 0;
}

int main(int argc, char **argv)
{
    suite.samples = argc > 1 ? strtoull(argv[1], NULL, 10) : 150;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_sweep__memory),
        cmocka_unit_test(test_run_sweep__disk_full),
        cmocka_unit_test(test_run_sweep__input_output_error),
        cmocka_unit_test(test_run_sweep__no_descriptors),
        cmocka_unit_test(test_run_sweep__kill),
    };
    if (argc > 2) {
        cmocka_set_test_filter(argv[2]);
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
