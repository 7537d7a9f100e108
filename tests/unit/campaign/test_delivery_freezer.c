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
#include <sys/wait.h>
#include <unistd.h>

#include "courier.h"
#include "delivery_store.h"
#include "digest.h"
#include "fault.h"
#include "fsys.h"
#include "scratch.h"

static void test_delivery_freezer__writes_bodies_recipients_index(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *folder = scratch_path(&s, "run/deliveries/hook");
    assert_int_equal(courier_freeze(folder, 2, NULL), PT_OK);
    assert_int_equal(scratch_count(folder), 4);
    assert_true(scratch_file_is(scratch_path(&s, "run/deliveries/hook/000001.json"), "{\"n\":1}"));
    assert_true(scratch_file_is(scratch_path(&s, "run/deliveries/hook/000002.json"), "{\"n\":2}"));
    size_t n = 0;
    char *who = scratch_read(scratch_path(&s, "run/deliveries/hook/recipients.csv"), &n);
    assert_non_null(who);
    assert_int_equal(strncmp(who, "body,delivery_id,profile\n1,", 27), 0);
    assert_non_null(strstr(who, ",\"C2,1\"\n"));
    free(who);
    char *index = scratch_read(scratch_path(&s, "run/deliveries/hook/index.ndjson"), &n);
    assert_non_null(strstr(index, "\"file\":\"000002.json\""));
    assert_non_null(strstr(index, "\n{\"bodies\":2,\"profiles\":4}\n"));
    free(index);
    struct stat info;
    assert_int_equal(stat(folder, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(stat(scratch_path(&s, "run/deliveries/hook/000001.json"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    scratch_release(&s);
}

static void test_delivery_freezer__frozen_is_frozen(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *folder = scratch_path(&s, "hook");
    struct pt_error err = ERROR_INIT;
    assert_int_equal(courier_freeze(folder, 1, NULL), PT_OK);
    assert_int_equal(courier_freeze(folder, 1, &err), PT_E_STATE);
    assert_non_null(strstr(err.message, "never replaced"));
    scratch_release(&s);
}

static void test_delivery_freezer__an_abandoned_freeze_leaves_nothing_behind(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *folder = scratch_path(&s, "hook");
    struct delivery_freezer *f = NULL;
    assert_int_equal(delivery_freezer_new(folder, "run0", &f, NULL), PT_OK);
    const struct delivery_body old = {.bytes = {(const uint8_t *)"old", 3},
                                      .content_type = "text/plain",
                                      .ids = (const char *const[]){"a"},
                                      .profiles = (const char *const[]){"p"},
                                      .n = 1};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(delivery_freezer_add(f, &old, NULL), PT_OK);
    }
    delivery_freezer_free(f);
    delivery_freezer_free(NULL);
    struct delivery_report report;
    assert_int_equal(delivery_status(folder, &report, NULL), PT_E_NOT_FOUND);
    assert_int_equal(courier_freeze(folder, 2, NULL), PT_OK);
    assert_int_equal(scratch_count(folder), 4);
    assert_int_equal(delivery_status(folder, &report, NULL), PT_OK);
    assert_int_equal(report.total.bodies, 2);
    assert_int_equal(report.total.profiles, 4);
    assert_int_equal(report.pending.bodies, 2);
    scratch_release(&s);
}

static void test_delivery_freezer__nothing_to_deliver_is_complete(void **state)
{
    (void)state;
    struct scratch s;
    scratch_init(&s);
    const char *folder = scratch_path(&s, "hook");
    struct delivery_report report;
    assert_int_equal(courier_freeze(folder, 0, NULL), PT_OK);
    assert_int_equal(delivery_status(folder, &report, NULL), PT_OK);
    assert_int_equal(report.total.bodies, 0);
    assert_true(delivery_is_complete(&report));
    scratch_release(&s);
}

struct sweep {
    struct scratch s;
    unsigned next;
    char folder[128];
};

static pt_status freeze_once(void *arg, struct pt_error *err)
{
    struct sweep *x = arg;
    snprintf(x->folder, sizeof x->folder, "%s/d%u", x->s.folder, x->next++);
    return courier_freeze(x->folder, 3, err);
}

// Whatever failed: either all is frozen, or nothing counts as frozen and a new freeze succeeds.
static void check_frozen(void *arg, pt_status status)
{
    struct sweep *x = arg;
    struct delivery_report report;
    pt_status found = delivery_status(x->folder, &report, NULL);
    if (status == PT_OK) {
        assert_int_equal(found, PT_OK);
    }
    if (found != PT_OK) {
        assert_int_equal(found, PT_E_NOT_FOUND);
        assert_int_equal(courier_freeze(x->folder, 3, NULL), PT_OK);
        assert_int_equal(delivery_status(x->folder, &report, NULL), PT_OK);
    }
    assert_int_equal(report.total.bodies, 3);
    assert_int_equal(report.total.profiles, 6);
}

static void test_delivery_freezer__every_failure_is_clean(void **state)
{
    (void)state;
    struct sweep x = {0};
    scratch_init(&x.s);
    assert_true(fault_sweep_memory(freeze_once, check_frozen, &x) > 30);
    assert_true(fault_sweep_calls(freeze_once, check_frozen, &x, ENOSPC) > 30);
    scratch_release(&x.s);
}

static bool freeze_killed_at(const char *folder, uint64_t at)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        fsys_fault_arm(at, FSYS_KILL, false);
        _exit(courier_freeze(folder, 3, NULL) == PT_OK ? 0 : 1);
    }
    int how = 0;
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_true(WIFSIGNALED(how) || WEXITSTATUS(how) == 0);
    return WIFSIGNALED(how);
}

static void test_delivery_freezer__killed_at_every_call(void **state)
{
    (void)state;
    struct sweep x = {0};
    scratch_init(&x.s);
    bool killed = true;
    for (uint64_t at = 1; killed; at++) {
        snprintf(x.folder, sizeof x.folder, "%s/k%u", x.s.folder, (unsigned)at);
        killed = freeze_killed_at(x.folder, at);
        check_frozen(&x, killed ? PT_E_IO : PT_OK);
        assert_int_equal(scratch_count(x.folder), 5); // no temp is left either
    }
    scratch_release(&x.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delivery_freezer__writes_bodies_recipients_index),
        cmocka_unit_test(test_delivery_freezer__frozen_is_frozen),
        cmocka_unit_test(test_delivery_freezer__an_abandoned_freeze_leaves_nothing_behind),
        cmocka_unit_test(test_delivery_freezer__nothing_to_deliver_is_complete),
        cmocka_unit_test(test_delivery_freezer__every_failure_is_clean),
        cmocka_unit_test(test_delivery_freezer__killed_at_every_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
