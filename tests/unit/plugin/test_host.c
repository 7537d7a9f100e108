// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "host.h"
#include "mem.h"

static void test_host__sets_every_slot(void **state)
{
    (void)state;
    pt_host host;
    int owner = 0;
    memset(&host, 0, sizeof host);
    host_table_init(&host, &owner);
    assert_int_equal(host.struct_size, sizeof host);
    assert_int_equal(host.abi_major, PT_ABI_MAJOR);
    assert_int_equal(host.abi_minor, PT_ABI_MINOR);
    assert_ptr_equal(host.ctx, &owner);
    const void *tables[] = {&host, host.input, host.writer, host.reader, host.http};
    const size_t first_slot[] = {offsetof(pt_host, log), 8, 8, 8, 8};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        uint32_t size = 0;
        memcpy(&size, tables[t], sizeof size);
        assert_true(size > first_slot[t]);
        for (size_t at = first_slot[t]; at < size; at += sizeof(void *)) {
            const void *slot = NULL;
            memcpy(&slot, (const char *)tables[t] + at, sizeof slot);
            assert_non_null(slot);
        }
    }
}

static void test_host__says_what_it_does_not_offer(void **state)
{
    (void)state;
    pt_host h;
    struct pt_error err = ERROR_INIT;
    pt_bytes bytes = {0};
    const char *path = "x";
    uint64_t size = 9;
    pt_stream *stream = (pt_stream *)&h;
    const pt_http_response *response = (const pt_http_response *)&h;
    host_table_init(&h, NULL);
    assert_int_equal(h.secret_get(&h, 1, &bytes, &err), PT_E_UNSUPPORTED);
    assert_string_equal(err.message, "this host does not offer secrets");
    assert_int_equal(h.temp_dir(&h, &path, &err), PT_E_UNSUPPORTED);
    assert_null(path);
    assert_int_equal(h.input->count(NULL), 0);
    assert_int_equal(h.input->describe(NULL, 0, NULL, &err), PT_E_UNSUPPORTED);
    assert_int_equal(h.input->open(NULL, 0, 0, &stream, &err), PT_E_UNSUPPORTED);
    assert_null(stream);
    assert_int_equal(h.input->read(NULL, NULL, 0, &size, &err), PT_E_UNSUPPORTED);
    assert_int_equal(size, 0);
    h.input->close(NULL);
    assert_int_equal(h.writer->write(NULL, "a", 1, &err), PT_E_UNSUPPORTED);
    assert_int_equal(h.reader->read(NULL, NULL, 0, &err), PT_E_UNSUPPORTED);
    assert_int_equal(h.reader->remaining(NULL), 0);
    assert_int_equal(h.http->exchange(&h, NULL, &response, &err), PT_E_UNSUPPORTED);
    assert_null(response);
    h.http->release(&h, NULL);
    h.log(&h, PT_LOG_INFO, "nowhere", NULL, 0);
    assert_int_equal(h.cancelled(&h), 0);
    assert_null(h.get_extension(&h, "any/1"));
}

static void test_host__gives_memory_and_time(void **state)
{
    (void)state;
    pt_host h;
    host_table_init(&h, NULL);
    int64_t before = mem_live_blocks();
    char *p = h.alloc(&h, 10);
    assert_non_null(p);
    memcpy(p, "012345678", 10);
    p = h.realloc(&h, p, 100000);
    assert_string_equal(p, "012345678");
    assert_int_equal(mem_live_blocks(), before + 1);
    h.free(&h, p);
    h.free(&h, NULL);
    assert_int_equal(mem_live_blocks(), before);
    assert_null(h.alloc(&h, UINT64_MAX / 2));
    int64_t now = (int64_t)time(NULL) * 1000;
    assert_true(h.now_ms(&h) > now - 5000 && h.now_ms(&h) < now + 5000);
}

static void test_host__stores_errors(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(host_error_set(&err, PT_E_NETWORK, "no %s answer", "with.url", 3),
                     PT_E_NETWORK);
    assert_int_equal(err.code, PT_E_NETWORK);
    assert_string_equal(err.message, "no %s answer");
    assert_string_equal(err.option, "with.url");
    assert_int_equal(err.retryable, 1);
    assert_int_equal(host_error_set(&err, PT_E_DATA, err.message, NULL, 0), PT_E_DATA);
    assert_string_equal(err.message, "no %s answer");
    assert_string_equal(err.option, "");
    assert_int_equal(host_error_set(NULL, PT_E_DATA, "x", NULL, 0), PT_E_DATA);
    assert_int_equal(host_error_set(&err, PT_E_DATA, NULL, NULL, 0), PT_E_DATA);
    assert_string_equal(err.message, "bad data");
}

static void test_host__never_takes_a_failure_for_success(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    static const pt_status codes[] = {PT_OK, -1, 15, INT32_MAX};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(host_error_set(&err, codes[i], "odd", NULL, 0), PT_E_INTERNAL);
        assert_int_equal(err.code, PT_E_INTERNAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host__sets_every_slot),
        cmocka_unit_test(test_host__says_what_it_does_not_offer),
        cmocka_unit_test(test_host__gives_memory_and_time),
        cmocka_unit_test(test_host__stores_errors),
        cmocka_unit_test(test_host__never_takes_a_failure_for_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
