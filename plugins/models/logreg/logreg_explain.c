// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What was learnt, in words of the prepared columns and, where they are a shift and a factor away,
// of the raw ones. A column taken as log1p stays so: its raw coefficient is per unit of log1p.
#include <math.h>

#include "logreg.h"
#include "pt_json.h"

static void put_f64(struct pt_json *j, const char *key, double value)
{
    pt_json_key(j, key);
    pt_json_f64(j, value);
}

static double or_unknown(double error)
{
    return error > 0 ? error : (double)NAN;
}

static void put_intercept(const struct logreg *m, struct pt_json *j)
{
    double raw = m->weights[m->d];
    for (uint32_t i = 0; i < m->d; i++) {
        const struct pt_column_copy *c = &m->columns.items[i];
        raw -= m->weights[i] * c->offset * c->factor;
    }
    pt_json_key(j, "intercept");
    pt_json_open(j, '{');
    put_f64(j, "value", m->weights[m->d]);
    put_f64(j, "error", or_unknown(m->errors[m->d]));
    put_f64(j, "raw", raw);
    put_f64(j, "raw_error", or_unknown(m->raw_intercept_error));
    pt_json_close(j, '}');
}

static void put_coefficient(const struct logreg *m, uint32_t i, struct pt_json *j)
{
    const struct pt_column_copy *c = &m->columns.items[i];
    pt_json_open(j, '{');
    pt_json_key(j, "name");
    pt_json_text(j, c->name);
    put_f64(j, "value", m->weights[i]);
    put_f64(j, "error", or_unknown(m->errors[i]));
    put_f64(j, "raw", m->weights[i] * c->factor);
    put_f64(j, "raw_error", or_unknown(m->errors[i] * fabs(c->factor)));
    pt_json_key(j, "transform");
    pt_json_text(j, c->transform);
    pt_json_close(j, '}');
}

pt_status logreg_explain(const void *self, pt_writer *writer, pt_error *err)
{
    const struct logreg *m = self;
    if (m->weights == NULL) {
        return pt_fail(m->host, err, PT_E_STATE, NULL, "this regression has learnt nothing yet");
    }
    struct pt_json j = {.host = m->host};
    pt_json_open(&j, '{');
    put_f64(&j, "lambda", m->lambda);
    put_f64(&j, "objective", m->objective);
    put_f64(&j, "log_likelihood", m->log_likelihood);
    put_f64(&j, "deviance", -2 * m->log_likelihood);
    put_f64(&j, "null_deviance", m->null_deviance);
    pt_json_key(&j, "rounds");
    pt_json_u64(&j, m->rounds);
    put_intercept(m, &j);
    pt_json_key(&j, "coefficients");
    pt_json_open(&j, '[');
    for (uint32_t i = 0; i < m->d; i++) {
        put_coefficient(m, i, &j);
    }
    pt_json_close(&j, ']');
    pt_json_close(&j, '}');
    return pt_json_write(&j, writer, err);
}
