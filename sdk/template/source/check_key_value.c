// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The format alone, line by line: no host is needed.
#include <stdio.h>
#include <string.h>

#include "key_value.h"

struct line_case {
    const char *line;
    const char *reason; // NULL = a good line
    const char *key;
    double value;
};

static const struct line_case cases[] = {
    {"a=1", NULL, "a", 1},
    {"long key=-2.5e1", NULL, "long key", -25},
    {"", "no separator", NULL, 0},
    {"=1", "no key", NULL, 0},
    {"a=b", "not a number", NULL, 0},
    {"\xff=1", "not UTF-8", NULL, 0},
};

static bool is_right(const struct line_case *c)
{
    struct key_value out = {0};
    const char *reason = key_value_parse((const uint8_t *)c->line, strlen(c->line), '=', &out);
    if (c->reason != NULL || reason != NULL) {
        return c->reason != NULL && reason != NULL && strcmp(reason, c->reason) == 0;
    }
    return out.key_size == strlen(c->key) && memcmp(out.key, c->key, out.key_size) == 0 &&
           out.value == c->value;
}

int main(void)
{
    int n_wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!is_right(&cases[i])) {
            fprintf(stderr, "wrong: `%s`\n", cases[i].line);
            n_wrong++;
        }
    }
    return n_wrong == 0 ? 0 : 1;
}
