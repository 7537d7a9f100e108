// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Expected ids were computed by Python's hashlib from the definition in delivery_id.h.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "delivery_id.h"
#include "fault.h"

static const struct delivery_key key = {"shop", "spring", "hook", "2025-06-01T00:00:00Z"};

static void test_delivery_id__is_as_documented(void **state)
{
    (void)state;
    char id[DELIVERY_ID_CHARS];
    assert_int_equal(delivery_id(&key, text_of("C000001"), id, NULL), PT_OK);
    assert_string_equal(id, "9ad1da8b74ffa70590220e5383ae3cd3");
    const struct delivery_key all = {"shop", NULL, "hook", "w"};
    assert_int_equal(delivery_id(&all, text_of("C000001"), id, NULL), PT_OK);
    assert_string_equal(id, "eca9466c885d73a79e55e08ee68c89cb");
    assert_int_equal(delivery_body_id((const char *const[]){"a", "b"}, 2, id, NULL), PT_OK);
    assert_string_equal(id, "3c9d591045bc8876f9d0399bbfb05c6a");
}

static void test_delivery_id__every_part_counts(void **state)
{
    (void)state;
    const struct delivery_key others[] = {{"shop2", "spring", "hook", "2025-06-01T00:00:00Z"},
                                          {"shop", "autumn", "hook", "2025-06-01T00:00:00Z"},
                                          {"shop", "spring", "hook2", "2025-06-01T00:00:00Z"},
                                          {"shop", "spring", "hook", "2025-06-02T00:00:00Z"},
                                          {"shops", "pring", "hook", "2025-06-01T00:00:00Z"}};
    char id[DELIVERY_ID_CHARS];
    char other[DELIVERY_ID_CHARS];
    assert_int_equal(delivery_id(&key, text_of("C1"), id, NULL), PT_OK);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(delivery_id(&others[i], text_of("C1"), other, NULL), PT_OK);
        assert_string_not_equal(id, other);
    }
    assert_int_equal(delivery_id(&key, text_of("C2"), other, NULL), PT_OK);
    assert_string_not_equal(id, other);
    assert_int_equal(delivery_body_id((const char *const[]){"ab"}, 1, id, NULL), PT_OK);
    assert_int_equal(delivery_body_id((const char *const[]){"a", "b"}, 2, other, NULL), PT_OK);
    assert_string_not_equal(id, other);
}

static pt_status make_ids(void *arg, struct pt_error *err)
{
    char id[DELIVERY_ID_CHARS];
    (void)arg;
    TRY(delivery_id(&key, text_of("C1"), id, err));
    return delivery_body_id((const char *const[]){"a", "b"}, 2, id, err);
}

static void test_delivery_id__every_failing_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep_memory(make_ids, NULL, NULL) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delivery_id__is_as_documented),
        cmocka_unit_test(test_delivery_id__every_part_counts),
        cmocka_unit_test(test_delivery_id__every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
