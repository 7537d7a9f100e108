// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "key_value.h"

#include <string.h>

#include "pt_number.h"
#include "pt_utf8.h"

const char *key_value_parse(const uint8_t *line, uint64_t size, char separator,
                            struct key_value *out)
{
    const uint8_t *at = size == 0 ? NULL : memchr(line, separator, size);
    if (at == NULL) {
        return "no separator";
    }
    uint64_t key_size = (uint64_t)(at - line);
    uint64_t value_size = size - key_size - 1;
    if (key_size == 0) {
        return "no key";
    }
    if (pt_utf8_check(line, key_size) != PT_UTF8_GOOD) {
        return "not UTF-8";
    }
    *out = (struct key_value){.key = line, .key_size = key_size, .has_value = value_size > 0};
    if (value_size > 0 && !pt_number_f64(at + 1, value_size, &out->value)) {
        return "not a number";
    }
    return NULL;
}
