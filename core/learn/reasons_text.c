// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "reasons_text.h"

#include <math.h>

#include "clock.h"

static bool add_number(double value, struct str *out)
{
    if (value == floor(value) && fabs(value) < 1e15) {
        return str_addf(out, "%.0f", value);
    }
    bool is_plain = fabs(value) >= 0.01 && fabs(value) < 1e15;
    size_t before = out->n;
    if (!str_addf(out, is_plain ? "%.2f" : "%.3g", value)) {
        return false;
    }
    while (is_plain && out->n > before && out->p[out->n - 1] == '0') {
        out->n--;
    }
    out->n -= is_plain && out->p[out->n - 1] == '.';
    return true;
}

static bool add_text(struct text value, struct str *out)
{
    size_t n = value.n;
    if (n <= REASONS_TEXT_MOST) {
        return str_add_n(out, value.p, n);
    }
    n = REASONS_TEXT_MOST;
    while (n > 0 && ((unsigned char)value.p[n] & 0xC0) == 0x80) {
        n--; // never inside a character
    }
    return str_add_n(out, value.p, n) && str_add(out, "...");
}

static bool add_value(const struct column *c, size_t row, struct str *out)
{
    char text[32];
    if ((c->valid != NULL && c->valid[row] == 0) || (c->type == VEC_F64 && !isfinite(c->f[row]))) {
        return str_add(out, "missing");
    }
    switch (c->type) {
    case VEC_BOOL:
        return str_add(out, c->b[row] != 0 ? "true" : "false");
    case VEC_I64:
        return str_addf(out, "%lld", (long long)c->i[row]);
    case VEC_F64:
        return add_number(c->f[row], out);
    case VEC_STR:
        return add_text(c->s[row], out);
    case VEC_DATE:
        date_format(c->i[row], text);
        return str_add(out, text);
    case VEC_TIME:
        time_format(c->i[row], text);
        return str_add(out, text);
    }
    return false;
}

bool reasons_text_add(const struct column *c, size_t row, double added, struct str *out)
{
    str_add(out, c->name);
    str_add_char(out, ' ');
    add_value(c, row, out);
    return str_addf(out, fabs(added) < 999.5 ? " (%+.3g)" : " (%+.0f)", added);
}
