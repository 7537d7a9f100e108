// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What was learnt, in words of the prepared columns and, where they are a shift and a factor away,
// of the raw ones. A column taken as log1p stays so: its raw coefficient is per unit of log1p.
#include <math.h>

#include "logreg.h"
#include "pt_json.h"

#define Z_95 1.959963984540054 // 97.5 % of the normal distribution lie below

static void put_f64(struct pt_json *j, const char *key, double value)
{
    pt_json_key(j, key);
    pt_json_f64(j, value);
}

static double or_unknown(double error)
{
    return error > 0 ? error : (double)NAN;
}

// Wald's test and interval of a raw coefficient; erfc keeps small p values exact.
static void put_test(double raw, double raw_error, struct pt_json *j)
{
    double error = or_unknown(raw_error);
    double z = raw / error;
    put_f64(j, "z", z);
    put_f64(j, "p", erfc(fabs(z) / sqrt(2)));
    put_f64(j, "low", raw - Z_95 * error);
    put_f64(j, "high", raw + Z_95 * error);
}

static void put_odds_ratio(double raw, double raw_error, struct pt_json *j)
{
    double error = or_unknown(raw_error);
    put_f64(j, "odds_ratio", exp(raw));
    put_f64(j, "odds_ratio_low", exp(raw - Z_95 * error));
    put_f64(j, "odds_ratio_high", exp(raw + Z_95 * error));
}

static void put_intercept(const struct logreg *m, uint32_t predictor, struct pt_json *j)
{
    const double *weights = m->weights + (uint64_t)predictor * (m->d + 1);
    double raw = weights[m->d];
    for (uint32_t i = 0; i < m->d; i++) {
        const struct pt_column_copy *c = &m->columns.items[i];
        raw -= weights[i] * c->offset * c->factor;
    }
    double raw_error = m->raw_intercept_errors[predictor];
    pt_json_key(j, "intercept");
    pt_json_open(j, '{');
    put_f64(j, "value", weights[m->d]);
    put_f64(j, "error", or_unknown(m->errors[(uint64_t)predictor * (m->d + 1) + m->d]));
    put_f64(j, "raw", raw);
    put_f64(j, "raw_error", or_unknown(raw_error));
    put_test(raw, raw_error, j);
    pt_json_close(j, '}');
}

static void put_coefficient(const struct logreg *m, uint32_t predictor, uint32_t i,
                            struct pt_json *j)
{
    const struct pt_column_copy *c = &m->columns.items[i];
    uint64_t at = (uint64_t)predictor * (m->d + 1) + i;
    double raw = m->weights[at] * c->factor;
    double raw_error = m->errors[at] * fabs(c->factor);
    pt_json_open(j, '{');
    pt_json_key(j, "name");
    pt_json_text(j, c->name);
    put_f64(j, "value", m->weights[at]);
    put_f64(j, "error", or_unknown(m->errors[at]));
    put_f64(j, "raw", raw);
    put_f64(j, "raw_error", or_unknown(raw_error));
    put_test(raw, raw_error, j);
    put_odds_ratio(raw, raw_error, j);
    pt_json_key(j, "transform");
    pt_json_text(j, c->transform);
    pt_json_close(j, '}');
}

static void put_predictor(const struct logreg *m, uint32_t predictor, struct pt_json *j)
{
    put_intercept(m, predictor, j);
    pt_json_key(j, "coefficients");
    pt_json_open(j, '[');
    for (uint32_t i = 0; i < m->d; i++) {
        put_coefficient(m, predictor, i, j);
    }
    pt_json_close(j, ']');
}

static void put_predictors(const struct logreg *m, struct pt_json *j)
{
    if (m->k == 1) {
        put_predictor(m, 0, j);
        return;
    }
    pt_json_key(j, "classes");
    pt_json_open(j, '[');
    for (uint32_t a = 0; a < m->k; a++) {
        pt_json_open(j, '{');
        pt_json_key(j, "class");
        pt_json_text(j, m->classes[a]);
        put_predictor(m, a, j);
        pt_json_close(j, '}');
    }
    pt_json_close(j, ']');
}

static const char *errors_text(const struct logreg *m)
{
    if (m->lambda > 0) {
        return "none: the coefficients are penalised";
    }
    if (m->errors[m->d] == 0) {
        return "none: too many columns";
    }
    return m->is_weighted != 0 ? "Wald, as if the classes' weights were counts of rows" : "Wald";
}

pt_status logreg_explain(const void *self, pt_writer *writer, pt_error *err)
{
    const struct logreg *m = self;
    pt_status status = logreg_check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    struct pt_json j = {.host = m->host};
    uint64_t n_zero = 0;
    for (uint32_t i = 0; i < m->k * (m->d + 1); i++) {
        n_zero += i % (m->d + 1) != m->d && m->weights[i] == 0;
    }
    pt_json_open(&j, '{');
    put_f64(&j, "lambda", m->lambda);
    put_f64(&j, "l1_ratio", m->l1_ratio);
    put_f64(&j, "objective", m->objective);
    put_f64(&j, "log_likelihood", m->log_likelihood);
    put_f64(&j, "deviance", -2 * m->log_likelihood);
    put_f64(&j, "null_deviance", m->null_deviance);
    pt_json_key(&j, "rounds");
    pt_json_u64(&j, m->rounds);
    pt_json_key(&j, "zero_coefficients");
    pt_json_u64(&j, n_zero);
    pt_json_key(&j, "errors");
    pt_json_text(&j, errors_text(m));
    put_predictors(m, &j);
    pt_json_close(&j, '}');
    return pt_json_write(&j, writer, err);
}
