// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "batch_imported.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct imported import_checked(const struct fixture_batch *fixture, const struct zone *zone,
                               bool check)
{
    struct imported out = {0};
    struct ArrowSchema schema;
    struct ArrowArray array;
    fixture_schema(fixture, &schema);
    fixture_array(fixture, &array);
    assert_int_equal(schema_import(&schema, &out.schema, &out.err), PT_OK);
    out.schema.zone = zone;
    out.status = batch_import(&out.batch, &out.schema, &array, check, &out.err);
    if (out.status == PT_OK) {
        assert_null(array.release);
    } else {
        assert_non_null(array.release);
        assert_int_equal(out.batch.n_rows, 0);
        assert_null(out.batch.columns);
        assert_int_equal(out.err.code, out.status);
        array.release(&array);
    }
    schema.release(&schema);
    return out;
}

struct imported import(const struct fixture_batch *fixture)
{
    return import_checked(fixture, NULL, true);
}

void release(struct imported *i)
{
    batch_release(&i->batch);
    schema_release(&i->schema);
}

void expect_refusal(const struct fixture_batch *fixture, const char *reason)
{
    struct imported i = import(fixture);
    assert_int_equal(i.status, PT_E_DATA);
    if (strstr(i.err.message, reason) == NULL) {
        fail_msg("expected `%s` in `%s`", reason, i.err.message);
    }
    release(&i);
}

bool text_at(const struct vec *v, size_t row, const char *expected)
{
    return text_is(vec_text(v, row), expected);
}
