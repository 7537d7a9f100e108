// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Every allocation and every file call of a run that uses all of the room fails once, and then for
// good: always a clean error or the right answer, never a leak.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fsys.h"
#include "mem.h"
#include "scene.h"

static struct scene *shop(void)
{
    struct scene *s = scene_new();
    uint32_t customer = scene_namespace(s, "customer", NAMESPACE_PERSON);
    uint32_t email = scene_namespace(s, "email", NAMESPACE_CONTACT);
    uint32_t device = scene_namespace(s, "device", NAMESPACE_DEVICE);
    scene_normalize(s, email, "lower(value)");
    scene_source(s, "crm", "id:str email:str born:date", NULL);
    scene_source(s, "app", "id:str device:str at:time x:f64 word:str ok:bool", "at");
    scene_id(s, 0, customer, "id");
    scene_id(s, 0, email, "email");
    scene_id(s, 1, customer, "id");
    scene_id(s, 1, device, "device");
    scene_where(s, 1, "ok");
    scene_cutoff(s, 1000);
    scene_cutoff(s, 2000);
    scene_spec(s)->ids_per_profile = 3;
    scene_feature(s, "n", AGGREGATE_COUNT, 1, NULL, "x > 3")->within_us = 500 * SCENE_SECOND;
    scene_feature(s, "sum", AGGREGATE_SUM, 1, "x", NULL);
    scene_feature(s, "top", AGGREGATE_TOP, 1, "word", NULL);
    struct profile_feature *f = scene_feature(s, "first", AGGREGATE_FIRST, 1, "word", "x > 90");
    f->has_default = true;
    f->default_text = "none";
    scene_feature(s, "ok", AGGREGATE_LAST, 1, "ok", NULL);
    scene_feature(s, "age", AGGREGATE_OWN, 0, "days_between(born, as_of)", NULL);
    scene_feature(s, "any", AGGREGATE_EXISTS, 1, NULL, NULL)->is_label = true;
    for (int i = 0; i < 130; i++) {
        scene_rowf(s, 0, "c%d|M%d@x|%d", i % 40, i % 25, i);
        scene_rowf(s, 1, "%s|d%d|%d|%d.5|w%d|%d", i % 3 ? "~" : "c7", i % 9, 2200 - 7 * i, i % 100,
                   i % 20, i % 8 != 0);
    }
    return s;
}

typedef void (*arm_fn)(uint64_t at, bool forever);

static void arm_memory(uint64_t at, bool forever)
{
    mem_fault_arm(at, forever);
}

static void arm_full_disk(uint64_t at, bool forever)
{
    fsys_fault_arm(at, ENOSPC, forever);
}

struct sweep {
    arm_fn arm;
    pt_status code;
    uint64_t step;
    bool may_recover; // a failed call may be made good another way
};

// Fails call after call until the run gets through untouched.
static void sweep(struct scene *s, const struct scene_run *run, const struct sweep *w, bool forever)
{
    pt_status status = PT_OK;
    char *expected = scene_text(s, run, &status);
    assert_int_equal(status, PT_OK);
    uint64_t n_failed = 0;
    for (uint64_t at = 1;; at += w->step) {
        int64_t blocks = mem_live_blocks();
        w->arm(at, forever);
        char *text = scene_text(s, run, &status);
        uint64_t calls = w->arm == arm_memory ? mem_fault_calls() : fsys_fault_calls();
        w->arm(0, false);
        assert_int_equal(mem_live_blocks(), blocks);
        if (status == PT_OK) {
            assert_string_equal(text, expected);
            assert_true(calls < at || w->may_recover);
        } else {
            assert_int_equal(status, w->code);
            n_failed++;
        }
        free(text);
        if (calls < at) {
            break;
        }
    }
    print_message("%lu failures\n", (unsigned long)n_failed);
    assert_true(n_failed > 3);
    free(expected);
}

static const struct sweep memory_once = {arm_memory, PT_E_NO_MEMORY, 1, false};
static const struct sweep memory_for_good = {arm_memory, PT_E_NO_MEMORY, 7, false};
static const struct sweep disk = {arm_full_disk, PT_E_IO, 1, true};

static void test_profile_faults__memory_in_memory(void **state)
{
    (void)state;
    struct scene *s = shop();
    struct scene_run run = {.split_rows = 90, .batch_rows = 40};
    sweep(s, &run, &memory_once, false);
    sweep(s, &run, &memory_for_good, true);
    scene_free(s);
}

static void test_profile_faults__memory_on_disk(void **state)
{
    (void)state;
    struct scene *s = shop();
    struct scene_run run = {.split_rows = 90, .memory = 4000, .use_dictionaries = true};
    sweep(s, &run, &memory_once, false);
    sweep(s, &run, &memory_for_good, true);
    scene_free(s);
}

static void test_profile_faults__disk(void **state)
{
    (void)state;
    struct scene *s = shop();
    struct scene_run run = {.split_rows = 50, .memory = 1};
    sweep(s, &run, &disk, false);
    sweep(s, &run, &disk, true);
    scene_free(s);
}

static void test_profile_faults__no_such_folder(void **state)
{
    (void)state;
    struct scene *s = shop();
    struct scene_run run = {.memory = 1};
    pt_status status = PT_OK;
    scene_spec(s)->temp_dir = "/nonexistent/folder";
    assert_null(scene_text(s, &run, &status));
    assert_int_equal(status, PT_E_IO);
    scene_free(s);
}

static pt_status refuse(void *arg, const struct profile_link *link, struct pt_error *err)
{
    (void)arg;
    (void)link;
    FAIL(err, PT_E_CANCELLED, "enough");
}

static pt_status accept(void *arg, const struct profile_link *link, struct pt_error *err)
{
    (void)link;
    (void)err;
    ++*(uint64_t *)arg;
    return PT_OK;
}

// Links are told after the tables, so they get a sweep of their own; and a listener may say no.
static void test_profile_faults__links(void **state)
{
    (void)state;
    struct scene *s = shop();
    struct scene_run run = {0};
    pt_status status = PT_OK;
    struct profile_cut cut = {0};
    struct pt_error err = ERROR_INIT;
    struct profile *p = scene_profile(s, &run);
    assert_int_equal(profile_cut(p, 1, &cut, &err), PT_OK);
    uint64_t n = 0;
    assert_int_equal(profile_links(p, &cut, refuse, NULL, &err), PT_E_CANCELLED);
    assert_int_equal(profile_links(p, &cut, accept, &n, &err), PT_OK);
    assert_true(n > 40);
    for (uint64_t at = 1;; at++) {
        int64_t blocks = mem_live_blocks();
        mem_fault_arm(at, false);
        status = profile_links(p, &cut, accept, &n, &err);
        uint64_t calls = mem_fault_calls();
        mem_fault_arm(0, false);
        assert_int_equal(mem_live_blocks(), blocks);
        if (calls < at) {
            break;
        }
        assert_int_equal(status, PT_E_NO_MEMORY);
    }
    assert_int_equal(status, PT_OK);
    profile_cut_release(&cut);
    profile_free(p);
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile_faults__memory_in_memory),
        cmocka_unit_test(test_profile_faults__memory_on_disk),
        cmocka_unit_test(test_profile_faults__disk),
        cmocka_unit_test(test_profile_faults__no_such_folder),
        cmocka_unit_test(test_profile_faults__links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
