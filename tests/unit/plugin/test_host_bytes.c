// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "host_bytes.h"

static pt_status keep(void *ctx, const void *data, uint64_t size, struct pt_error *err)
{
    char *kept = ctx;
    if (strlen(kept) + size > 8) {
        FAIL(err, PT_E_IO, "full");
    }
    strncat(kept, data, size);
    return PT_OK;
}

static void test_host_bytes__writes_through_the_callback(void **state)
{
    (void)state;
    char kept[16] = "";
    struct pt_writer writer = {.ctx = kept, .write = keep};
    struct pt_error err = ERROR_INIT;
    const pt_writer_api *api = host_writer_api();
    assert_int_equal(api->write(&writer, "abc", 3, &err), PT_OK);
    assert_int_equal(api->write(&writer, NULL, 0, &err), PT_OK);
    assert_int_equal(api->write(&writer, "def", 3, &err), PT_OK);
    assert_string_equal(kept, "abcdef");
    assert_int_equal(api->write(&writer, "ghi", 3, &err), PT_E_IO);
    assert_string_equal(err.message, "full");
    assert_int_equal(api->write(NULL, "a", 1, &err), PT_E_INVALID);
    assert_int_equal(api->write(&writer, NULL, 1, &err), PT_E_INVALID);
}

static void test_host_bytes__reads_what_there_is(void **state)
{
    (void)state;
    struct pt_reader reader = {.data = (const uint8_t *)"abcdef", .size = 6};
    struct pt_error err = ERROR_INIT;
    const pt_reader_api *api = host_reader_api();
    char buffer[8] = "";
    assert_int_equal(api->remaining(&reader), 6);
    assert_int_equal(api->read(&reader, buffer, 4, &err), PT_OK);
    assert_string_equal(buffer, "abcd");
    assert_int_equal(api->remaining(&reader), 2);
    assert_int_equal(api->read(&reader, buffer, 3, &err), PT_E_DATA);
    assert_int_equal(api->read(&reader, buffer, UINT64_MAX, &err), PT_E_DATA);
    assert_int_equal(api->remaining(&reader), 2);
    assert_int_equal(api->read(&reader, buffer, 2, &err), PT_OK);
    assert_memory_equal(buffer, "ef", 2);
    assert_int_equal(api->read(&reader, buffer, 0, &err), PT_OK);
    assert_int_equal(api->read(NULL, buffer, 1, &err), PT_E_INVALID);
    assert_int_equal(api->remaining(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_bytes__writes_through_the_callback),
        cmocka_unit_test(test_host_bytes__reads_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
