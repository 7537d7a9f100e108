// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness_inner.h"
#include "pt_batch.h"
#include "pt_export.h"

struct counter {
    const pt_host *host;
    int left;     // batches to give
    int fails_at; // batches left when it fails
    int *n_freed;
};

static pt_status counter_schema(void *self, struct ArrowSchema *out, char *message,
                                uint64_t capacity)
{
    (void)message;
    (void)capacity;
    return pt_schema_build(((struct counter *)self)->host, NULL, 0, out);
}

static pt_status counter_next(void *self, struct ArrowArray *out, char *message, uint64_t capacity)
{
    struct counter *c = self;
    if (c->left == c->fails_at) {
        snprintf(message, capacity, "batch %d is bad", c->left);
        return PT_E_DATA;
    }
    if (c->left == 0) {
        return PT_OK;
    }
    struct pt_batch b;
    pt_status status = pt_batch_init(&b, c->host, NULL, 0, 1);
    if (status == PT_OK) {
        status = pt_batch_finish(&b, (uint64_t)c->left--, out);
    }
    pt_batch_release(&b);
    return status;
}

static void counter_free(void *self)
{
    (*((struct counter *)self)->n_freed)++;
}

static const struct pt_export_ops counter_ops = {counter_schema, counter_next, counter_free};

static void test_pt_export__streams_to_the_end_and_stays_there(void **state)
{
    (void)state;
    struct harness_host host = {0};
    int n_freed = 0;
    host_init(&host);
    struct counter c = {&host.table, 2, -1, &n_freed};
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray batch;
    assert_int_equal(pt_export_stream(&host.table, &counter_ops, &c, &stream), PT_OK);
    assert_int_equal(stream.get_schema(&stream, &schema), 0);
    schema.release(&schema);
    for (int i = 2; i > 0; i--) {
        assert_int_equal(stream.get_next(&stream, &batch), 0);
        assert_int_equal(batch.length, i);
        batch.release(&batch);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(stream.get_next(&stream, &batch), 0);
        assert_null(batch.release);
    }
    stream.release(&stream);
    assert_null(stream.release);
    assert_int_equal(n_freed, 1);
    assert_int_equal(host.live, 0);
}

static void test_pt_export__keeps_code_and_text_of_a_failure(void **state)
{
    (void)state;
    struct harness_host host = {0};
    int n_freed = 0;
    host_init(&host);
    struct counter c = {&host.table, 2, 1, &n_freed};
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    assert_int_equal(pt_export_stream(&host.table, &counter_ops, &c, &stream), PT_OK);
    assert_int_equal(stream.get_next(&stream, &batch), 0);
    batch.release(&batch);
    c.left = 1;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(stream.get_next(&stream, &batch), PT_E_DATA);
        assert_string_equal(stream.get_last_error(&stream), "batch 1 is bad");
    }
    stream.release(&stream);
    host.calls = 0;
    host.fail_at = 1;
    assert_int_equal(pt_export_stream(&host.table, &counter_ops, &c, &stream), PT_E_NO_MEMORY);
    assert_int_equal(n_freed, 1);
    assert_int_equal(host.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pt_export__streams_to_the_end_and_stays_there),
        cmocka_unit_test(test_pt_export__keeps_code_and_text_of_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
