// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mem.h"
#include "record_update.h"
#include "sweep.h"
#include "workdir.h"

static struct workdir dir;

static pt_status update(const char *record, const struct record_delivery *now, struct pt_error *err)
{
    struct json *json = NULL;
    pt_status status = json_parse(text_of(record), &json, err);
    if (status == PT_OK) {
        status = record_update_delivery(dir.path, json, now, err);
    }
    json_free(json);
    return status;
}

static void expect_record(const char *before, const struct record_delivery *now, const char *after)
{
    struct pt_error err = ERROR_INIT;
    char path[512];
    assert_int_equal(update(before, now, &err), PT_OK);
    snprintf(path, sizeof path, "%s/run.json", dir.path);
    char *text = workdir_read(path, NULL);
    char flat[1024];
    size_t n = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c != '\n' && *c != ' ') {
            flat[n++] = *c;
        }
    }
    flat[n] = '\0';
    assert_string_equal(flat, after);
    free(text);
}

static const struct record_delivery all_sent = {.delivered = 9, .pending = 0, .exit_code = 0};
static const struct record_delivery some_left = {.delivered = 4, .pending = 5, .exit_code = 4};

static void test_record_update__delivered(void **state)
{
    (void)state;
    expect_record(
        "{\"status\": \"PENDING\", \"exit\": 4, \"balance\": {\"read\": 9, \"delivered\": "
        "2, \"pending\": 7}}",
        &all_sent,
        "{\"status\":\"DONE\",\"exit\":0,\"balance\":{\"read\":9,\"delivered\":9,"
        "\"pending\":0}}");
    expect_record(
        "{\"exit\": 0, \"status\": \"DONE\", \"balance\": {\"pending\": 9, \"delivered\": "
        "0}}",
        &some_left,
        "{\"exit\":4,\"status\":\"PENDING\",\"balance\":{\"pending\":5,\"delivered\":4}}");
}

// A run that failed stays failed, whatever is sent later.
static void test_record_update__of_a_failed_run(void **state)
{
    (void)state;
    expect_record("{\"status\": \"FAILED\", \"exit\": 1, \"balance\": {\"delivered\": 0}}",
                  &all_sent, "{\"status\":\"FAILED\",\"exit\":1,\"balance\":{\"delivered\":9}}");
    expect_record("{\"status\": \"RUNNING\", \"exit\": null}", &all_sent,
                  "{\"status\":\"RUNNING\",\"exit\":null}");
}

static void test_record_update__all_else_stays(void **state)
{
    (void)state;
    expect_record(
        "{\"a\": [1, -2.5, 1e300, true, false, null, \"\\u00e4\\n\"], \"o\": {}, \"l\": []}",
        &all_sent, "{\"a\":[1,-2.5,1e+300,true,false,null,\"\xC3\xA4\\n\"],\"o\":{},\"l\":[]}");
    expect_record("{\"balance\": 7}", &all_sent, "{\"balance\":7}");
    expect_record("{\"status\": 7, \"exit\": 0}", &all_sent, "{\"status\":7,\"exit\":0}");
}

static bool scenario(void)
{
    struct pt_error err = ERROR_INIT;
    pt_status status =
        update("{\"status\": \"DONE\", \"balance\": {\"pending\": 1}}", &all_sent, &err);
    assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
    return status == PT_OK;
}

static void test_record_update__out_of_memory(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 5);
    assert_int_equal(workdir_count(dir.path, ".portrait-tmp-"), 0);
}

static int set_up(void **state)
{
    (void)state;
    workdir_init(&dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    workdir_release(&dir);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_update__delivered),
        cmocka_unit_test(test_record_update__of_a_failed_run),
        cmocka_unit_test(test_record_update__all_else_stays),
        cmocka_unit_test(test_record_update__out_of_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
