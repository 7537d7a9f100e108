// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The algorithm alone, on plain arrays: no host is needed.
#include <stdio.h>

#include "base_rate.h"

int main(void)
{
    static const double label[] = {1, 0, 1, 1};
    static const double weight[] = {2, 1, 1, 5};
    static const uint8_t fold[] = {0, 0, 0, 1};
    struct base_rate weighted = {0};
    base_rate_add(&weighted, label, weight, fold, 4);
    if (base_rate_p(&weighted, 0) != 0.75) {
        fprintf(stderr, "wrong: %g is not 3 of 4\n", base_rate_p(&weighted, 0));
        return 1;
    }
    struct base_rate nothing = {0};
    if (base_rate_p(&nothing, 0) != 0.5) {
        fprintf(stderr, "wrong: %g of nothing\n", base_rate_p(&nothing, 0));
        return 1;
    }
    return 0;
}
