// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "class_weight.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "pt_number.h"

#define UNITS_MAX 2147483648.0 // of all rows together

bool class_weight_read(const char *text, struct class_weight *out)
{
    *out = (struct class_weight){.kind = CLASS_WEIGHT_RATIO, .ratio = 1};
    if (text == NULL || strcmp(text, "none") == 0) {
        return true;
    }
    if (strcmp(text, "balanced") == 0) {
        out->kind = CLASS_WEIGHT_BALANCED;
        return true;
    }
    if (strcmp(text, "balanced_bootstrap") == 0) {
        out->kind = CLASS_WEIGHT_BOOTSTRAP;
        return true;
    }
    return pt_number_f64((const uint8_t *)text, strlen(text), &out->ratio) && out->ratio > 0 &&
           out->ratio <= CLASS_WEIGHT_RATIO_MAX;
}

struct class_units class_weight_units(const struct class_weight *w, const uint64_t n[2])
{
    double n0 = (double)n[0];
    double n1 = (double)n[1];
    double weight[2] = {1, w->ratio};
    if (w->kind != CLASS_WEIGHT_RATIO) {
        weight[0] = (n0 + n1) / (2 * n0);
        weight[1] = (n0 + n1) / (2 * n1);
    }
    if (weight[0] == 1 && weight[1] == 1) {
        return (struct class_units){.unit = {1, 1}, .scale = 1};
    }
    int exponent = 0;
    frexp(UNITS_MAX / (n0 * weight[0] + n1 * weight[1]), &exponent);
    exponent = exponent > 31 ? 30 : exponent - 1; // 2^exponent units make a row of weight 1
    struct class_units units = {.scale = ldexp(1, -exponent)};
    for (int c = 0; c < 2; c++) {
        double unit = nearbyint(ldexp(weight[c], exponent));
        units.unit[c] = unit < 1 ? 1 : (uint32_t)unit;
    }
    return units;
}
