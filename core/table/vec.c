// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "vec.h"

const char *vec_type_name(enum vec_type type)
{
    static const char *const names[] = {
        [VEC_BOOL] = "bool", [VEC_I64] = "i64",   [VEC_F64] = "f64",
        [VEC_STR] = "str",   [VEC_DATE] = "date", [VEC_TIME] = "time",
    };
    return (unsigned)type < sizeof names / sizeof names[0] ? names[type] : "unknown";
}
